package store

import (
	"context"
	"fmt"
)

// MaxOperations is how many operations a transaction may have: objects,
// claims, secrets, audit entries. etcd takes 128 where nobody set more; the
// rest is for what the store adds by itself.
const MaxOperations = 120

// maxBytes is how much a transaction may write: etcd takes 1.5 MiB.
const maxBytes = 1 << 20

// TooLargeError says that a transaction has more in it than etcd takes. It
// would be refused every time, so a change that can be of any size is committed
// in parts (Store.CommitParts), or its size is limited (Txn.Room).
type TooLargeError struct{ Operations, Bytes int }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the transaction has %d operations and writes %d bytes; %d operations and %d bytes are the most that the store takes at once",
		e.Operations, e.Bytes, MaxOperations, maxBytes)
}

// operations counts what etcd would count.
func (tx *Txn) operations() int {
	return len(tx.objects) + len(tx.claims) + len(tx.ops) + len(tx.unseen) + len(tx.expected) + len(tx.counted)
}

func (tx *Txn) bytes() int {
	n := 0
	for _, w := range tx.objects {
		n += len(w.value)
	}
	for _, op := range tx.ops {
		n += len(op.ValueBytes())
	}
	for _, op := range tx.unseen {
		n += len(op.ValueBytes())
	}
	return n
}

// Room tells whether n more operations fit.
func (tx *Txn) Room(n int) bool { return tx.operations()+n <= MaxOperations && tx.bytes() < maxBytes/2 }

// tooLarge gives a *TooLargeError where there is one.
func (tx *Txn) tooLarge() error {
	if n, b := tx.operations(), tx.bytes(); n > MaxOperations || b > maxBytes {
		return &TooLargeError{Operations: n, Bytes: b}
	}
	return nil
}

// CommitParts commits a change of any size: its parts in their order, as many
// in each transaction as etcd takes, each part whole. It stops at the first
// transaction that fails, with the errors of Commit; the parts before it are
// done and stay so. So every part must be right without those after it, and
// whoever begins again must begin with what is left. The revision is that of
// the last transaction.
func (s *Store) CommitParts(ctx context.Context, parts ...func(tx *Txn)) (rev int64, err error) {
	rev = s.Revision()
	all := s.Begin()
	for _, part := range parts {
		one := s.Begin()
		part(one)
		if all.operations()+one.operations() > MaxOperations || all.bytes()+one.bytes() > maxBytes {
			if rev, err = all.Commit(ctx); err != nil {
				return rev, err
			}
			all = s.Begin()
		}
		all.add(one)
	}
	if all.operations() == 0 && all.err == nil {
		return rev, nil
	}
	return all.Commit(ctx)
}

// add puts all of other into tx.
func (tx *Txn) add(other *Txn) {
	if other.err != nil {
		tx.fail(other.err)
	}
	tx.objects = append(tx.objects, other.objects...)
	for key, owner := range other.claims {
		tx.Claim(key, owner)
	}
	tx.ops = append(tx.ops, other.ops...)
	tx.unseen = append(tx.unseen, other.unseen...)
	tx.expected = append(tx.expected, other.expected...)
	tx.counted = append(tx.counted, other.counted...)
	tx.since = min(tx.since, other.since)
}
