package interfaces

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// writes is what a pass has to write: each part is right by itself, and the
// next pass finds what was not written.
type writes []func(tx *store.Txn)

func (w *writes) add(part func(tx *store.Txn)) { *w = append(*w, part) }

// conclude writes down what is in force, and takes away what was to go.
func (p *pass) conclude(ctx context.Context) (again time.Duration, err error) {
	var w writes
	again = heartbeat
	for _, x := range p.dcs {
		p.tellInterface(&w, x)
		switch {
		case x.unattached():
			again = min(again, whileWaiting)
		case x.err != nil:
			again = min(again, whileFailing)
		}
	}
	for _, o := range p.routes {
		p.tellRoute(&w, o)
	}
	if !p.wanted {
		again = 0
	}
	return p.commit(ctx, w, again)
}

func (r *Reconciler) commit(ctx context.Context, w writes, again time.Duration) (time.Duration, error) {
	_, err := r.store.CommitParts(ctx, w...)
	var conflict *store.ConflictError
	switch {
	case errors.As(err, &conflict):
		return atOnce, nil
	case err != nil:
		return 0, fmt.Errorf("cannot write what is in force: %w", err)
	}
	return again, nil
}

// tellInterface writes what is in force on one interface, if it is news. Where
// putting it in force failed, what was there before still is.
func (p *pass) tellInterface(w *writes, x dcPass) {
	old, _ := store.InterfaceStatus.Get(p.store, string(x.dc.ID))
	next := vpc.InterfaceStatus{DC: string(x.dc.ID), Filter: x.filter, Routes: x.reach(), Revision: x.rev}
	switch {
	case x.unattached():
		next = vpc.InterfaceStatus{DC: string(x.dc.ID)}
	case x.routed != nil:
		next.Routes, next.Revision = old.Value.Routes, old.Value.Revision
	case x.err != nil:
		next = old.Value
		next.DC = string(x.dc.ID)
	}
	next.Reason = words(x.err)
	if next.Reason == "" {
		next.Reason = x.without
	}
	if old.Revision != 0 && same(old.Value, next) {
		return
	}
	if next.Reason != "" && !x.unattached() && next.Reason != old.Value.Reason {
		p.log.Error("rules and routes are not in force", "dc", next.DC, "error", next.Reason)
	}
	w.add(func(tx *store.Txn) { store.InterfaceStatus.Put(tx, next.DC, next, old.Revision) })
}

// tellRoute writes what became of a route, if it is news, or takes it away.
func (p *pass) tellRoute(w *writes, o store.Object[directory.IPRoute]) {
	old, _ := store.IPRouteStatus.Get(p.store, o.Key)
	_, there := p.spec.Place(o.Value.Region)
	state, reason := p.stateOf(o.Value)
	if !p.wanted || !there || state == directory.RouteRemoved {
		w.add(func(tx *store.Txn) {
			store.IPRoutes.Delete(tx, o.Key, o.Revision)
			if old.Revision != 0 {
				store.IPRouteStatus.Delete(tx, o.Key, old.Revision)
			}
		})
		return
	}
	if old.Revision != 0 && old.Value.State == state && old.Value.Reason == reason {
		return
	}
	next := directory.IPRouteStatus{State: state, Reason: reason, Since: p.now().UTC()}
	w.add(func(tx *store.Txn) { store.IPRouteStatus.Put(tx, o.Key, next, old.Revision) })
}

// stateOf draws a route's state from the domain controllers of its Region. One
// without an interface holds nobody up: it gets all routes with it.
func (p *pass) stateOf(r directory.IPRoute) (directory.IPRouteState, string) {
	waits, fails, does := directory.RouteAdding, directory.RouteAddFailed, directory.RouteAdded
	if r.Delete {
		waits, fails, does = directory.RouteRemoving, directory.RouteRemoveFailed, directory.RouteRemoved
	}
	inForce := 0
	for _, x := range p.dcs {
		switch {
		case x.region != r.Region || x.unattached():
		case x.err != nil:
			return fails, fmt.Sprintf("Domain controller %s (%s) did not take the change: %s", x.dc.ID, x.dc.Address, words(x.err))
		default:
			inForce++
		}
	}
	if inForce == 0 {
		return waits, "No domain controller of the directory has a network interface yet."
	}
	return does, ""
}

// dropOrphans forgets interfaces of domain controllers that are gone, and
// routes of directories that are.
func (r *Reconciler) dropOrphans(ctx context.Context) (time.Duration, error) {
	dcs := map[string]bool{}
	for o := range store.Directories.All(r.store) {
		for _, dc := range o.Value.DCs {
			dcs[string(dc.ID)] = true
		}
	}
	var w writes
	for o := range store.InterfaceStatus.All(r.store) {
		if !dcs[o.Key] {
			w.add(func(tx *store.Txn) { store.InterfaceStatus.Delete(tx, o.Key, o.Revision) })
		}
	}
	for o := range store.IPRoutes.All(r.store) {
		if store.Directories.Peek(r.store, string(o.Value.Directory)).ID == "" {
			w.add(func(tx *store.Txn) { store.IPRoutes.Delete(tx, o.Key, o.Revision) })
		}
	}
	for o := range store.IPRouteStatus.All(r.store) {
		if store.IPRoutes.Peek(r.store, o.Key).Directory == "" {
			w.add(func(tx *store.Txn) { store.IPRouteStatus.Delete(tx, o.Key, o.Revision) })
		}
	}
	again := time.Duration(0)
	if len(w) > 0 {
		again = atOnce // a route's status becomes an orphan with the route
	}
	return r.commit(ctx, w, again)
}

// same compares as the store would keep them.
func same(a, b vpc.InterfaceStatus) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
