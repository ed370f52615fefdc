package store

import (
	"context"
	"errors"
	"maps"
	"slices"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/entente-ad/entente/internal/errs"
)

// Commit does everything or nothing. It returns the new revision once the
// cache has it. Errors: *ConflictError when an object changed meanwhile,
// *TakenError when a uniqueness key is another's; after both, the cache is as
// new as what the transaction met. *TooLargeError when there is more in it than
// etcd takes: then nothing is tried. errs.NoWrites when nothing can be written
// at the moment, and nothing was. Any other error (errs.Unavailable, ctx's)
// leaves open whether the transaction went through; it was looked after, as
// far as etcd answered. A Txn is committed once.
func (tx *Txn) Commit(ctx context.Context) (rev int64, err error) {
	if tx.err != nil {
		return 0, tx.err
	}
	if tx.operations() == 0 {
		return tx.store.Revision(), nil
	}
	if err := tx.tooLarge(); err != nil {
		return 0, err
	}
	if err := tx.store.writable(); err != nil {
		return 0, errs.E(errs.NoWrites, "Nothing can be changed at the moment: %s. This passes by itself when the cause is gone.", err)
	}
	var done outcome
	err = tx.store.outside(ctx, func(ctx context.Context) (outcome, error) { return tx.run(ctx) }, &done)
	if reached := tx.store.reach(ctx, done.revision); err == nil && reached != nil {
		return 0, reached
	}
	return done.revision, err
}

// outcome is what a transaction came to: the revision that the cache must
// reach before the caller goes on.
type outcome struct{ revision int64 }

// run commits on the caller's behalf. A claim's comparison depends on whether
// its owner holds it already, so a wrong guess is made good once more.
func (tx *Txn) run(ctx context.Context) (outcome, error) {
	held := map[string]bool{}
	for key, owner := range tx.claims {
		held[key] = tx.store.Claimed(key) == owner
	}
	for range 3 {
		request := tx.store.client.Txn(ctx).If(tx.compares(held)...).Then(tx.writes(held)...).Else(tx.reads()...)
		resp, err := request.Commit()
		switch {
		case err != nil:
			return tx.afterError(ctx, err)
		case !resp.Succeeded:
			retry, out, err := tx.refused(ctx, resp, held)
			if !retry {
				return out, err
			}
		case changed(resp.Responses[:len(resp.Responses)-len(tx.unseen)]):
			return outcome{revision: resp.Header.Revision}, nil
		default:
			return outcome{}, nil // nothing that the cache will hear of
		}
	}
	return outcome{}, errs.E(errs.Conflict, "The claims changed hands too often.")
}

func (tx *Txn) compares(held map[string]bool) []clientv3.Cmp {
	var cmps []clientv3.Cmp
	if l := tx.store.lease; l != nil {
		cmps = append(cmps, l.fence())
	}
	for _, w := range tx.objects {
		cmps = append(cmps, clientv3.Compare(clientv3.ModRevision(tx.store.path(w.table, w.key)), "=", w.revision))
	}
	for _, key := range tx.claimed() {
		k := tx.store.path(claimsTable, key)
		if held[key] {
			cmps = append(cmps, clientv3.Compare(clientv3.Value(k), "=", tx.claims[key]))
		} else {
			cmps = append(cmps, clientv3.Compare(clientv3.CreateRevision(k), "=", 0))
		}
	}
	return append(cmps, tx.expects()...)
}

func (tx *Txn) writes(held map[string]bool) []clientv3.Op {
	ops := slices.Clone(tx.ops)
	for _, w := range tx.objects {
		k := tx.store.path(w.table, w.key)
		if w.value == nil {
			ops = append(ops, clientv3.OpDelete(k))
		} else {
			ops = append(ops, clientv3.OpPut(k, string(w.value)))
		}
	}
	for _, key := range tx.claimed() {
		if !held[key] {
			ops = append(ops, clientv3.OpPut(tx.store.path(claimsTable, key), tx.claims[key]))
		}
	}
	return append(ops, tx.unseen...) // the last ones: run tells them by their place
}

