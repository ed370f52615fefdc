package interfaces_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/reconcile/interfaces"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/vpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	dir     = "d-0123456789"
	group   = "sg-0123456789abcdef0"
	one     = "dc-000000000a"
	two     = "dc-000000000b"
	abroad  = "dc-000000000c"
	nowhere = "dc-000000000d" // has no interface
)

// network keeps in memory what is in force.
type network struct {
	mu      sync.Mutex
	filters map[string]vpc.Filter
	routes  map[string][]netip.Prefix
	fail    error // of SetRoutes
}

func unattached(dc string) error {
	if dc == nowhere {
		return errs.E(errs.Unavailable, "The domain controller has no network on this host yet.")
	}
	return nil
}

func (n *network) SetFilter(_ context.Context, dc string, f vpc.Filter) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := unattached(dc); err != nil {
		return err
	}
	n.filters[dc] = f
	return nil
}

func (n *network) SetRoutes(_ context.Context, nic vpc.NIC, extra []netip.Prefix, _ []netip.Addr) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fail != nil {
		return n.fail
	}
	n.routes[nic.Name] = extra
	return nil
}

type world struct {
	*testing.T
	store   *store.Store
	network *network
	rec     *interfaces.Reconciler
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, store: storetest.New(t), network: &network{filters: map[string]vpc.Filter{}, routes: map[string][]netip.Prefix{}}}
	w.rec = interfaces.New(interfaces.Config{Store: w.store, Network: w.network, Log: storetest.Log(t)})
	dc := func(id, address, region string) directory.DC {
		return directory.DC{ID: directory.DCID(id), Address: netip.MustParseAddr(address), Region: region}
	}
	put(w, store.Directories, dir, directory.Spec{
		ID: dir, Region: "us-east-1", VPC: "vpc-1", SecurityGroup: group,
		Additional: []directory.Region{{Name: "eu-west-1", VPC: "vpc-2", SecurityGroup: "sg-2"}},
		DCs:        []directory.DC{dc(one, "10.0.0.4", ""), dc(two, "10.0.1.4", ""), dc(abroad, "10.9.0.4", "eu-west-1")},
	})
	put(w, store.SecurityGroups, group, vpc.Group{ID: group, Region: "us-east-1", Rules: []vpc.Rule{
		{ID: "sgr-1", Egress: true, Protocol: vpc.All, Peer: vpc.Peer{Group: group}},
	}})
	return w
}

func put[T any](w *world, table store.Table[T], key string, value T) {
	w.Helper()
	old, _ := table.Get(w.store, key)
	tx := w.store.Begin()
	table.Put(tx, key, value, old.Revision)
	storetest.Commit(w, tx)
}

func (w *world) settle() {
	w.Helper()
	for range 3 {
		for _, key := range w.rec.Keys() {
			if _, err := w.rec.Reconcile(w.Context(), key); err != nil {
				w.Fatal(err)
			}
		}
	}
}

func (w *world) route(region, cidr string, gone bool) string {
	w.Helper()
	r := directory.IPRoute{Directory: dir, Region: region, CIDR: netip.MustParsePrefix(cidr), Delete: gone}
	put(w, store.IPRoutes, r.Key(), r)
	return r.Key()
}

func (w *world) state(key string) directory.IPRouteStatus {
	o, _ := store.IPRouteStatus.Get(w.store, key)
	return o.Value
}

func allows(f vpc.Filter, peer string) bool {
	_, ok := f.Allows(true, vpc.TCP, netip.MustParseAddr(peer), 445)
	return ok
}

