package trusts

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// graveyard is a Finder before whose partners named dead-… no look ends by
// itself, or none finds anything.
type graveyard struct {
	*internet
	hang bool

	mu    sync.Mutex
	began map[directory.FQDN]int
	all   chan struct{} // closed when so many hang
	many  int
}

func grave(i int) directory.FQDN { return directory.FQDN(fmt.Sprintf("dead-%d.example.org", i)) }

var errSilent = errors.New("203.0.113.77: no answer")

func (y *graveyard) Find(ctx context.Context, from directory.Instance, domain directory.FQDN) (trust.Partner, error) {
	if len(domain) < 5 || domain[:5] != "dead-" {
		return y.internet.Find(ctx, from, domain)
	}
	y.mu.Lock()
	y.began[domain]++
	if len(y.began) == y.many && y.all != nil {
		close(y.all)
		y.all = nil
	}
	y.mu.Unlock()
	if y.hang {
		<-ctx.Done()
		return trust.Partner{}, ctx.Err()
	}
	return trust.Partner{}, errSilent
}

func (y *graveyard) looks() (sum int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, n := range y.began {
		sum += n
	}
	return sum
}

// TestAGoodTrustIsVerifiedWhile300LooksHang, verified again and deleted. No
// look at a dead partner ever ends here.
func TestAGoodTrustIsVerifiedWhile300LooksHang(t *testing.T) {
	const many = 300
	g := newRig(t)
	cloud, corp := g.pair()
	all := make(chan struct{})
	g.r.cfg.Find = &graveyard{internet: g.net, hang: true, began: map[directory.FQDN]int{}, all: all, many: many}
	g.r.cfg.Now = time.Now
	for i := range many {
		g.create("d-1", grave(i), trust.TwoWay, trust.Forest)
	}
	loop := reconcile.New(reconcile.Config{Reconciler: g.r, Workers: 8, Log: g.r.log})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { _ = loop.Run(ctx); close(ended) }()
	defer func() { stop(); <-ended }()
	g.store.Subscribe(ctx, func(c store.Change) {
		for _, key := range g.r.KeysFor(c) {
			loop.Nudge(key)
		}
	})
	select {
	case <-all:
	case <-t.Context().Done():
		t.Fatal("the looks do not begin: they wait for one another")
	}
	until := func(what string, cond func() bool) {
		t.Helper()
		if err := g.store.Until(t.Context(), cond); err != nil {
			t.Fatalf("never: %s: %v", what, err)
		}
	}

	g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
	id := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
	until("Verified", func() bool { return g.status(id).State == trust.Verified })
	g.wish(id, func(s *trust.Spec) { s.VerifySerial++ })
	until("verified again", func() bool { return g.status(id).Answered == 1 })
	g.wish(id, func(s *trust.Spec) { s.Delete = true })
	until("deleted", func() bool { _, ok := store.Trusts.Get(g.store, string(id)); return !ok })
	for i := range many {
		if s := store.TrustStatus.Peek(g.store, fmt.Sprintf("t-%010d", i+1)); s.State != "" {
			t.Fatalf("a look at %s ended: %s", grave(i), s.State)
		}
	}
}

