package selective_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/reconcile/selective"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/trust"
)

// engine is a directory of two DCs in memory.
type engine struct {
	mu      sync.Mutex
	refuse  error
	usn     int64
	rules   map[directory.DCID]trust.Access
	targets int // computers, of which covered ask
	covered int
	applied int

	step   int      // accounts that one job comes to; 0 means all
	after  []string // where the jobs began
	failAt int      // the job that fails; 0 means none
}

// steps comes to step accounts, whose names are their numbers.
func (e *engine) steps(dc directory.Instance, access trust.Access, after string) (selective.Outcome, error) {
	e.after = append(e.after, after)
	if e.failAt == len(e.after) {
		return selective.Outcome{}, errors.New("the database is locked")
	}
	n, _ := strconv.Atoi(after)
	end := min(n+e.step, e.targets)
	out := selective.Outcome{USN: e.usn, Targets: end - n, Left: e.targets - end, Exempt: []string{fmt.Sprintf("own%d$", 9-n)}, Exempts: 1}
	if e.covered < end {
		out.Changed, e.covered = end-e.covered, end
		e.usn++
	}
	if end < e.targets {
		out.After = strconv.Itoa(end)
	} else {
		e.rules[dc.DC.ID] = access
	}
	return out, nil
}

func (e *engine) Apply(_ context.Context, dc directory.Instance, access trust.Access, after string) (selective.Outcome, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.refuse != nil {
		return selective.Outcome{}, e.refuse
	}
	e.applied++
	if e.step > 0 {
		return e.steps(dc, access, after)
	}
	out := selective.Outcome{USN: e.usn, Targets: e.targets}
	if !e.rules[dc.DC.ID].Same(access) || e.covered != e.targets {
		out.Changed = 1
		e.usn++
	}
	e.rules[dc.DC.ID], e.covered = access, e.targets
	return out, nil
}

func (e *engine) Replicate(_ context.Context, from, to directory.Instance) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rules[to.DC.ID] = e.rules[from.DC.ID]
	return nil
}

func (e *engine) USN(context.Context, directory.Instance) (int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.usn, nil
}

const dir = directory.ID("d-0123456789")

type rig struct {
	*testing.T
	*selective.Reconciler
	store  *store.Store
	engine *engine
	now    time.Time
}

func newRig(t *testing.T) *rig {
	r := &rig{T: t, store: storetest.New(t), engine: &engine{rules: map[directory.DCID]trust.Access{}, targets: 2}, now: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)}
	r.Reconciler = selective.New(selective.Config{Store: r.store, Engine: r.engine, Now: func() time.Time { return r.now }})
	spec, status := directory.Spec{ID: dir, Name: "corp.example.com"}, directory.Status{}
	for i := range 2 {
		id := directory.DCID(fmt.Sprintf("dc-000000000%d", i))
		spec.DCs = append(spec.DCs, directory.DC{ID: id})
		status.DCs = append(status.DCs, directory.DCStatus{ID: id, State: directory.DCActive})
	}
	tx := r.store.Begin()
	store.Directories.Put(tx, string(dir), spec, 0)
	store.DirectoryStatus.Put(tx, string(dir), status, 0)
	storetest.Commit(r, tx)
	return r
}

func (r *rig) trust(id trust.ID, selective bool) {
	r.Helper()
	old, _ := store.Trusts.Get(r.store, string(id))
	tx := r.store.Begin()
	store.Trusts.Put(tx, string(id), trust.Spec{ID: id, Directory: dir, Direction: trust.TwoWay, SelectiveAuth: selective}, old.Revision)
	storetest.Commit(r, tx)
}

// look reconciles and gives what is said to be in force.
func (r *rig) look() (trust.AccessStatus, bool) {
	r.Helper()
	r.now = r.now.Add(time.Second)
	if _, err := r.Reconcile(r.Context(), string(dir)); err != nil {
		r.Fatal(err)
	}
	o, ok := store.AccessStatus.Get(r.store, string(dir))
	return o.Value, ok
}

func TestTheRuleIsOnEveryDomainController(t *testing.T) {
	r := newRig(t)
	r.trust("t-1", false)
	if _, ok := r.look(); ok || r.engine.applied != 0 {
		t.Fatal("something is done though nothing is selective")
	}
	r.trust("t-2", true)
	st, _ := r.look()
	if !st.InForce.Restricts("t-2") || st.InForce.Restricts("t-1") || len(st.DCs) != 2 || st.Reason != "" {
		t.Fatalf("%+v", st)
	}
	for dc, rule := range r.engine.rules {
		if !rule.Same(st.InForce) {
			t.Errorf("%s has %+v", dc, rule)
		}
	}
	r.trust("t-2", false)
	if st, ok := r.look(); ok {
		t.Errorf("off, and still %+v", st)
	}
	if !slices.ContainsFunc([]trust.Access{r.engine.rules["dc-0000000000"], r.engine.rules["dc-0000000001"]}, func(a trust.Access) bool { return !a.Enforced() }) {
		t.Errorf("off, and the domain controllers have %+v", r.engine.rules)
	}
}