// reads fetches what was compared: objects first, then claims, then what is
// only expected, then who may write.
func (tx *Txn) reads() []clientv3.Op {
	var ops []clientv3.Op
	for _, w := range tx.objects {
		ops = append(ops, clientv3.OpGet(tx.store.path(w.table, w.key)))
	}
	for _, key := range tx.claimed() {
		ops = append(ops, clientv3.OpGet(tx.store.path(claimsTable, key)))
	}
	ops = append(ops, tx.expectations()...)
	if l := tx.store.lease; l != nil {
		ops = append(ops, clientv3.OpGet(l.key))
	}
	return ops
}

func (tx *Txn) claimed() []string { return slices.Sorted(maps.Keys(tx.claims)) }

// refused finds out why the comparisons failed. retry means that only a guess
// about a claim was wrong, and held is right now.
func (tx *Txn) refused(ctx context.Context, resp *clientv3.TxnResponse, held map[string]bool) (retry bool, out outcome, err error) {
	// The cache must know what this transaction met, deletes included, or the
	// caller would decide on the same stale ground again.
	out = outcome{revision: resp.Header.Revision}
	if l := tx.store.lease; l != nil {
		last := len(resp.Responses) - 1
		if kv := first(resp.Responses[last]); kv == nil || kv.ModRevision != l.revision {
			tx.store.lose()
			return false, outcome{}, errLost()
		}
		resp.Responses = resp.Responses[:last]
	}
	tx.store.catchUp(ctx, out.revision)
	for i, key := range tx.claimed() {
		owner := first(resp.Responses[len(tx.objects)+i])
		if owner != nil && string(owner.Value) != tx.claims[key] {
			return false, out, &TakenError{Key: key, Owner: string(owner.Value)}
		}
		held[key] = owner != nil
	}
	for i, w := range tx.objects {
		var met int64
		if kv := first(resp.Responses[i]); kv != nil {
			met = kv.ModRevision
		}
		if met != w.revision {
			return false, out, &ConflictError{Key: w.table + "/" + w.key}
		}
	}
	if err := tx.disappointed(resp.Responses[len(tx.objects)+len(tx.claims):]); err != nil {
		return false, out, err
	}
	return true, out, nil
}

type keyValue struct {
	Value       []byte
	ModRevision int64
	Lease       int64 // 0 means none
}

func first(r *etcdserverpb.ResponseOp) *keyValue {
	kvs := r.GetResponseRange().GetKvs()
	if len(kvs) == 0 {
		return nil
	}
	return &keyValue{Value: kvs[0].Value, ModRevision: kvs[0].ModRevision, Lease: kvs[0].Lease}
}

// changed reports whether any of the operations did something.
func changed(responses []*etcdserverpb.ResponseOp) bool {
	return slices.ContainsFunc(responses, func(r *etcdserverpb.ResponseOp) bool {
		return r.GetResponsePut() != nil || r.GetResponseDeleteRange().GetDeleted() > 0 ||
			changed(r.GetResponseTxn().GetResponses())
	})
}

// afterError is for a transaction whose answer was lost: it may have gone
// through. Our own bytes under a key that we wrote say that it did.
func (tx *Txn) afterError(ctx context.Context, cause error) (outcome, error) {
	if full := noSpace(cause); full != nil {
		return outcome{}, full
	}
	if !ambiguous(cause) {
		return outcome{}, errs.Wrap(cause, errs.Internal, "The store refused the transaction.")
	}
	failed := errs.Wrap(cause, errs.Unavailable, "The store did not answer.")
	for _, w := range tx.objects {
		resp, err := tx.store.client.Get(ctx, tx.store.path(w.table, w.key))
		if err != nil || w.value == nil && len(resp.Kvs) > 0 {
			return outcome{}, failed
		}
		if w.value == nil {
			continue // gone, as wanted, but perhaps not by us: look on
		}
		if len(resp.Kvs) == 1 && resp.Kvs[0].ModRevision > w.revision && string(resp.Kvs[0].Value) == string(w.value) {
			return outcome{revision: resp.Kvs[0].ModRevision}, nil
		}
		return outcome{}, failed
	}
	return outcome{}, failed
}

// ambiguous reports whether a request that failed so may have been done.
func ambiguous(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	var known rpctypes.EtcdError
	if errors.As(err, &known) {
		return known.Code() == codes.Unavailable || known.Code() == codes.DeadlineExceeded
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.Unknown:
		return true
	default:
		return false
	}
}
