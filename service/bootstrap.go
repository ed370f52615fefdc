package service

import (
	"context"
	"errors"
	"strings"

	"github.com/entente-ad/entente/access"
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// FirstKey is the access key that an installation starts with.
type FirstKey struct {
	ID     string
	Secret secret.Text
}

// bootstrapped describes the access key that Bootstrap made.
const bootstrapped = "made at the first start"

// Bootstrap makes sure that an access key exists that may change things, and
// gives it: the one given, which it creates or whose secret it corrects, or,
// when none is given, the oldest there is, or a new one.
func (s *Service) Bootstrap(ctx context.Context, given FirstKey) (FirstKey, error) {
	if given.ID == "" && given.Secret.Empty() {
		if have, ok := s.oldestWriter(); ok {
			return have, nil
		}
		given = FirstKey{ID: newKeyID(), Secret: newKeySecret()}
	}
	if err := checkFirstKey(given); err != nil {
		return FirstKey{}, err
	}
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		o, ok := store.AccessKeys.Get(s.store, given.ID)
		if ok && !o.Value.ReadOnly {
			if _, have, ok := s.Key(given.ID); ok && have.Reveal() == given.Secret.Reveal() {
				return errNothing
			}
		}
		key := access.Key{ID: given.ID, Account: s.cfg.Account, Description: bootstrapped, CreatedAt: s.now()}
		store.AccessKeys.Put(tx, key.ID, key, o.Revision)
		tx.SetSecret(access.SecretOf(key.ID), given.Secret)
		s.audit(tx, audit.Caller{Account: s.cfg.Account}, "Bootstrap", key.ID)
		return nil
	})
	if err != nil && !errors.Is(err, errNothing) {
		return FirstKey{}, classified(err)
	}
	return given, nil
}

func (s *Service) oldestWriter() (FirstKey, bool) {
	var oldest access.Key
	for o := range store.AccessKeys.All(s.store) {
		if o.Value.Account == s.cfg.Account && !o.Value.ReadOnly && (oldest.ID == "" || o.Value.CreatedAt.Before(oldest.CreatedAt)) {
			oldest = o.Value
		}
	}
	_, sec, ok := s.Key(oldest.ID)
	return FirstKey{ID: oldest.ID, Secret: sec}, ok
}

// checkFirstKey refuses a pair that no client could sign with: the id stands
// between slashes in a credential scope, and both stand on a line of a
// credentials file.
func checkFirstKey(k FirstKey) error {
	notWord := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_'
	}
	switch n := len(k.ID); {
	case n < 3 || n > 128 || strings.ContainsFunc(k.ID, notWord):
		return errs.E(errs.Invalid, "An access key id has 3 to 128 letters, digits and underscores.")
	case len(k.Secret.Reveal()) < 8 || strings.ContainsFunc(k.Secret.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }):
		return errs.E(errs.Invalid, "A secret access key has at least 8 printable ASCII characters and no spaces.")
	}
	return nil
}
