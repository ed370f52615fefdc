package directories_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

const (
	requested  = directory.StageRequested
	creating   = directory.StageCreating
	created    = directory.StageCreated
	active     = directory.StageActive
	impaired   = directory.StageImpaired
	inoperable = directory.StageInoperable
	failed     = directory.StageFailed
)

func wantStages(t *testing.T, got []directory.Stage, want ...directory.Stage) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("stages %v, want %v", got, want)
	}
}

func TestADirectoryIsCreated(t *testing.T) {
	b := newBench(t)
	b.network(true)
	spec := b.wish(1)
	wantStages(t, b.until(spec, active), creating, created, active)
	st := b.status(spec)
	if !st.Populated || st.DomainSID == "" || len(st.DCs) != 2 || st.DCs[0].State != directory.DCActive || st.Step != "" {
		t.Fatalf("status %+v", st)
	}
	if !b.world.met || b.world.users["Admin"] != "Admins-1st" {
		t.Fatalf("world %+v", b.world)
	}
	if _, ok, _ := b.store.Secret(t.Context(), directory.SecretAdmin(spec.ID)); ok {
		t.Fatal("Admin's password is still kept")
	}
	if s, ok, _ := b.store.Secret(t.Context(), directory.SecretAdministrator(spec.ID)); !ok || len(s.Reveal()) < 32 {
		t.Fatal("the service credential has no good password")
	}
	rev := b.store.Revision()
	for range 5 {
		b.once(spec)
	}
	if b.store.Revision() != rev {
		t.Fatal("looking alone wrote something")
	}
}

// TestWhoAnswersIsLeftAloneWhileAnotherStarts: a probe takes from the one that
// starts.
func TestWhoAnswersIsLeftAloneWhileAnotherStarts(t *testing.T) {
	b := newBench(t)
	b.network(true)
	spec := b.wish(1)
	first, second := spec.DCs[0].HostName, spec.DCs[1].HostName
	const late = 10
	b.world.late = map[string]int{second: late}
	b.until(spec, active)
	between, waited := 0, 0
	for _, host := range b.world.probed {
		switch {
		case host == second:
			waited++
		case host == first && waited > 0 && waited < late:
			between++
		}
	}
	if waited < late || between > 1 {
		t.Errorf("the one that answers was probed %d times while the other was waited for: %v", between, b.world.probed)
	}
}

func TestACreationGoesOnAfterACrashAtAnyStep(t *testing.T) {
	for crash := range 12 {
		t.Run(fmt.Sprint(crash), func(t *testing.T) {
			b := newBench(t)
			b.network(true)
			spec := b.wish(1)
			for range crash {
				b.once(spec)
			}
			b.restart()
			clear(b.world.running) // and the host with it
			b.until(spec, active)
			if n := strings.Count(strings.Join(b.world.calls, " "), "populate"); n != 1 || b.status(spec).DomainSID == "" {
				t.Fatalf("populated %d times; %+v", n, b.status(spec))
			}
		})
	}
}

func TestAStepThatFailsIsDoneAgain(t *testing.T) {
	for _, op := range []string{"attach", "start", "provision", "populate", "join", "meet"} {
		t.Run(op, func(t *testing.T) {
			b := newBench(t)
			b.network(true)
			spec := b.wish(1)
			b.world.fail[op] = 2
			wantStages(t, b.until(spec, active), creating, created, active)
			if r := b.status(spec).StageReason; r != "" {
				t.Fatalf("reason %q", r)
			}
		})
	}
}

func TestACreationThatKeepsFailingFailsWithItsReason(t *testing.T) {
	b := newBench(t)
	b.network(true)
	spec := b.wish(1)
	b.world.fail["join"] = 1000
	wantStages(t, b.until(spec, failed), creating, failed)
	st := b.status(spec)
	if !strings.Contains(st.StageReason, "join: out of order") || st.DCs[1].State != directory.DCFailed || len(b.world.running) != 0 {
		t.Fatalf("%+v, running %v", st, b.world.running)
	}
	calls := len(b.world.calls)
	b.once(spec)
	if len(b.world.calls) != calls {
		t.Fatal("a failed directory is still worked on")
	}
}

func TestCreationWaitsForTheNetwork(t *testing.T) {
	b := newBench(t)
	b.network(false)
	spec := b.wish(1)
	for range 20 {
		b.once(spec)
	}
	if st := b.status(spec); st.Stage != creating || st.Step != "waiting for the network" || len(b.world.attached) != 0 {
		t.Fatalf("%+v", st)
	}
	b.network(true)
	b.until(spec, active)
}

