package store

import (
	"errors"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/entente-ad/entente/internal/secret"
)

// Txn is one decision being put together. It is not safe for concurrent use.
type Txn struct {
	store *Store
	err   error // the first thing that went wrong while putting together

	objects []write           // compared by revision
	claims  map[string]string // key → owner
	ops     []clientv3.Op     // everything else, not compared
	unseen  []clientv3.Op     // outside of what the cache holds: no event will tell of them

	since    int64    // the cache had everything up to this revision at Begin
	expected []write  // compared, not written
	counted  []string // tables in which nothing may have been made or changed since
}

// write is one object's new value, nil to delete it.
type write struct {
	table, key string
	value      []byte
	revision   int64
}

// Begin starts a transaction. Nothing reaches etcd before Commit.
func (s *Store) Begin() *Txn {
	return &Txn{store: s, claims: map[string]string{}, since: s.Revision()}
}

func (tx *Txn) fail(err error) {
	if tx.err == nil {
		tx.err = err
	}
}

func (tx *Txn) putObject(table, key string, value []byte, rev int64) {
	tx.checkReadable(table, key)
	tx.objects = append(tx.objects, write{table: table, key: key, value: value, revision: rev})
}

func (tx *Txn) deleteObject(table, key string, rev int64) {
	tx.checkReadable(table, key)
	tx.objects = append(tx.objects, write{table: table, key: key, revision: rev})
}

// checkReadable keeps what this version cannot read from being written over.
func (tx *Txn) checkReadable(table, key string) {
	if !tx.store.cache.readable(table, key) {
		tx.fail(&UnreadableError{Key: table + "/" + key})
	}
}

// Claim takes a uniqueness key for owner, for example
// "trust/d-…/corp.example.com" for "t-…". Commit fails with *TakenError when
// another owner has it; that owner has it already is not an error.
func (tx *Txn) Claim(key, owner string) {
	switch had, again := tx.claims[key]; {
	case checkKey(key) != nil || owner == "":
		tx.fail(fmt.Errorf("cannot claim %q for %q", key, owner))
	case again && had != owner:
		tx.fail(fmt.Errorf("cannot claim %q for both %s and %s", key, had, owner))
	default:
		tx.claims[key] = owner
	}
}

// Release gives a uniqueness key back, if owner has it.
func (tx *Txn) Release(key, owner string) {
	k := tx.store.path(claimsTable, key)
	tx.ops = append(tx.ops, clientv3.OpTxn(
		[]clientv3.Cmp{clientv3.Compare(clientv3.Value(k), "=", owner)},
		[]clientv3.Op{clientv3.OpDelete(k)}, nil))
}

// SetSecret seals a secret under name.
func (tx *Txn) SetSecret(name string, t secret.Text) {
	sealed, err := tx.store.sealer.seal(name, t)
	if err = errors.Join(err, checkKey(name)); err != nil {
		tx.fail(fmt.Errorf("cannot seal the secret %q: %w", name, err))
		return
	}
	tx.ops = append(tx.ops, clientv3.OpPut(tx.store.path(secretsTable, name), string(sealed)))
}

// DropSecret forgets the secret under name.
func (tx *Txn) DropSecret(name string) {
	tx.ops = append(tx.ops, clientv3.OpDelete(tx.store.path(secretsTable, name)))
}

// ConflictError says that an object was not at the revision expected, or that
// a table that was counted has something new. Key is "table/key" or "table".
type ConflictError struct{ Key string }

func (e *ConflictError) Error() string { return "changed meanwhile: " + e.Key }

// UnreadableError says that an object is not to be written, since this version
// cannot read what it holds.
type UnreadableError struct{ Key string }

func (e *UnreadableError) Error() string {
	return "cannot write " + e.Key + ": this version cannot read what it holds now"
}

// TakenError says that a uniqueness key belongs to another object.
type TakenError struct{ Key, Owner string }

func (e *TakenError) Error() string { return e.Key + " is taken by " + e.Owner }

// timeout is how long etcd has for one transaction when the caller sets no
// nearer end.
const timeout = 15 * time.Second
