package forwarders

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/store"
)

// Reconcile hands every DC of the directory that runs the complete rules, if
// it serves others, and writes down what each serves.
func (r *Reconciler) Reconcile(ctx context.Context, key string) (again time.Duration, err error) {
	wanted := r.wanted(key)
	d, ok := store.Directories.Get(r.store, key)
	if !ok || d.Value.Delete {
		return r.conclude(ctx, wanted, nil, nil, true)
	}
	d.Value.DCs = d.Value.Staying()
	rules := rulesOf(wanted.forwarders)
	rules.Revision = max(rules.Revision, wanted.status.Value.Revision)
	served := r.handOver(ctx, d.Value.DCs, rules)
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	next := statusOf(d.Value, rules, wanted.status.Value, served)
	return r.conclude(ctx, wanted, &next, served, current(rules, served))
}

// wanted is what the store holds for one directory.
type wanted struct {
	forwarders []store.Object[directory.Forwarder]
	status     store.Object[directory.ForwarderStatus]
}

func (r *Reconciler) wanted(key string) wanted {
	var w wanted
	w.status, _ = store.ForwardersStatus.Get(r.store, key)
	for o := range store.Forwarders.All(r.store) {
		if directoryOf(o.Key) == key {
			w.forwarders = append(w.forwarders, o)
		}
	}
	return w
}

// rulesOf composes the complete set, with the revision of the newest change:
// a forwarder that is to go counts, since its going is a change.
func rulesOf(forwarders []store.Object[directory.Forwarder]) directory.ForwardRules {
	var set directory.ForwardRules
	for _, o := range forwarders {
		set.Revision = max(set.Revision, o.Revision)
		if !o.Value.Delete {
			set.Rules = append(set.Rules, directory.ForwardRule{
				Domain: o.Value.RemoteDomain, Addresses: o.Value.Addresses, Cache: true,
			})
		}
	}
	return set
}

// outcome is what one DC serves.
type outcome struct {
	dc        directory.DCID
	seen      directory.DCSeen
	err       error // why it did not take the rules
	unasked   bool  // it was not asked how the DNS servers answer
	upstreams []directory.UpstreamHealth
}

// handOver looks at all DCs at once and hands the rules to those that run and
// serve others; the others tell how the DNS servers answer. Callers wait for the
// rules, and nobody for how the servers of new ones answer: that is for the next
// look. A revision that differs in either direction is another set: the store
// may have been restored from a backup.
func (r *Reconciler) handOver(ctx context.Context, dcs []directory.DC, rules directory.ForwardRules) []outcome {
	served := make([]outcome, len(dcs))
	var all sync.WaitGroup
	for i, dc := range dcs {
		all.Go(func() {
			o := &served[i]
			o.dc, o.seen = dc.ID, r.engine.Observe(ctx, dc.ID)
			switch {
			case !o.seen.Running:
			case o.seen.ForwardersRevision == rules.Revision:
				var err error
				o.upstreams, err = r.engine.Upstreams(ctx, dc.ID)
				o.unasked = err != nil
			default:
				o.unasked = true
				if o.err = r.engine.SetForwarders(ctx, dc.ID, rules); o.err == nil {
					o.seen.ForwardersRevision = rules.Revision
				}
			}
		})
	}
	_ = reconcile.Wait(ctx, func() error { all.Wait(); return nil })
	return served
}

// statusOf draws the status from what was seen. A DC that is down keeps what
// it is known to have had.
func statusOf(d directory.Spec, rules directory.ForwardRules, old directory.ForwarderStatus, served []outcome) directory.ForwarderStatus {
	next := directory.ForwarderStatus{
		Directory: d.ID, Revision: rules.Revision,
		Applied: map[directory.DCID]int64{},
	}
	var missing []string
	for i, dc := range d.DCs {
		o := served[i]
		name := fmt.Sprintf("Domain controller %s (%s)", dc.ID, dc.Address)
		switch {
		case o.err != nil:
			missing = append(missing, fmt.Sprintf("%s did not take them: %s", name, errs.Sentence(o.err)))
		case !o.seen.Running:
			missing = append(missing, name+" is not running.")
		case o.seen.ForwardersRevision != rules.Revision:
			missing = append(missing, name+" serves others still.")
		}
		if !o.seen.Running {
			if applied, ok := old.Applied[dc.ID]; ok {
				next.Applied[dc.ID] = applied
			}
			continue
		}
		next.Applied[dc.ID] = o.seen.ForwardersRevision
	}
	if len(missing) > 0 && rules.Revision > 0 {
		next.Reason = "The conditional forwarders are not on every domain controller yet. " + strings.Join(missing, " ")
	}
	return next
}

// current reports whether every DC that runs serves the rules, and at least
// one does. Then a forwarder that is to go is gone.
func current(rules directory.ForwardRules, served []outcome) bool {
	running := 0
	for _, o := range served {
		if o.seen.Running {
			running++
			if o.seen.ForwardersRevision != rules.Revision {
				return false
			}
		}
	}
	return running > 0
}

// conclude writes the status, if it says something new, and takes away the
// forwarders that have gone. No status means that the directory is going or
// gone, and every forwarder with it.
func (r *Reconciler) conclude(ctx context.Context, w wanted, next *directory.ForwarderStatus, served []outcome, gone bool) (again time.Duration, err error) {
	old := w.status
	var parts []func(tx *store.Txn)
	for _, o := range w.forwarders {
		if gone && (o.Value.Delete || next == nil) {
			parts = append(parts, func(tx *store.Txn) { r.drop(tx, o) })
		}
	}
	if next != nil {
		var health []func(tx *store.Txn)
		health, again = r.noteHealth(w.forwarders, served, gone)
		parts = append(parts, health...)
	}
	switch { // the status comes last: until then the next pass finds what is left
	case next == nil && old.Revision != 0:
		parts = append(parts, func(tx *store.Txn) { store.ForwardersStatus.Delete(tx, old.Key, old.Revision) })
	case next != nil && next.Revision > 0 && !same(old.Value, *next):
		parts = append(parts, func(tx *store.Txn) { store.ForwardersStatus.Put(tx, old.Key, *next, old.Revision) })
	}
	_, err = r.store.CommitParts(ctx, parts...)
	var conflict *store.ConflictError
	switch {
	case errors.As(err, &conflict):
		return atOnce, nil
	case err != nil:
		return 0, fmt.Errorf("cannot write the status of the forwarders of %s: %w", old.Key, err)
	}
	if next == nil {
		return 0, nil
	}
	if next.Revision != old.Value.Revision || next.Reason != old.Value.Reason {
		r.log.Info("conditional forwarders", "directory", old.Key, "revision", next.Revision, "reason", next.Reason)
	}
	switch {
	case next.Revision == 0:
		return 0, nil
	case next.Reason != "":
		return whileWaiting, nil
	default:
		return again, nil
	}
}

// same compares as the store would keep them, so that an empty map makes no
// difference.
func same(a, b directory.ForwarderStatus) bool {
	return a.Directory == b.Directory && a.Revision == b.Revision && a.Reason == b.Reason && maps.Equal(a.Applied, b.Applied)
}
