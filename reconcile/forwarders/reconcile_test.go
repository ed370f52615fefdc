package forwarders_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/reconcile/forwarders"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	id  = directory.ID("d-0123456789")
	one = directory.DCID("dc-0000000001")
	two = directory.DCID("dc-0000000002")
)

// engine runs DCs in memory. Rules survive a DC that is down, as the real
// engine's do.
type engine struct {
	mu     sync.Mutex
	down   map[directory.DCID]bool
	refuse error // the next SetForwarders fails
	half   bool  // and so it does, but has done its work
	rules  map[directory.DCID]directory.ForwardRules
	silent map[directory.FQDN]bool // their DNS servers do not answer
	deaf   error                   // Upstreams fails
	asked  func()                  // runs while Upstreams is asked
	sets   int
}

func (e *engine) SetForwarders(_ context.Context, dc directory.DCID, rules directory.ForwardRules) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sets++
	failure := e.refuse
	e.refuse = nil
	if failure == nil || e.half {
		e.rules[dc] = rules
	}
	return failure
}

func (e *engine) Observe(_ context.Context, dc directory.DCID) directory.DCSeen {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.down[dc] {
		return directory.DCSeen{}
	}
	return directory.DCSeen{Running: true, ForwardersRevision: e.rules[dc].Revision}
}

func (e *engine) Upstreams(_ context.Context, dc directory.DCID) (list []directory.UpstreamHealth, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.asked != nil {
		e.asked()
	}
	for _, r := range e.rules[dc].Rules {
		list = append(list, directory.UpstreamHealth{Domain: r.Domain, Address: r.Addresses[0], Healthy: !e.silent[r.Domain]})
	}
	return list, e.deaf
}

// served lists the domains that a DC forwards.
func (e *engine) served(dc directory.DCID) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var names []string
	for _, r := range e.rules[dc].Rules {
		names = append(names, string(r.Domain))
	}
	return strings.Join(names, " ")
}

func (e *engine) set(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
}

type world struct {
	*testing.T
	store  *store.Store
	engine *engine
	rec    *forwarders.Reconciler
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, store: storetest.New(t), engine: &engine{
		down: map[directory.DCID]bool{}, rules: map[directory.DCID]directory.ForwardRules{},
	}}
	w.rec = forwarders.New(forwarders.Config{Store: w.store, Engine: w.engine, Log: storetest.Log(t)})
	w.write(func(tx *store.Txn) {
		store.Directories.Put(tx, string(id), directory.Spec{ID: id, DCs: []directory.DC{
			{ID: one, Address: netip.MustParseAddr("10.205.0.10")}, {ID: two, Address: netip.MustParseAddr("10.205.1.10")},
		}}, 0)
	})
	return w
}