// TestTheDeadShareABudget however many they are: what the looks at them send
// is counted over hours of the trusts' own time.
func TestTheDeadShareABudget(t *testing.T) {
	const many = 400
	g := newRig(t)
	g.pair()
	y := &graveyard{internet: g.net, began: map[directory.FQDN]int{}}
	g.r.cfg.Find = y
	var ids []trust.ID
	for i := range many {
		ids = append(ids, g.create("d-1", grave(i), trust.TwoWay, trust.Forest))
	}
	due := map[string]time.Time{}
	nudge := func() {
		for _, key := range g.r.Keys() {
			due[key] = g.now
		}
	}
	pass := func(d time.Duration) {
		for until := g.now.Add(d); ; {
			first := until
			for key, at := range due {
				if !at.After(g.now) {
					again, err := g.r.Reconcile(context.Background(), key)
					if err != nil {
						t.Fatal(err)
					}
					due[key] = g.now.Add(max(again, time.Millisecond))
				}
				if due[key].Before(first) {
					first = due[key]
				}
			}
			if !first.Before(until) {
				g.now = until
				return
			}
			g.now = first
		}
	}
	nudge()
	pass(30 * time.Second)
	for _, id := range ids {
		if s := g.status(id).State; s != trust.Failed {
			t.Fatalf("%s is %s", id, s)
		}
	}
	if n := y.looks(); n > 10*many {
		t.Errorf("%d looks until %d trusts were judged", n, many)
	}
	count := func(d time.Duration) int {
		before := y.looks()
		pass(d)
		return y.looks() - before
	}
	const hour = 60
	most := hour * trust.DeadPackets / trust.DeadLook(0)
	if n := count(hour * time.Minute); n > most {
		t.Errorf("%d looks in an hour after the judgement, the budget is %d", n, most)
	}
	if n := count(hour * time.Minute); n > most || n < many {
		t.Errorf("%d looks in the hour after, the budget is %d, and each of %d is looked at", n, most, many)
	}

	// What concerns all of them at once: a start of the process, a change of
	// the directory's DCs.
	g.restart()
	g.r.cfg.Find = y
	nudge()
	if n := count(time.Minute); n > 2*trust.DeadPackets/trust.DeadLook(0) {
		t.Errorf("%d looks in the minute after a start", n)
	}
	o, _ := store.DirectoryStatus.Get(g.store, "d-1")
	o.Value.DCs[1].LaunchTime = g.now
	g.commit(func(tx *store.Txn) { store.DirectoryStatus.Put(tx, o.Key, o.Value, o.Revision) })
	nudge()
	if n := count(time.Minute); n > 2*trust.DeadPackets/trust.DeadLook(0) {
		t.Errorf("%d looks in the minute after a domain controller changed", n)
	}

	// Who asks gets an answer at once.
	before := y.looks()
	g.wish(ids[7], func(s *trust.Spec) { s.VerifySerial++ })
	if _, err := g.r.Reconcile(context.Background(), string(ids[7])); err != nil || y.looks() != before+1 {
		t.Errorf("VerifyTrust made %d looks, error %v", y.looks()-before, err)
	}
	if s := g.status(ids[7]); s.Answered != 1 || s.State != trust.Failed {
		t.Errorf("%s, answered %d", s.State, s.Answered)
	}
}

// TestTheDeadAreNotScannedAgainAndAgain but once for each death, and when
// somebody asks.
func TestTheDeadAreNotScannedAgainAndAgain(t *testing.T) {
	g := newRig(t)
	cloud, corp := g.pair()
	g.forwarder()
	k := &knocks{shut: map[string]trust.Outcome{}}
	g.r.cfg.Ports = k
	g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
	id := g.create("d-1", corp.DNSName, trust.TwoWay, trust.Forest)
	g.becomes(id, trust.Verified)
	pass := func(d time.Duration) int {
		before, until := k.tried.Load(), g.now.Add(d)
		g.settle("time to pass", func() bool { return g.now.After(until) })
		return int(k.tried.Load() - before)
	}
	pass(time.Minute)
	g.net.change(func() { corp.deaf = true })
	g.becomes(id, trust.VerifyFailed)
	pass(5 * time.Second)
	for _, c := range []struct {
		name string
		do   func()
		want bool
	}{
		{"it stays dead", func() {}, false},
		{"VerifyTrust", func() { g.wish(id, func(s *trust.Spec) { s.VerifySerial++ }) }, true},
		{"it stays dead after that", func() {}, false},
		{"it is back", func() { g.net.change(func() { corp.deaf = false }) }, true},
	} {
		c.do()
		if n := pass(10 * time.Minute); (n > 0) != c.want || !c.want && n > 0 {
			t.Errorf("%s: ports were tried %d times", c.name, n)
		}
	}
}

