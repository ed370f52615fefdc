package store

import (
	"context"
	"errors"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/entente-ad/entente/internal/secret"
)

// checkReadable refuses a store in which something wanted cannot be read: taken
// for absent, what was made for it would be removed.
func (s *Store) checkReadable() error {
	for _, ch := range s.cache.unreadable() {
		if !tables[ch.Table].ofStatus() {
			return fmt.Errorf("the object %s cannot be read: it is damaged, or a newer version wrote it.\n"+
				"Start that version, restore the data folder from a backup, or delete the key %s with etcdctl, and what it was for with it",
				ch.Table+"/"+ch.Key, s.path(ch.Table, ch.Key))
		}
	}
	return nil
}

// sealerCheck is what the store's key proves itself with.
const sealerCheck = "sealer-check"

// checkSealer makes sure that a lost key file is noticed at the start, and not
// when the first secret is needed.
func (s *Store) checkSealer(ctx context.Context) error {
	key := s.prefix + "/" + sealerCheck
	sealed, err := s.sealer.seal(sealerCheck, secret.New(sealerCheck))
	if err != nil {
		return err
	}
	resp, err := s.client.Txn(ctx).
		If(clientv3.Compare(clientv3.CreateRevision(key), "=", 0)).
		Then(clientv3.OpPut(key, string(sealed))).
		Else(clientv3.OpGet(key)).Commit()
	if err != nil {
		return err
	}
	if resp.Succeeded {
		return nil
	}
	kv := first(resp.Responses[0])
	if _, err := s.sealer.open(sealerCheck, kv.Value); err != nil {
		return errors.New("the key file is not the one that this store's secrets are sealed with")
	}
	return nil
}