func TestRulesComeIntoForce(t *testing.T) {
	w := newWorld(t)
	w.settle()
	f := w.network.filters[one]
	if !allows(f, "10.0.1.4") || !allows(f, "10.9.0.4") || allows(f, "203.0.113.9") {
		t.Errorf("at first: %+v", f)
	}
	if st, _ := store.InterfaceStatus.Get(w.store, one); st.Value.Reason != "" || !allows(st.Value.Filter, "10.0.1.4") || st.Value.Revision == 0 {
		t.Errorf("status %+v", st.Value)
	}
	if f := w.network.filters[abroad]; !slices.Contains(f.Always, netip.MustParseAddr("10.0.0.4")) || len(f.Egress) > 0 {
		t.Errorf("a group that is gone, in another Region: %+v", f)
	}
	g, _ := store.SecurityGroups.Get(w.store, group)
	g.Value.Rules = append(g.Value.Rules, vpc.Rule{ID: "sgr-2", Egress: true, Protocol: vpc.All, Peer: vpc.Peer{CIDR: netip.MustParsePrefix("203.0.113.0/24")}})
	put(w, store.SecurityGroups, group, g.Value)
	if keys := w.rec.KeysFor(store.Change{Table: store.SecurityGroups.Name(), Key: group}); !slices.Equal(keys, []string{dir}) {
		t.Errorf("a rule concerns %q", keys)
	}
	w.settle()
	if !allows(w.network.filters[two], "203.0.113.9") || allows(w.network.filters[abroad], "203.0.113.9") {
		t.Error("the rule is not in force where it must be, and only there")
	}
	written := w.store.Revision()
	w.settle()
	if w.store.Revision() != written {
		t.Error("status written without news")
	}
}

// The members of a group that a rule of another directory names change.
func TestMembersOfAPeer(t *testing.T) {
	w := newWorld(t)
	other := directory.Spec{ID: "d-0000000001", Region: "us-east-1", SecurityGroup: "sg-9", DCs: []directory.DC{{ID: "dc-0000000001", Address: netip.MustParseAddr("10.0.7.4")}}}
	put(w, store.Directories, string(other.ID), other)
	put(w, store.SecurityGroups, group, vpc.Group{ID: group, Rules: []vpc.Rule{{ID: "sgr-1", Egress: true, Protocol: vpc.All, Peer: vpc.Peer{Group: "sg-9"}}}})
	w.settle()
	if !allows(w.network.filters[one], "10.0.7.4") {
		t.Error("a member is not let out to")
	}
	if keys := w.rec.KeysFor(store.Change{Table: store.Directories.Name(), Key: string(other.ID)}); !slices.Contains(keys, dir) {
		t.Errorf("its members concern %q", keys)
	}
}

func TestRoutes(t *testing.T) {
	w := newWorld(t)
	here, there := w.route("us-east-1", "203.0.113.0/24", false), w.route("eu-west-1", "198.51.100.0/24", false)
	w.network.fail = errors.New("the kernel said no")
	w.settle()
	if st := w.state(here); st.State != directory.RouteAddFailed || !strings.Contains(st.Reason, "the kernel said no") {
		t.Errorf("failing: %+v", st)
	}
	if st, _ := store.InterfaceStatus.Get(w.store, one); st.Value.Reason == "" || len(st.Value.Routes) > 0 || len(st.Value.Filter.Egress) == 0 {
		t.Errorf("what is in force while routes fail: %+v", st.Value)
	}
	w.network.fail = nil
	w.settle()
	if w.state(here).State != directory.RouteAdded || w.state(there).State != directory.RouteAdded {
		t.Errorf("%+v, %+v", w.state(here), w.state(there))
	}
	if len(w.network.routes[two]) != 1 || w.network.routes[two][0].String() != "203.0.113.0/24" || w.network.routes[abroad][0].String() != "198.51.100.0/24" {
		t.Errorf("routes %v", w.network.routes)
	}
	w.network.fail = errors.New("the kernel said no")
	w.route("us-east-1", "203.0.113.0/24", true)
	w.settle()
	if st := w.state(here); st.State != directory.RouteRemoveFailed {
		t.Errorf("failing to remove: %+v", st)
	}
	w.network.fail = nil
	w.settle()
	if _, ok := store.IPRoutes.Get(w.store, here); ok || len(w.network.routes[one]) > 0 {
		t.Error("the route is there still")
	}
	if _, ok := store.IPRouteStatus.Get(w.store, here); ok {
		t.Error("its status is there still")
	}
}