// TestWhatIsSaidOfADeadPartnerOutlivesAStart of the process, although its ports
// are not tried yet.
func TestWhatIsSaidOfADeadPartnerOutlivesAStart(t *testing.T) {
	g := newRig(t)
	_, corp := g.pair()
	g.forwarder()
	k := &knocks{shut: map[string]trust.Outcome{"UDP 53": trust.PortSilent, "TCP 53": trust.PortSilent}}
	g.r.cfg.Ports = k
	g.net.change(func() { corp.deaf = true })
	id := g.create("d-1", corp.DNSName, trust.TwoWay, trust.Forest)
	g.settle("the ports to be named", func() bool { return g.status(id).State == trust.Failed && g.status(id).Cause == condition.PortClosed })
	said := g.status(id).StateReason
	g.restart()
	g.r.cfg.Ports = k
	seen := map[string]bool{}
	g.store.Subscribe(t.Context(), func(c store.Change) {
		if c.Table == store.TrustStatus.Name() {
			seen[store.TrustStatus.Peek(g.store, c.Key).StateReason] = true
		}
	})
	tried := k.tried.Load()
	g.settle("the ports to be tried again", func() bool { return k.tried.Load() > tried })
	if now := g.status(id).StateReason; now != said {
		t.Errorf("before the start:\n%s\nafter it:\n%s", said, now)
	}
}

// TestAForwardersHealthNudgesItsTrustsAlone, not all of the directory.
func TestAForwardersHealthNudgesItsTrustsAlone(t *testing.T) {
	g := newRig(t)
	g.pair()
	ids := []trust.ID{}
	applied := func(rev int64) func() []string {
		return func() []string {
			o, _ := store.ForwardersStatus.Get(g.store, "d-1")
			o.Value = directory.ForwarderStatus{Directory: "d-1", Applied: map[directory.DCID]int64{"dc-d-1-1": rev, "dc-d-1-2": rev}}
			g.commit(func(tx *store.Txn) { store.ForwardersStatus.Put(tx, "d-1", o.Value, o.Revision) })
			return g.r.KeysFor(store.Change{Table: store.ForwardersStatus.Name(), Key: "d-1"})
		}
	}
	health := func(which int, healthy bool, why string) func() []string {
		return func() []string {
			key := directory.ForwarderKey("d-1", grave(which))
			old, _ := store.ForwarderHealth.Get(g.store, key)
			now := directory.ForwarderHealth{Servers: map[directory.DCID][]directory.UpstreamHealth{"dc-d-1-1": {
				{Domain: grave(which), Address: netip.MustParseAddr("203.0.113.77"), Healthy: healthy, Error: why},
			}}}
			g.commit(func(tx *store.Txn) { store.ForwarderHealth.Put(tx, key, now, old.Revision) })
			return g.r.KeysFor(store.Change{Table: store.ForwarderHealth.Name(), Key: key})
		}
	}
	var last int64
	for i := range 3 {
		ids = append(ids, g.create("d-1", grave(i), trust.TwoWay, trust.Forest))
		f := directory.Forwarder{Directory: "d-1", RemoteDomain: grave(i), Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.77")}}
		g.commit(func(tx *store.Txn) { store.Forwarders.Put(tx, f.Key(), f, 0) })
		o, _ := store.Forwarders.Get(g.store, f.Key())
		last = o.Revision
	}
	applied(last - 1)()
	for _, c := range []struct {
		name   string
		change func() []string
		want   []string
	}{
		{"the last one is on every DC", applied(last), []string{string(ids[2])}},
		{"a server answers", health(1, true, ""), []string{string(ids[1])}},
		{"it still does", health(1, true, "whatever"), nil},
		{"it does no more", health(1, false, "no answer"), []string{string(ids[1])}},
		{"another word for it", health(1, false, "timeout"), nil},
	} {
		if got := c.change(); !slices.Equal(got, c.want) {
			t.Errorf("%s: nudges %v, want %v", c.name, got, c.want)
		}
	}
}
