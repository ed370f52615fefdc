package directories_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

const elsewhere = "eu-west-1"

// active gives a directory that is Active, and a second Region's network.
func (b *bench) active() directory.Spec {
	b.t.Helper()
	b.network(true)
	b.commit(func(tx *store.Txn) {
		store.VPCs.Put(tx, "vpc-2", vpc.Spec{ID: "vpc-2", Region: elsewhere}, 0)
		store.VPCStatus.Put(tx, "vpc-2", vpc.Status{Ready: true}, 0)
	})
	spec := b.wish(1)
	b.until(spec, active)
	return spec
}

// more wants n more domain controllers in a Region, "" being the primary one.
func (b *bench) more(spec directory.Spec, region string, n byte) {
	b.t.Helper()
	b.change(spec, func(s *directory.Spec) {
		for i := range n {
			at := byte(len(s.DCs))
			s.DCs = append(s.DCs, directory.DC{ID: directory.NewDCID([5]byte{1, at, i}), HostName: fmt.Sprintf("M%d", at),
				Address: netip.AddrFrom4([4]byte{10, 1, 0, at}), Region: region})
		}
	})
}

// addRegion wants a Region, as AddRegion does.
func (b *bench) addRegion(spec directory.Spec) {
	b.t.Helper()
	b.commit(func(tx *store.Txn) { store.SecurityGroups.Put(tx, "sg-2", vpc.Group{ID: "sg-2"}, 0) })
	b.change(spec, func(s *directory.Spec) {
		s.Region = "us-east-1"
		s.Additional = append(s.Additional, directory.Region{Name: elsewhere, VPC: "vpc-2", SecurityGroup: "sg-2"})
	})
	b.more(spec, elsewhere, 2)
}

// removeRegion wants it no more, as RemoveRegion does.
func (b *bench) removeRegion(spec directory.Spec) {
	b.t.Helper()
	b.change(spec, func(s *directory.Spec) {
		s.ChangePlace(elsewhere, func(r *directory.Region) { r.Delete = true })
		for i := range s.DCs {
			s.DCs[i].Delete = s.DCs[i].Delete || s.DCs[i].Region == elsewhere
		}
	})
}

// untilRegion lets the reconciler look until the Region has that stage, ""
// meaning that it is gone, and gives the stages on the way.
func (b *bench) untilRegion(spec directory.Spec, stage directory.Stage) []directory.Stage {
	b.t.Helper()
	var seen []directory.Stage
	for range 300 {
		st, _ := b.status(spec).RegionByName(elsewhere)
		if len(seen) == 0 || seen[len(seen)-1] != st.Stage {
			seen = append(seen, st.Stage)
		}
		if st.Stage == stage && len(seen) > 1 {
			return seen
		}
		b.once(spec)
	}
	b.t.Fatalf("never %q: %v, %+v", stage, seen, b.status(spec))
	return nil
}

func (b *bench) spec(spec directory.Spec) directory.Spec {
	o, _ := store.Directories.Get(b.store, string(spec.ID))
	return o.Value
}

func (b *bench) states(spec directory.Spec) string {
	var list []string
	for _, d := range b.status(spec).DCs {
		list = append(list, string(d.State))
	}
	return strings.Join(list, " ")
}

func TestARegionIsAddedAndRemoved(t *testing.T) {
	b := newBench(t)
	spec := b.active()
	b.addRegion(spec)
	stages := b.untilRegion(spec, active)
	if stages[len(stages)-2] != creating {
		t.Error(stages)
	}
	if got := b.states(spec); got != "Active Active Active Active" || !slices.Equal(b.world.sites, []string{"us-east-1", elsewhere}) {
		t.Errorf("%s; sites %v", got, b.world.sites)
	}
	joined := strings.Join(b.world.calls, " ")
	if strings.LastIndex(joined, "join") > strings.LastIndex(joined, "greet") || strings.LastIndex(joined, "sites") > strings.LastIndex(joined, "join") {
		t.Error(joined)
	}
	rev := b.store.Revision()
	for range 5 {
		b.once(spec)
	}
	if b.store.Revision() != rev {
		t.Error("looking alone wrote something")
	}

	b.removeRegion(spec)
	b.untilRegion(spec, "")
	after := b.spec(spec)
	if len(after.DCs) != 2 || len(after.Additional) != 0 || len(b.status(spec).DCs) != 2 || len(b.world.attached) != 2 ||
		len(b.world.running) != 2 || !slices.Equal(b.world.sites, []string{"us-east-1"}) {
		t.Errorf("%+v; %+v; world %+v", after, b.status(spec), b.world)
	}
	if b.store.Claimed(directory.ClaimHost("M2")) != "" || b.store.Claimed(directory.ClaimAddress(netip.MustParseAddr("10.1.0.2"))) != "" {
		t.Error("names or addresses are still claimed")
	}
	if _, ok := store.SecurityGroups.Get(b.store, "sg-2"); ok {
		t.Error("the security group is still there")
	}
	if b.status(spec).Stage != active {
		t.Error(b.status(spec).Stage)
	}
}