func TestWhatFailsIsNotSaidToBeInForce(t *testing.T) {
	r := newRig(t)
	r.engine.refuse = errors.New("the database is locked")
	r.trust("t-1", true)
	if st, _ := r.look(); st.InForce.Enforced() || !strings.Contains(st.Reason, "the database is locked") {
		t.Errorf("%+v", st)
	}
	r.engine.refuse = nil
	if st, _ := r.look(); !st.InForce.Enforced() || st.Reason != "" {
		t.Errorf("it does not heal: %+v", st)
	}
	// A rule that cannot be lifted is still in force.
	r.engine.refuse = errors.New("the database is locked")
	r.trust("t-1", false)
	if st, _ := r.look(); !st.InForce.Enforced() || st.Reason == "" {
		t.Errorf("%+v", st)
	}
}

func TestNewComputersAreFoundAndQuietOnesCostNothing(t *testing.T) {
	r := newRig(t)
	r.trust("t-1", true)
	r.look()
	r.look() // the first one's own writing
	before := r.engine.applied
	for range 5 {
		r.look()
	}
	if r.engine.applied != before {
		t.Errorf("%d looks at a database that did not change", r.engine.applied-before)
	}
	r.engine.mu.Lock()
	r.engine.targets++
	r.engine.usn++
	r.engine.mu.Unlock()
	if st, _ := r.look(); st.Targets != 3 || r.engine.covered != 3 {
		t.Errorf("a new computer is not covered: %+v", st)
	}
}

func TestWhatASnapshotBringsBackIsLifted(t *testing.T) {
	r := newRig(t)
	r.look()
	o, _ := store.Directories.Get(r.store, string(dir))
	st, _ := store.DirectoryStatus.Get(r.store, string(dir))
	o.Value.Restore.Serial, st.Value.Restore = 1, directory.RestoreStatus{Serial: 1, Phase: directory.RestoreDone}
	tx := r.store.Begin()
	store.Directories.Put(tx, o.Key, o.Value, o.Revision)
	store.DirectoryStatus.Put(tx, st.Key, st.Value, st.Revision)
	storetest.Commit(r, tx)
	for range 3 {
		if st, ok := r.look(); ok {
			t.Errorf("%+v", st)
		}
	}
	if r.engine.applied != 1 {
		t.Errorf("looked %d times behind one restore", r.engine.applied)
	}
}

// A domain with more accounts than one job comes to: each job goes on where
// the one before stopped, also after a failure, and nothing is said to be in
// force before the last account asks on every domain controller.
func TestManyAccountsTakeManyJobs(t *testing.T) {
	r := newRig(t)
	r.engine.targets, r.engine.step, r.engine.failAt = 10, 4, 2
	r.trust("t-1", true)
	var reasons []string
	for range 4 {
		st, _ := r.look()
		reasons = append(reasons, st.Reason)
		if st.InForce.Enforced() != (st.Reason == "") {
			t.Errorf("in force: %v, %q", st.InForce.Enforced(), st.Reason)
		}
	}
	want := []string{"4 computers and service accounts ask so far, 6 accounts are still to be looked at", "the database is locked", "8 computers and service accounts ask so far, 2 accounts are still to be looked at", ""}
	if !slices.Equal(reasons, want) || !slices.Equal(r.engine.after, []string{"", "4", "4", "8"}) {
		t.Errorf("reasons %q, jobs began at %q", reasons, r.engine.after)
	}
	for range 2 { // the round that sees its own writing
		r.look()
	}
	st, _ := r.look()
	if st.Targets != 10 || st.Exempts != 3 || !slices.Equal(st.Exempt, []string{"own1$", "own5$", "own9$"}) || !r.engine.rules["dc-0000000001"].Same(st.InForce) {
		t.Errorf("%+v, %+v", st, r.engine.rules)
	}
	// A round that looks for what came since changes nothing that is said.
	r.engine.targets, r.engine.usn = 12, r.engine.usn+1
	begun := len(r.engine.after)
	r.now = r.now.Add(time.Hour)
	if st, _ := r.look(); st.Reason != "" || !st.InForce.Enforced() || st.Targets != 10 {
		t.Errorf("in the middle of a later round: %+v", st)
	}
	r.look()
	if st, _ := r.look(); st.Targets != 12 || !slices.Equal(r.engine.after[begun:], []string{"", "4", "8"}) {
		t.Errorf("%+v, jobs began at %q", st, r.engine.after[begun:])
	}
}

func TestADirectoryThatGoesLeavesNothing(t *testing.T) {
	r := newRig(t)
	r.trust("t-1", true)
	r.look()
	o, _ := store.Directories.Get(r.store, string(dir))
	tx := r.store.Begin()
	store.Directories.Delete(tx, o.Key, o.Revision)
	storetest.Commit(r, tx)
	if st, ok := r.look(); ok {
		t.Errorf("left: %+v", st)
	}
}