func TestTwoDirectoriesAreCreatedAtOnceAndOthersQueueInTheirOrder(t *testing.T) {
	b := newBench(t)
	b.network(true)
	specs := []directory.Spec{b.wish(1), b.wish(2), b.wish(3), b.wish(4)}
	for i := len(specs) - 1; i >= 0; i-- { // asked in the wrong order
		b.once(specs[i])
	}
	for i := range specs {
		b.once(specs[i])
	}
	for i, want := range []directory.Stage{creating, creating, requested, requested} {
		if got := b.status(specs[i]).Stage; got != want {
			t.Fatalf("directory %d is %s, want %s", i+1, got, want)
		}
	}
	b.until(specs[0], active)
	b.once(specs[3])
	b.once(specs[2])
	if got := b.status(specs[3]).Stage; got != requested {
		t.Fatalf("the fourth went before the third: %s", got)
	}
	for _, s := range specs[1:] {
		b.until(s, active)
	}
}

func TestADomainControllerThatEndsIsShownAndStartedAgain(t *testing.T) {
	b := newBench(t)
	b.network(true)
	spec := b.wish(1)
	b.until(spec, active)
	dc := spec.DCs[1].ID
	delete(b.world.running, dc)
	wantStages(t, b.until(spec, impaired), impaired)
	st, _ := b.status(spec).DCByID(dc)
	if st.State != directory.DCImpaired || len(st.LastLog) == 0 || st.Reason == "" || st.Healthy.True {
		t.Fatalf("%+v", st)
	}
	b.until(spec, active)
	st, _ = b.status(spec).DCByID(dc)
	if st.State != directory.DCActive || st.Restarts != 1 || st.LastLog != nil || !st.Healthy.True {
		t.Fatalf("%+v", st)
	}
	clear(b.world.running)
	wantStages(t, b.until(spec, active), inoperable, active)
}

func TestADomainControllerThatLostItsDatabaseIsJoinedAgain(t *testing.T) {
	b := newBench(t)
	b.network(true)
	spec := b.wish(1)
	b.until(spec, active)
	b.world.calls, b.world.met = nil, false
	delete(b.world.running, spec.DCs[0].ID)
	delete(b.world.database, spec.DCs[0].ID)
	wantStages(t, b.until(spec, active), impaired, active)
	b.once(spec)
	if !b.world.met {
		t.Fatal("replication was not seen to")
	}
}

func TestOneFailedProbeIsNoIllnessAndLongSilenceStartsAnew(t *testing.T) {
	b := newBench(t)
	b.network(true)
	spec := b.wish(1)
	b.until(spec, active)
	dc := spec.DCs[0].ID
	b.world.silent[dc] = true
	b.once(spec)
	if s := b.status(spec).Stage; s != active {
		t.Fatalf("one failed probe made it %s", s)
	}
	b.until(spec, impaired)
	begin := b.now
	b.until(spec, active) // a silent one is stopped in the end, and started
	if b.world.silent[dc] || b.now.Sub(begin) < 30*time.Second {
		t.Fatalf("after %s", b.now.Sub(begin))
	}
}

func TestADomainControllerWhoseRouterWasLostIsAttachedAgain(t *testing.T) {
	b := newBench(t)
	b.network(true)
	spec := b.wish(1)
	b.until(spec, active)
	b.world.calls = nil
	clear(b.world.attached) // a router that goes takes their interfaces with it
	b.until(spec, active)
	for range 5 {
		b.once(spec)
	}
	if got := b.status(spec).Stage; got != active || len(b.world.attached) != 2 {
		t.Fatalf("%s, attached %v", got, b.world.attached)
	}
	if slices.Contains(b.world.calls, "stop") || slices.Contains(b.world.calls, "start") {
		t.Fatalf("a domain controller was started again: %v", b.world.calls)
	}
}

func TestPasswordResets(t *testing.T) {
	b := newBench(t)
	b.network(true)
	spec := b.wish(1)
	b.until(spec, active)
	ask := func(serial int64) directory.PasswordResetResult {
		t.Helper()
		b.commit(func(tx *store.Txn) { tx.SetSecret(directory.SecretPasswordReset(spec.ID), secret.New("New-1")) })
		b.change(spec, func(s *directory.Spec) { s.PasswordReset = directory.PasswordReset{Serial: serial, User: "bob"} })
		for range 10 {
			b.once(spec)
			if r := b.status(spec).PasswordReset; r.Serial == serial {
				if _, ok, _ := b.store.Secret(t.Context(), directory.SecretPasswordReset(spec.ID)); ok {
					t.Fatal("the password is still kept")
				}
				return r
			}
		}
		t.Fatal("never answered")
		return directory.PasswordResetResult{}
	}
	if r := ask(1); r.Error != "" || b.world.users["bob"] != "New-1" {
		t.Fatalf("%+v", r)
	}
	b.world.answer["password"] = errs.E(errs.UserNotFound, "no bob")
	if r := ask(2); r.Kind != "UserNotFound" || r.Error != "no bob" {
		t.Fatalf("%+v", r)
	}
	b.world.answer["password"] = errs.E(errs.InvalidPassword, "too short")
	if r := ask(3); r.Kind != "InvalidPassword" {
		t.Fatalf("%+v", r)
	}
	delete(b.world.answer, "password")
	b.world.fail["password"] = 2
	if r := ask(4); r.Error != "" {
		t.Fatalf("%+v", r)
	}
}