func TestWithoutAnInterface(t *testing.T) {
	w := newWorld(t)
	d, _ := store.Directories.Get(w.store, dir)
	d.Value.DCs = append(d.Value.DCs, directory.DC{ID: nowhere, Address: netip.MustParseAddr("10.0.1.5")})
	put(w, store.Directories, dir, d.Value)
	key := w.route("us-east-1", "203.0.113.0/24", false)
	w.settle()
	if w.state(key).State != directory.RouteAdded {
		t.Errorf("one domain controller without an interface holds everybody up: %+v", w.state(key))
	}
	if st, _ := store.InterfaceStatus.Get(w.store, nowhere); st.Value.Reason == "" || len(st.Value.Filter.Always) > 0 {
		t.Errorf("status of the one without: %+v", st.Value)
	}
}

func TestNothingIsLeftOfADirectory(t *testing.T) {
	w := newWorld(t)
	w.route("us-east-1", "203.0.113.0/24", false)
	w.settle()
	d, _ := store.Directories.Get(w.store, dir)
	tx := w.store.Begin()
	store.Directories.Delete(tx, dir, d.Revision)
	storetest.Commit(t, tx)
	w.settle()
	if n := len(store.InterfaceStatus.List(w.store)) + len(store.IPRoutes.List(w.store)) + len(store.IPRouteStatus.List(w.store)); n > 0 {
		t.Errorf("%d objects left", n)
	}
}

// TestManyRoutesAndInterfaces has more of both than etcd takes in one
// transaction: they come into force, and go with their directory.
func TestManyRoutesAndInterfaces(t *testing.T) {
	const many = 150
	w := newWorld(t)
	d, _ := store.Directories.Get(w.store, dir)
	for i := range many {
		d.Value.DCs = append(d.Value.DCs, directory.DC{ID: directory.DCID(fmt.Sprintf("dc-%010d", i)), Address: netip.AddrFrom4([4]byte{10, 0, 2, byte(i)})})
		w.route("us-east-1", fmt.Sprintf("203.0.%d.0/24", i), false)
	}
	put(w, store.Directories, dir, d.Value)
	w.settle()
	added := 0
	for _, o := range store.IPRouteStatus.List(w.store) {
		if o.Value.State == directory.RouteAdded {
			added++
		}
	}
	if n := len(store.InterfaceStatus.List(w.store)); added != many || n != many+3 {
		t.Fatalf("%d of %d routes are added, %d interfaces are known", added, many, n)
	}
	for i := range many {
		w.route("us-east-1", fmt.Sprintf("203.0.%d.0/24", i), true)
	}
	w.settle()
	if n := len(store.IPRoutes.List(w.store)) + len(store.IPRouteStatus.List(w.store)); n != 0 {
		t.Errorf("%d objects of routes are left that were to go", n)
	}
	gone, _ := store.Directories.Get(w.store, dir)
	tx := w.store.Begin()
	store.Directories.Delete(tx, dir, gone.Revision)
	storetest.Commit(t, tx)
	w.settle()
	if n := len(store.InterfaceStatus.List(w.store)); n != 0 {
		t.Errorf("%d interfaces of a directory that is gone", n)
	}
}

// TestWithoutAGroup: no group and one that is not there let nothing through but
// the other domain controllers, and it is said.
func TestWithoutAGroup(t *testing.T) {
	for _, missing := range []vpc.GroupID{"", "sg-0000000000000dead"} {
		w := newWorld(t)
		d, _ := store.Directories.Get(w.store, dir)
		d.Value.SecurityGroup = missing
		put(w, store.Directories, dir, d.Value)
		w.settle()
		f := w.network.filters[one]
		if allows(f, "203.0.113.9") || len(f.Ingress)+len(f.Egress) != 0 || !allows(f, "10.0.1.4") {
			t.Errorf("group %q: %+v", missing, f)
		}
		if st := store.InterfaceStatus.Peek(w.store, one); !strings.Contains(st.Reason, "does not exist") {
			t.Errorf("group %q: nobody is told: %q", missing, st.Reason)
		}
	}
}