func (w *world) write(change func(tx *store.Txn)) int64 {
	w.Helper()
	tx := w.store.Begin()
	change(tx)
	rev, err := tx.Commit(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return rev
}

// want writes a forwarder and gives the revision that callers wait for.
func (w *world) want(domain directory.FQDN, remove bool) int64 {
	w.Helper()
	f := directory.Forwarder{Directory: id, RemoteDomain: domain, Addresses: []netip.Addr{netip.MustParseAddr("10.205.9.9")}, Delete: remove}
	old, _ := store.Forwarders.Get(w.store, f.Key())
	return w.write(func(tx *store.Txn) { store.Forwarders.Put(tx, f.Key(), f, old.Revision) })
}

func (w *world) reconcile() time.Duration {
	w.Helper()
	again, err := w.rec.Reconcile(w.Context(), string(id))
	if err != nil {
		w.Fatal(err)
	}
	return again
}

func (w *world) status() directory.ForwarderStatus {
	o, _ := store.ForwardersStatus.Get(w.store, string(id))
	return o.Value
}

func (w *world) specs() int { return len(store.Forwarders.List(w.store)) }

func TestEveryDCServesTheCompleteSet(t *testing.T) {
	w := newWorld(t)
	w.reconcile()
	if w.engine.sets != 0 || w.status().Directory != "" {
		t.Error("a directory without forwarders was touched")
	}
	w.want("corp.example", false)
	rev := w.want("lab.example", false)
	w.reconcile()
	for _, dc := range []directory.DCID{one, two} {
		if got := w.engine.served(dc); got != "corp.example lab.example" {
			t.Errorf("%s serves %q", dc, got)
		}
		if w.status().Applied[dc] < rev {
			t.Errorf("%s: applied %d, wanted %d", dc, w.status().Applied[dc], rev)
		}
	}
	if w.status().Reason != "" {
		t.Error(w.status().Reason)
	}
	w.reconcile() // asks how the servers answer

	sets, written := w.engine.sets, w.store.Revision()
	w.reconcile()
	if w.engine.sets != sets || w.store.Revision() != written {
		t.Error("nothing changed, and yet something was done")
	}
}

func TestADeletedForwarderGoesWhenNobodyServesIt(t *testing.T) {
	w := newWorld(t)
	w.want("corp.example", false)
	w.want("lab.example", false)
	w.reconcile()
	rev := w.want("corp.example", true)
	w.engine.refuse = errors.New("socket closed")
	w.reconcile()
	if w.specs() != 2 || !strings.Contains(w.status().Reason, "socket closed") {
		t.Errorf("%d forwarders, reason %q", w.specs(), w.status().Reason)
	}
	w.reconcile()
	if w.specs() != 1 || w.engine.served(one) != "lab.example" || w.engine.served(two) != "lab.example" {
		t.Errorf("%d forwarders; served %q and %q", w.specs(), w.engine.served(one), w.engine.served(two))
	}
	if s := w.status(); s.Applied[one] < rev || s.Applied[two] < rev || s.Reason != "" {
		t.Errorf("%+v", s)
	}
	sets := w.engine.sets
	w.reconcile()
	if w.engine.sets != sets {
		t.Error("handed over again")
	}
}

func TestADCThatIsDownHoldsNobodyUpAndCatchesUp(t *testing.T) {
	w := newWorld(t)
	w.want("corp.example", false)
	w.want("lab.example", false)
	w.reconcile()
	w.engine.set(func() { w.engine.down[two] = true })
	rev := w.want("lab.example", true)
	if again := w.reconcile(); again <= 0 {
		t.Error("nobody looks whether it comes back")
	}
	s := w.status()
	if s.Applied[one] < rev || s.Applied[two] >= rev || w.specs() != 1 {
		t.Errorf("%+v, %d forwarders", s, w.specs())
	}
	if !strings.Contains(s.Reason, "dc-0000000002 (10.205.1.10) is not running") {
		t.Error(s.Reason)
	}
	// It comes back with the rules it had; the newest forwarder left in the
	// store is older than those.
	w.engine.set(func() { w.engine.down[two] = false })
	w.reconcile()
	if got := w.engine.served(two); got != "corp.example" {
		t.Errorf("the second one serves %q", got)
	}
	if s := w.status(); s.Applied[two] < rev || s.Reason != "" {
		t.Errorf("%+v", s)
	}
	// One that was made anew serves nothing.
	w.engine.set(func() { delete(w.engine.rules, two) })
	w.reconcile()
	if got := w.engine.served(two); got != "corp.example" {
		t.Errorf("the new one serves %q", got)
	}
}

func TestNoDCRunsSoNothingIsForgotten(t *testing.T) {
	w := newWorld(t)
	w.want("corp.example", false)
	w.reconcile()
	w.engine.set(func() { w.engine.down[one], w.engine.down[two] = true, true })
	w.want("corp.example", true)
	w.reconcile()
	if w.specs() != 1 {
		t.Error("the forwarder is forgotten while DCs still have it")
	}
	w.engine.set(func() { w.engine.down[one] = false })
	w.reconcile()
	if w.specs() != 0 || w.engine.served(one) != "" {
		t.Errorf("%d forwarders, served %q", w.specs(), w.engine.served(one))
	}
	w.engine.set(func() { w.engine.down[one], w.engine.down[two] = true, false })
	w.reconcile()
	if got := w.engine.served(two); got != "" {
		t.Errorf("the other one came back and serves %q", got)
	}
}

func TestFailedButDone(t *testing.T) {
	w := newWorld(t)
	rev := w.want("corp.example", false)
	w.engine.refuse, w.engine.half = errors.New("connection reset"), true
	w.reconcile()
	w.reconcile()
	if s := w.status(); s.Applied[one] != rev || s.Applied[two] != rev || s.Reason != "" {
		t.Errorf("%+v", s)
	}
}

func TestADCFromAnotherHistoryIsSetRight(t *testing.T) {
	w := newWorld(t)
	w.engine.rules[one] = directory.ForwardRules{Revision: 1 << 40, Rules: []directory.ForwardRule{
		{Domain: "old.example", Addresses: []netip.Addr{netip.MustParseAddr("10.205.9.1")}},
	}}
	w.want("corp.example", false)
	w.reconcile()
	if got := w.engine.served(one); got != "corp.example" {
		t.Errorf("serves %q", got)
	}
}

func TestADirectoryThatGoesTakesItsForwardersAlong(t *testing.T) {
	w := newWorld(t)
	w.want("corp.example", false)
	w.reconcile()
	o, _ := store.Directories.Get(w.store, string(id))
	o.Value.Delete = true
	w.write(func(tx *store.Txn) { store.Directories.Put(tx, o.Key, o.Value, o.Revision) })
	w.reconcile()
	if w.specs() != 0 || w.status().Directory != "" {
		t.Errorf("%d forwarders, %+v", w.specs(), w.status())
	}

	w.want("late.example", false)
	o, _ = store.Directories.Get(w.store, string(id))
	w.write(func(tx *store.Txn) { store.Directories.Delete(tx, o.Key, o.Revision) })
	if keys := w.rec.Keys(); !slices.Equal(keys, []string{string(id)}) {
		t.Errorf("keys %v", keys)
	}
	w.reconcile()
	if w.specs() != 0 {
		t.Error("a forwarder outlived its directory")
	}
}

func TestAChangeIsServedAtOnce(t *testing.T) {
	w := newWorld(t)
	loop := reconcile.New(reconcile.Config{Reconciler: w.rec, Resync: time.Hour, Log: storetest.Log(t)})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- loop.Run(ctx) }()
	w.store.Subscribe(ctx, func(c store.Change) {
		for _, key := range w.rec.KeysFor(c) {
			loop.Nudge(key)
		}
	})
	domains := []directory.FQDN{"a.example", "b.example", "c.example"}
	for i := range 12 {
		rev := w.want(domains[i%3], i%4 == 3)
		err := w.store.Until(ctx, func() bool {
			s := store.ForwardersStatus.Peek(w.store, string(id))
			return s.Applied[one] >= rev && s.Applied[two] >= rev
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if w.engine.served(one) != w.engine.served(two) {
		t.Errorf("served %q and %q", w.engine.served(one), w.engine.served(two))
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestTwoHundredForwardersAreDeleted deletes more than etcd takes in one
// transaction: by hand, and with their directory.
func TestTwoHundredForwardersAreDeleted(t *testing.T) {
	const many = 200
	domain := func(i int) directory.FQDN { return directory.FQDN(fmt.Sprintf("p%03d.example", i)) }
	w := newWorld(t)
	for i := range many {
		w.want(domain(i), false)
	}
	w.reconcile()
	for i := range many {
		w.want(domain(i), true)
	}
	w.reconcile()
	if w.specs() != 0 || w.engine.served(one) != "" || w.status().Reason != "" {
		t.Errorf("%d forwarders are left, served %q: %s", w.specs(), w.engine.served(one), w.status().Reason)
	}

	for i := range many {
		w.want(domain(i), false)
	}
	w.reconcile()
	o, _ := store.Directories.Get(w.store, string(id))
	w.write(func(tx *store.Txn) { store.Directories.Delete(tx, o.Key, o.Revision) })
	w.reconcile()
	if w.specs() != 0 || w.status().Directory != "" {
		t.Errorf("%d forwarders of a directory that is gone, status %+v", w.specs(), w.status())
	}
}
