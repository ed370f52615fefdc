package store

import (
	"context"
	"crypto/rand"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// NotOursError says that a store is not the one that a data folder belongs to.
type NotOursError struct {
	Want  string // the folder's installation; "" where it has only domain controllers
	Found string // the store's; "" where the store is empty
}

func (e *NotOursError) Error() string {
	if e.Found == "" {
		return "there is nothing in it, but the data folder belongs to an installation that has a store"
	}
	return fmt.Sprintf("it is of installation %s, and the data folder of %s", e.Found, e.Want)
}

// Installation is the store's own id. It is made with the store and never
// changes.
func (s *Store) Installation() string { return s.installation }

// checkInstallation refuses a store that is not the folder's, before anything
// is written to it. A store of a version that knew no installations is taken
// for the folder's.
func (s *Store) checkInstallation(ctx context.Context, want string, hasStore bool) error {
	resp, err := s.client.Txn(ctx).Then(
		clientv3.OpGet(s.prefix+"/installation"), clientv3.OpGet(s.prefix+"/"+sealerCheck, clientv3.WithKeysOnly())).Commit()
	if err != nil {
		return err
	}
	found, used := first(resp.Responses[0]), first(resp.Responses[1]) != nil
	switch {
	case found != nil && want != "" && string(found.Value) != want:
		return &NotOursError{Want: want, Found: string(found.Value)}
	case found != nil:
		s.installation, s.installed = string(found.Value), true
	case !used && (hasStore || want != ""):
		return &NotOursError{Want: want}
	case want != "":
		s.installation = want
	default:
		s.installation = rand.Text()
	}
	return nil
}

// noteInstallation writes the id to a store that has none.
func (s *Store) noteInstallation(ctx context.Context) error {
	if s.installed { // a full store keeps nobody from opening it
		return nil
	}
	key := s.prefix + "/installation"
	resp, err := s.client.Txn(ctx).If(clientv3.Compare(clientv3.CreateRevision(key), "=", 0)).
		Then(clientv3.OpPut(key, s.installation)).Else(clientv3.OpGet(key)).Commit()
	if err != nil {
		return err
	}
	if !resp.Succeeded { // another was faster
		s.installation = string(first(resp.Responses[0]).Value)
	}
	return nil
}
