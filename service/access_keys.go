package service

import (
	"context"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/entente-ad/entente/access"
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// CreateAccessKeyInput asks for a new access key of the caller's account.
type CreateAccessKeyInput struct {
	Description string // at most 128 characters
	ReadOnly    bool   // may call what only reads
}

// CreateAccessKeyOutput is a new access key. The secret is shown here and
// never again.
type CreateAccessKeyOutput struct {
	AccessKey       AccessKey
	SecretAccessKey string `jsonschema:"required"`
}

// AccessKey is an access key without its secret.
type AccessKey struct {
	AccessKeyId     string `jsonschema:"required"`
	Description     string
	ReadOnly        bool
	CreatedDateTime *time.Time
}

// maxKeyDescription is the length of a key's description, in characters.
const maxKeyDescription = 128

// CreateAccessKey makes an access key.
func (s *Service) CreateAccessKey(ctx context.Context, caller audit.Caller, in *CreateAccessKeyInput) (*CreateAccessKeyOutput, error) {
	if utf8.RuneCountInString(in.Description) > maxKeyDescription || !utf8.ValidString(in.Description) {
		return nil, errs.E(errs.Invalid, "Description must have at most %d characters.", maxKeyDescription)
	}
	key := access.Key{ID: newKeyID(), Account: caller.Account, Description: in.Description, ReadOnly: in.ReadOnly, CreatedAt: s.now()}
	sec := newKeySecret()
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		store.AccessKeys.Put(tx, key.ID, key, 0)
		tx.SetSecret(access.SecretOf(key.ID), sec)
		s.audit(tx, caller, "CreateAccessKey", key.ID, "Description", key.Description, "ReadOnly", strconv.FormatBool(key.ReadOnly))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &CreateAccessKeyOutput{AccessKey: describeKey(key), SecretAccessKey: sec.Reveal()}, nil
}

// ListAccessKeysInput asks for all access keys of the caller's account.
type ListAccessKeysInput struct{}

// ListAccessKeysOutput lists access keys by id.
type ListAccessKeysOutput struct{ AccessKeys []AccessKey }

// ListAccessKeys lists the access keys of the caller's account, without their
// secrets.
func (s *Service) ListAccessKeys(_ context.Context, caller audit.Caller, _ *ListAccessKeysInput) (*ListAccessKeysOutput, error) {
	out := &ListAccessKeysOutput{AccessKeys: []AccessKey{}}
	for o := range store.AccessKeys.All(s.store) {
		if o.Value.Account == caller.Account {
			out.AccessKeys = append(out.AccessKeys, describeKey(o.Value))
		}
	}
	return out, nil
}

func describeKey(k access.Key) AccessKey {
	return AccessKey{AccessKeyId: k.ID, Description: k.Description, ReadOnly: k.ReadOnly, CreatedDateTime: when(k.CreatedAt)}
}

// DeleteAccessKeyInput names the access key to delete.
type DeleteAccessKeyInput struct {
	AccessKeyId string
}

// DeleteAccessKeyOutput is empty.
type DeleteAccessKeyOutput struct{}

// DeleteAccessKey deletes an access key, which stops working at once. The last
// one that may change things stays: without it nobody could make another.
func (s *Service) DeleteAccessKey(ctx context.Context, caller audit.Caller, in *DeleteAccessKeyInput) (*DeleteAccessKeyOutput, error) {
	id := in.AccessKeyId
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		o, ok := store.AccessKeys.Get(s.store, id)
		if id == "" || !ok || o.Value.Account != caller.Account {
			return errs.E(errs.NotFound, "Access key %s does not exist", id)
		}
		if !o.Value.ReadOnly && !s.expectWriter(tx, caller.Account, id) {
			return errs.E(errs.Refused, "Access key %s is the last one that may make changes. Create another one with CreateAccessKey first.", id)
		}
		store.AccessKeys.Delete(tx, id, o.Revision)
		tx.DropSecret(access.SecretOf(id))
		s.audit(tx, caller, "DeleteAccessKey", id)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	s.keys.drop(id)
	return &DeleteAccessKeyOutput{}, nil
}

// expectWriter has an access key of the account that may make changes still be
// there, one other than except; ok is false when there is none.
func (s *Service) expectWriter(tx *store.Txn, account, except string) (ok bool) {
	for o := range store.AccessKeys.All(s.store) {
		if o.Key != except && o.Value.Account == account && !o.Value.ReadOnly {
			store.AccessKeys.Expect(tx, o)
			return true
		}
	}
	return false
}