// TestALargeRegionIsRemoved takes away more names and addresses than etcd takes
// in one transaction.
func TestALargeRegionIsRemoved(t *testing.T) {
	b := newBench(t)
	spec := b.active()
	b.addRegion(spec)
	b.more(spec, elsewhere, 80)
	b.removeRegion(spec)
	for range 20 {
		b.once(spec)
	}
	if after := b.spec(spec); len(after.DCs) != 2 || len(after.Additional) != 0 || len(b.status(spec).DCs) != 2 {
		t.Errorf("%d domain controllers are wanted, in %d Regions, and %d known", len(after.DCs), 1+len(after.Additional), len(b.status(spec).DCs))
	}
	if left := b.store.Claims("address/"); len(left) != 2 {
		t.Errorf("%d addresses are still claimed", len(left))
	}
}

func TestARegionComesAndGoesAcrossCrashes(t *testing.T) {
	for crash := range 8 {
		t.Run(fmt.Sprint(crash), func(t *testing.T) {
			b := newBench(t)
			spec := b.active()
			b.addRegion(spec)
			for range crash {
				b.once(spec)
			}
			b.restart()
			clear(b.world.running)
			b.untilRegion(spec, active)
			b.removeRegion(spec)
			for range crash {
				b.once(spec)
			}
			b.restart()
			clear(b.world.running)
			for range 50 {
				b.once(spec)
			}
			if got := b.spec(spec); len(got.DCs) != 2 || len(got.Additional) != 0 {
				t.Errorf("%+v, %+v", got, b.status(spec))
			}
		})
	}
}

func TestAStepOfARegionThatFailsIsDoneAgain(t *testing.T) {
	for _, op := range []string{"attach", "start", "sites", "join", "greet", "demote", "expel", "part", "stop", "remove", "detach"} {
		t.Run(op, func(t *testing.T) {
			b := newBench(t)
			spec := b.active()
			b.world.fail[op] = 3
			b.addRegion(spec)
			b.untilRegion(spec, active)
			b.world.fail[op] = 3
			b.removeRegion(spec)
			b.untilRegion(spec, "")
			if len(b.world.attached) != 2 || b.states(spec) != "Active Active" {
				t.Errorf("%s, attached %v", b.states(spec), b.world.attached)
			}
		})
	}
}

func TestADomainControllerThatKeepsFailingFailsAndIsMadeAnew(t *testing.T) {
	b := newBench(t)
	spec := b.active()
	b.world.fail["join"] = 13
	b.addRegion(spec)
	b.untilRegion(spec, failed)
	st := b.status(spec)
	region, _ := st.RegionByName(elsewhere)
	if st.DCs[2].State != directory.DCFailed || !strings.Contains(st.DCs[2].Reason, "join: out of order") || !strings.Contains(region.Reason, "join: out of order") {
		t.Errorf("%+v", st)
	}
	if st.Stage != active {
		t.Errorf("the primary Region is %s", st.Stage)
	}
	address := b.spec(spec).DCs[2].Address
	b.untilRegion(spec, active)
	if b.states(spec) != "Active Active Active Active" || b.spec(spec).DCs[2].Address != address {
		t.Error(b.states(spec))
	}
}

func TestTheNumberOfDomainControllersGoesUpAndDown(t *testing.T) {
	b := newBench(t)
	spec := b.active()
	b.more(spec, "", 2)
	for range 20 {
		b.once(spec)
	}
	if got := b.states(spec); got != "Active Active Active Active" || len(b.world.sites) != 0 {
		t.Fatal(got, b.world.sites)
	}
	// One of those that go is dead.
	b.change(spec, func(s *directory.Spec) { s.DCs[2].Delete, s.DCs[3].Delete = true, true })
	delete(b.world.running, b.spec(spec).DCs[3].ID)
	b.world.fail["start"] = 1
	for range 20 {
		b.once(spec)
	}
	if got := b.states(spec); got != "Active Active" || len(b.spec(spec).DCs) != 2 || len(b.world.domain) != 1 {
		t.Errorf("%s, %+v, domain %v", got, b.spec(spec).DCs, b.world.domain)
	}
	if n := strings.Count(strings.Join(b.world.calls, " "), "demote"); n != 1 {
		t.Errorf("%d demotions, want one: the other one is dead", n)
	}
}

func TestADeadDomainControllerMakesOnlyItsRegionImpaired(t *testing.T) {
	b := newBench(t)
	spec := b.active()
	b.addRegion(spec)
	b.untilRegion(spec, active)
	b.world.fail["start"] = 3
	delete(b.world.running, b.spec(spec).DCs[3].ID)
	b.untilRegion(spec, impaired)
	if st := b.status(spec); st.Stage != active || st.DCs[3].State != directory.DCImpaired {
		t.Errorf("%+v", st)
	}
	b.untilRegion(spec, active)
}
