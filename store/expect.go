package store

import (
	"go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Expect makes tx go through only if an object is still there as it was read,
// without writing it: what the decision refers to stays. An object that was not
// found is a conflict, so that the decision is taken again.
func (t Table[T]) Expect(tx *Txn, read Object[T]) {
	if read.Revision == 0 {
		tx.fail(&ConflictError{Key: t.name})
		return
	}
	tx.expected = append(tx.expected, write{table: t.name, key: read.Key, revision: read.Revision})
}

// ExpectNone makes tx go through only if no object has the key.
func (t Table[T]) ExpectNone(tx *Txn, key string) {
	if err := checkKey(key); err != nil {
		tx.fail(err)
		return
	}
	tx.expected = append(tx.expected, write{table: t.name, key: key})
}

// Counted makes tx go through only if no object of the table was made or
// changed since Begin. So a limit that was counted, or that nothing refers to
// something, holds at the moment of the commit, whoever else decides at the
// same time. Objects that were deleted since do not count: what must still be
// there is named with Expect.
func (t Table[T]) Counted(tx *Txn) { tx.counted = append(tx.counted, t.name) }

// expects compares what tx relies on and does not write.
func (tx *Txn) expects() []clientv3.Cmp {
	var cmps []clientv3.Cmp
	for _, w := range tx.expected {
		cmps = append(cmps, clientv3.Compare(clientv3.ModRevision(tx.store.path(w.table, w.key)), "=", w.revision))
	}
	for _, table := range tx.counted {
		cmps = append(cmps, clientv3.Compare(clientv3.ModRevision(tx.store.path(table, "")), "<", tx.since+1).WithPrefix())
	}
	return cmps
}

// expectations fetches what expects compares: of a table only whether there is
// something new.
func (tx *Txn) expectations() []clientv3.Op {
	var ops []clientv3.Op
	for _, w := range tx.expected {
		ops = append(ops, clientv3.OpGet(tx.store.path(w.table, w.key), clientv3.WithKeysOnly()))
	}
	for _, table := range tx.counted {
		ops = append(ops, clientv3.OpGet(tx.store.path(table, ""), clientv3.WithPrefix(), clientv3.WithKeysOnly(), clientv3.WithMinModRev(tx.since+1), clientv3.WithLimit(1)))
	}
	return ops
}

// disappointed gives what is not as expected, from the answers to expectations.
func (tx *Txn) disappointed(responses []*etcdserverpb.ResponseOp) error {
	for i, w := range tx.expected {
		var met int64
		if kv := first(responses[i]); kv != nil {
			met = kv.ModRevision
		}
		if met != w.revision {
			return &ConflictError{Key: w.table + "/" + w.key}
		}
	}
	for i, table := range tx.counted {
		if first(responses[len(tx.expected)+i]) != nil {
			return &ConflictError{Key: table}
		}
	}
	return nil
}
