package selective

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// Reconcile looks at one directory.
func (r *Reconciler) Reconcile(ctx context.Context, key string) (again time.Duration, err error) {
	was, _ := store.AccessStatus.Get(r.cfg.Store, key)
	was.Key = key
	dir, ok := store.Directories.Get(r.cfg.Store, key)
	if !ok || dir.Value.Delete {
		r.forget(key)
		return 0, r.drop(ctx, was)
	}
	wanted := trust.ComposeAccess(r.trusts(directory.ID(key)), r.statusOf)
	restored := r.restored(dir.Value)
	if !wanted.Enforced() && was.Revision == 0 && !restored {
		return 0, nil
	}
	members := r.answering(dir.Value)
	if len(members) == 0 {
		return whileWaiting, r.save(ctx, was, late(was.Value, "no domain controller of the directory answers at the moment"))
	}
	if !restored && !r.due(ctx, key, was.Value, wanted, members) {
		return whenWell, nil
	}
	st, more := r.apply(ctx, key, was.Value, wanted, members)
	if more {
		return atOnce, r.save(ctx, was, st)
	}
	if st.Reason == "" {
		m := r.recall(key)
		m.restored = dir.Value.Restore.Serial
		r.remember(key, m)
	}
	switch {
	case st.Reason == "" && !wanted.Enforced():
		r.remember(key, memory{restored: dir.Value.Restore.Serial})
		return 0, r.drop(ctx, was)
	case st.Reason != "":
		again = whileWaiting
	default:
		again = whenWell
	}
	return again, r.save(ctx, was, st)
}

// restored reports whether a snapshot may have brought back what was in force
// when it was taken: it is looked at once, whatever is wanted now.
func (r *Reconciler) restored(dir directory.Spec) bool {
	status := store.DirectoryStatus.Peek(r.cfg.Store, string(dir.ID))
	return dir.Restore.Serial != r.recall(string(dir.ID)).restored && !directory.Restoring(dir, status)
}

func (r *Reconciler) trusts(id directory.ID) []trust.Spec {
	var list []trust.Spec
	for o := range store.Trusts.All(r.cfg.Store) {
		if o.Value.Directory == id {
			list = append(list, o.Value)
		}
	}
	return list
}

func (r *Reconciler) statusOf(id trust.ID) trust.Status {
	return store.TrustStatus.Peek(r.cfg.Store, string(id))
}

// answering lists the domain controllers that work, the PDC emulator first.
// One that does not gets the policies by replication when it is back.
func (r *Reconciler) answering(dir directory.Spec) []directory.Instance {
	status := store.DirectoryStatus.Peek(r.cfg.Store, string(dir.ID))
	return slices.DeleteFunc(dir.Members(status), func(i directory.Instance) bool {
		st, ok := status.DCByID(i.DC.ID)
		return !ok || st.State != directory.DCActive
	})
}

// due reports whether there is something to do: another rule is wanted, a
// domain controller lacks it, or the database changed since the last look.
func (r *Reconciler) due(ctx context.Context, key string, was trust.AccessStatus, wanted trust.Access, members []directory.Instance) bool {
	m := r.recall(key)
	now := r.cfg.Now()
	switch {
	case !was.InForce.Same(wanted), was.Reason != "", m.dc != members[0].DC.ID, now.Sub(m.looked) >= fullLook:
		return true
	case m.round.underWay():
		return true
	case slices.ContainsFunc(members, func(i directory.Instance) bool { return !slices.Contains(was.DCs, i.DC.ID) }):
		return true
	case now.Before(m.rested):
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, usnTimeout)
	defer cancel()
	var usn int64
	err := reconcile.Wait(ctx, func() (err error) {
		usn, err = r.cfg.Engine.USN(ctx, members[0])
		return err
	})
	return err != nil || usn != m.usn
}

