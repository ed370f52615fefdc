package directories_test

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/reconcile/interfaces"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/vpc"
)

// ruler is a network that counts what is put in force.
type ruler struct {
	mu    sync.Mutex
	calls int
}

func (r *ruler) SetFilter(context.Context, string, vpc.Filter) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	return nil
}

func (r *ruler) SetRoutes(context.Context, vpc.NIC, []netip.Prefix, []netip.Addr) error { return nil }

// working makes a directory of k domain controllers that all work.
func (b *bench) working(k int) {
	b.t.Helper()
	b.network(true)
	spec := directory.Spec{ID: "d-0123456789", Name: "corp.example.com", ShortName: "CORP", VPC: "vpc-1"}
	status := directory.Status{Stage: directory.StageActive, Populated: true}
	for i := range k {
		dc := directory.DC{ID: directory.DCID(fmt.Sprintf("dc-%010d", i)), HostName: fmt.Sprintf("H%d", i), Address: netip.AddrFrom4([4]byte{10, 0, 0, byte(10 + i)})}
		spec.DCs = append(spec.DCs, dc)
		status.DCs = append(status.DCs, directory.DCStatus{ID: dc.ID, State: directory.DCActive, Provisioned: true})
		b.world.running[dc.ID], b.world.database[dc.ID], b.world.attached[string(dc.ID)] = true, true, true
	}
	b.commit(func(tx *store.Txn) {
		store.Directories.Put(tx, string(spec.ID), spec, 0)
		store.DirectoryStatus.Put(tx, string(spec.ID), status, 0)
	})
}

// What keeping a directory costs grows with its domain controllers, not with
// their square: a look at the place of one of them is a look at that one.
func TestTheCostOfADirectoryGrowsWithItsDomainControllers(t *testing.T) {
	var each []int
	for _, k := range []int{2, 4, 8, 16} {
		b, rules := newBench(t), &ruler{}
		b.working(k)
		opener := interfaces.New(interfaces.Config{Store: b.store, Network: rules, Log: storetest.Log(t), Now: func() time.Time { return b.now }})
		storetest.Elapse(t, &b.now, time.Minute, b.r, opener) // it settles
		rules.calls, b.world.calls = 0, nil
		storetest.Elapse(t, &b.now, 10*time.Minute, b.r, opener)
		attached := 0
		for _, call := range b.world.calls {
			if call == "attach" {
				attached++
			}
		}
		if attached == 0 || rules.calls == 0 {
			t.Fatalf("%d domain controllers: %d looks at the place in the network, %d at rules", k, attached, rules.calls)
		}
		t.Logf("%d domain controllers in 10 minutes: %d looks at places in the network, %d at rules", k, attached, rules.calls)
		each = append(each, (attached+rules.calls)/k)
	}
	for _, n := range each[1:] {
		if n > each[0] {
			t.Errorf("looks for each domain controller of 2, 4, 8 and 16: %d", each)
		}
	}
}

func TestAnIdleDirectoryWritesNothing(t *testing.T) {
	b := newBench(t)
	b.working(3)
	opener := interfaces.New(interfaces.Config{Store: b.store, Network: &ruler{}, Log: storetest.Log(t), Now: func() time.Time { return b.now }})
	storetest.Elapse(t, &b.now, time.Minute, b.r, opener)
	if n := storetest.Writes(b.store, func() { storetest.Elapse(t, &b.now, 10*time.Minute, b.r, opener) }); n != 0 {
		t.Errorf("%d writes in 10 minutes", n)
	}
}
