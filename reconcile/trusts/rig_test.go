package trusts

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/trust"
)

// rig is a reconciler with a real store, an internet in memory and a clock
// that moves only when something waits.
type rig struct {
	t     *testing.T
	store *store.Store
	net   *internet
	now   time.Time
	r     *Reconciler
	next  int
}

const password = "Correct-Horse-7"

func newRig(t *testing.T) *rig {
	t.Helper()
	g := &rig{t: t, store: storetest.New(t), net: newInternet(), now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	g.restart()
	t.Cleanup(func() { g.r.Close() })
	return g
}

// restart begins anew with nothing but the store, as after kill -9.
func (g *rig) restart() {
	if g.r != nil {
		g.r.Close()
		g.now = g.now.Add(time.Second)
	}
	g.r = New(Config{
		Store: g.store, Open: g.net.open, Find: g.net, Control: g.net, Explain: explain,
		Now: func() time.Time { return g.now }, Log: slog.New(slog.DiscardHandler),
	})
}

// directory makes a managed directory with two DCs.
func (g *rig) directory(id directory.ID, name directory.FQDN, netbios directory.NetBIOSName) *domain {
	g.t.Helper()
	first, second := directory.DCID("dc-"+id+"-1"), directory.DCID("dc-"+id+"-2")
	d := g.net.add(name, netbios, first, second)
	spec := directory.Spec{ID: id, Name: name, ShortName: netbios, DCs: []directory.DC{
		{ID: first, HostName: "A" + string(netbios), Address: netip.MustParseAddr("10.128.0.10")},
		{ID: second, HostName: "B" + string(netbios), Address: netip.MustParseAddr("10.128.1.10")},
	}}
	status := directory.Status{Stage: directory.StageActive, DomainSID: d.SID, DCs: []directory.DCStatus{
		{ID: first, State: directory.DCActive, Provisioned: true}, {ID: second, State: directory.DCActive, Provisioned: true},
	}}
	g.commit(func(tx *store.Txn) {
		tx.Claim(directory.ClaimName(name), string(id))
		store.Directories.Put(tx, string(id), spec, 0)
		store.DirectoryStatus.Put(tx, string(id), status, 0)
	})
	return d
}

// cloud and corp are the usual pair: a managed directory and a self-managed
// domain with stock tools.
func (g *rig) pair() (cloud, corp *domain) {
	return g.directory("d-1", "cloud.example.net", "CLOUD"), g.net.add("corp.example.com", "CORP", "corp-1")
}

// create does what service.CreateTrust does.
func (g *rig) create(id directory.ID, remote directory.FQDN, direction trust.Direction, typ trust.Type) trust.ID {
	g.t.Helper()
	g.next++
	spec := trust.Spec{
		ID: trust.ID(fmt.Sprintf("t-%010d", g.next)), Directory: id, Remote: remote, RemoteDomainName: string(remote),
		Direction: direction, Type: typ, CreatedAt: g.now, UpdatedAt: g.now,
	}
	g.commit(func(tx *store.Txn) {
		claim := trust.Claim(spec)
		tx.Claim(claim.Key, claim.Owner)
		tx.SetSecret(trust.SecretPassword(spec.ID), secret.New(password))
		store.Trusts.Put(tx, string(spec.ID), spec, 0)
	})
	return spec.ID
}

// wish changes a trust's spec, as the service does.
func (g *rig) wish(id trust.ID, change func(*trust.Spec)) {
	g.t.Helper()
	o, ok := store.Trusts.Get(g.store, string(id))
	if !ok {
		g.t.Fatalf("no trust %s", id)
	}
	change(&o.Value)
	g.commit(func(tx *store.Txn) { store.Trusts.Put(tx, o.Key, o.Value, o.Revision) })
}

func (g *rig) delete(id trust.ID) {
	g.t.Helper()
	g.wish(id, func(s *trust.Spec) { s.Delete = true })
	g.settle("trust "+string(id)+" gone", func() bool { _, ok := store.Trusts.Get(g.store, string(id)); return !ok })
}

func (g *rig) commit(fill func(*store.Txn)) {
	g.t.Helper()
	tx := g.store.Begin()
	fill(tx)
	storetest.Commit(g.t, tx)
}

func (g *rig) status(id trust.ID) trust.Status {
	o, _ := store.TrustStatus.Get(g.store, string(id))
	return o.Value
}

// settle runs every trust when it is due until cond holds. Time passes only
// here.
func (g *rig) settle(what string, cond func() bool) {
	g.t.Helper()
	for range 400 {
		least := time.Minute
		for _, key := range g.r.Keys() {
			again, err := g.r.Reconcile(context.Background(), key)
			if err != nil {
				again = time.Second
			}
			if again > 0 {
				least = min(least, again)
			}
		}
		if cond() {
			return
		}
		g.now = g.now.Add(least)
	}
	var all []string
	for _, key := range g.r.Keys() {
		s := g.status(trust.ID(key))
		all = append(all, fmt.Sprintf("%s is %s: %s (since %s)", key, s.State, s.StateReason, s.StateSince))
	}
	g.t.Fatalf("never: %s\n%q", what, all)
}

// becomes waits for a state and gives the reason for it.
func (g *rig) becomes(id trust.ID, want trust.State) string {
	g.t.Helper()
	g.settle(fmt.Sprintf("%s %s", id, want), func() bool { return g.status(id).State == want })
	return g.status(id).StateReason
}

// stays checks that a state is still so after some looks.
func (g *rig) stays(id trust.ID, want trust.State) {
	g.t.Helper()
	until := g.now.Add(2 * time.Minute)
	g.settle("time to pass", func() bool { return g.now.After(until) })
	if s := g.status(id); s.State != want {
		g.t.Errorf("%s went from %s to %s: %s", id, want, s.State, s.StateReason)
	}
}

// sealed reports whether a trust's password is still kept.
func (g *rig) sealed(id trust.ID) bool {
	g.t.Helper()
	_, ok, err := g.store.Secret(context.Background(), trust.SecretPassword(id))
	if err != nil {
		g.t.Fatal(err)
	}
	return ok
}

// objects counts the trusted-domain objects of each DC of a domain.
func (d *domain) objects() []int {
	var n []int
	for _, dc := range d.dcs {
		n = append(n, len(dc.held))
	}
	return n
}

// called counts the calls of that name since the last time.
func (n *internet) called(name string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	count := 0
	for _, c := range n.calls {
		if len(c) > len(name) && c[:len(name)+1] == name+" " {
			count++
		}
	}
	n.calls = nil
	return count
}

func (n *internet) change(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	f()
}

func steps(s trust.Status) []trust.Step {
	var list []trust.Step
	for _, d := range s.Steps {
		if !slices.Contains(list, d.Step) {
			list = append(list, d.Step)
		}
	}
	return list
}