// apply makes the rule and brings it to every domain controller. What is in
// force is what all of them have: a rule that is on its way is not. more says
// that there are accounts that it has not come to.
func (r *Reconciler) apply(ctx context.Context, key string, was trust.AccessStatus, wanted trust.Access, members []directory.Instance) (st trust.AccessStatus, more bool) {
	ctx, cancel := context.WithTimeout(ctx, jobTimeout)
	defer cancel()
	first, start := members[0], r.cfg.Now()
	m := r.recall(key)
	if !m.round.access.Same(wanted) || m.round.dc != first.DC.ID {
		m.round = round{access: wanted, dc: first.DC.ID}
	}
	var step Outcome
	err := reconcile.Wait(ctx, func() (err error) {
		step, err = r.cfg.Engine.Apply(ctx, first, wanted, m.round.After)
		return err
	})
	if err != nil {
		return late(was, err.Error()), false // the round goes on where it is
	}
	now := r.cfg.Now()
	m.round.add(step, now.Sub(start))
	if m.round.underWay() {
		r.remember(key, m)
		if was.InForce.Same(wanted) && was.Reason == "" {
			return was, true // it is in force; this looks for what came since
		}
		return late(was, fmt.Sprintf("%d computers and service accounts ask so far, %d accounts are still to be looked at", m.round.Targets, m.round.Left)), true
	}
	out := m.round
	m = memory{dc: first.DC.ID, usn: out.USN, looked: now, restored: m.restored}
	if out.Changed == 0 {
		m.rested = now.Add(rest * out.took)
	}
	r.remember(key, m)
	st = trust.AccessStatus{
		InForce: wanted, DCs: []directory.DCID{first.DC.ID}, At: was.At,
		Targets: out.Targets, Exempt: out.Exempt, Exempts: out.Exempts,
	}
	if !was.InForce.Same(wanted) || was.Targets != st.Targets {
		st.At = now
	}
	// Whoever does not have it, by what is known, pulls it.
	for _, dc := range members[1:] {
		if out.Changed > 0 || was.Reason != "" || !was.InForce.Same(wanted) || !slices.Contains(was.DCs, dc.DC.ID) {
			err = errors.Join(err, reconcile.Wait(ctx, func() error { return r.cfg.Engine.Replicate(ctx, first, dc) }))
		}
		st.DCs = append(st.DCs, dc.DC.ID)
	}
	if err != nil {
		r.forget(key)
		return late(was, err.Error()), false
	}
	if out.Changed > 0 {
		r.log.Info("authentication policies changed", "directory", key, "selective_trusts", len(wanted.Selective), "objects", out.Changed, "targets", out.Targets)
	}
	return st, false
}

// late is what was, and why it is not what is wanted.
func late(was trust.AccessStatus, reason string) trust.AccessStatus {
	was.Reason = reason
	return was
}

// save writes the status where it changed.
func (r *Reconciler) save(ctx context.Context, was store.Object[trust.AccessStatus], st trust.AccessStatus) error {
	if was.Revision != 0 && same(was.Value, st) {
		return nil
	}
	tx := r.cfg.Store.Begin()
	store.AccessStatus.Put(tx, was.Key, st, was.Revision)
	_, err := tx.Commit(ctx)
	return err
}

func same(a, b trust.AccessStatus) bool {
	return a.InForce.Same(b.InForce) && slices.Equal(a.DCs, b.DCs) && a.Targets == b.Targets &&
		slices.Equal(a.Exempt, b.Exempt) && a.Exempts == b.Exempts && a.Reason == b.Reason
}

// drop removes the status: nothing is enforced any more.
func (r *Reconciler) drop(ctx context.Context, was store.Object[trust.AccessStatus]) error {
	if was.Revision == 0 {
		return nil
	}
	tx := r.cfg.Store.Begin()
	store.AccessStatus.Delete(tx, was.Key, was.Revision)
	_, err := tx.Commit(ctx)
	return err
}