func TestComputersAreMade(t *testing.T) {
	b := newBench(t)
	b.network(true)
	spec := b.wish(1)
	b.until(spec, active)
	ask := func(serial int64) directory.ComputerResult {
		t.Helper()
		b.commit(func(tx *store.Txn) { tx.SetSecret(directory.SecretComputer(spec.ID), secret.New("New-1")) })
		b.change(spec, func(s *directory.Spec) { s.Computer = directory.Computer{Serial: serial, Name: "WS1"} })
		for range 10 {
			b.once(spec)
			if r := b.status(spec).Computer; r.Serial == serial {
				if _, ok, _ := b.store.Secret(t.Context(), directory.SecretComputer(spec.ID)); ok {
					t.Fatal("the password is still kept")
				}
				return r
			}
		}
		t.Fatal("never answered")
		return directory.ComputerResult{}
	}
	if r := ask(1); r.Error != "" || r.SID == "" || b.world.users["WS1$"] != "New-1" {
		t.Fatalf("%+v", r)
	}
	b.world.answer["computer"] = errs.E(errs.Exists, "there is one")
	if r := ask(2); r.Kind != "Exists" || r.Error != "there is one" || r.SID != "" {
		t.Fatalf("%+v", r)
	}
	b.world.answer["computer"] = errs.E(errs.Invalid, "no such place")
	if r := ask(3); r.Kind != "Invalid" {
		t.Fatalf("%+v", r)
	}
	delete(b.world.answer, "computer")
	b.world.fail["computer"] = 2
	if r := ask(4); r.Error != "" || r.SID == "" {
		t.Fatalf("%+v", r)
	}
}

func TestADeletedDirectoryLeavesNothing(t *testing.T) {
	for looks := range 16 { // from any stage
		b := newBench(t)
		b.network(true)
		spec := b.wish(1)
		for range looks {
			b.once(spec)
		}
		ts := trust.Spec{ID: "t-1", Directory: spec.ID, Remote: "corp.test"}
		fw := directory.Forwarder{Directory: spec.ID, RemoteDomain: "corp.test"}
		b.commit(func(tx *store.Txn) {
			store.Trusts.Put(tx, string(ts.ID), ts, 0)
			tx.SetSecret(trust.SecretPassword(ts.ID), secret.New("x"))
			claim := trust.Claim(ts)
			tx.Claim(claim.Key, claim.Owner)
			store.Forwarders.Put(tx, fw.Key(), fw, 0)
			store.ForwardersStatus.Put(tx, string(spec.ID), directory.ForwarderStatus{Directory: spec.ID}, 0)
			store.ForwarderHealth.Put(tx, fw.Key(), directory.ForwarderHealth{}, 0)
		})
		b.change(spec, func(s *directory.Spec) { s.Delete = true })
		b.world.fail["remove"], b.world.fail["detach"] = 1, 1
		for range 20 {
			b.once(spec)
		}
		w := b.world
		if len(w.running)+len(w.database)+len(w.attached) != 0 {
			t.Fatalf("after %d looks: %+v", looks, w)
		}
		if n := len(store.Directories.List(b.store)) + len(store.DirectoryStatus.List(b.store)) + len(store.Trusts.List(b.store)) +
			len(store.Forwarders.List(b.store)) + len(store.ForwardersStatus.List(b.store)) +
			len(store.ForwarderHealth.List(b.store)) + len(b.store.Claims("")); n != 0 {
			t.Fatalf("after %d looks: %d objects or claims are left", looks, n)
		}
		for _, name := range []string{directory.SecretAdministrator(spec.ID), directory.SecretAdmin(spec.ID), directory.SecretCA(spec.ID), trust.SecretPassword("t-1")} {
			if _, ok, _ := b.store.Secret(t.Context(), name); ok {
				t.Fatalf("after %d looks: the secret %s is left", looks, name)
			}
		}
	}
}

// Rules and routes come first, at a creation and whenever one is started again.
func TestNothingIsStartedOnAClosedInterface(t *testing.T) {
	b := newBench(t)
	b.network(true)
	b.world.closed = true
	spec := b.wish(1)
	for range 30 {
		b.once(spec)
	}
	if len(b.world.running) != 0 || slices.Contains(b.world.calls, "start") || !slices.Contains(b.world.calls, "attach") {
		t.Fatalf("running: %v, calls %q", b.world.running, b.world.calls)
	}
	if step := b.status(spec).Step; !strings.Contains(step, "rules and routes") {
		t.Errorf("it does not say what it waits for: %q", step)
	}
	b.world.closed = false
	b.until(spec, active)

	b.world.closed = true
	delete(b.world.running, spec.DCs[1].ID)
	b.until(spec, impaired)
	b.world.calls = nil
	for range 30 {
		b.once(spec)
	}
	if st, _ := b.status(spec).DCByID(spec.DCs[1].ID); slices.Contains(b.world.calls, "start") || st.Restarts != 0 {
		t.Errorf("started: %q, %+v", b.world.calls, st)
	}
	b.world.closed = false
	b.until(spec, active)
}
