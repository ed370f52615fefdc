package trusts

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/trust"
)

// BenchmarkComingRound is one round of all keys, which comes every minute, with
// 1,300 trusts whose partners have been dead for long and whose time has not
// come. Its time must not grow with the square of their number.
func BenchmarkComingRound(b *testing.B) {
	for _, many := range []int{130, 1300} {
		b.Run(fmt.Sprint(many), func(b *testing.B) {
			s := storetest.New(b)
			now := time.Now()
			for i := range many {
				spec := trust.Spec{ID: trust.ID(fmt.Sprintf("t-%010d", i)), Directory: "d-1", Remote: grave(i), Direction: trust.TwoWay, Type: trust.Forest, CreatedAt: now}
				f := directory.Forwarder{Directory: "d-1", RemoteDomain: grave(i), Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.77")}}
				tx := s.Begin()
				store.Trusts.Put(tx, string(spec.ID), spec, 0)
				store.TrustStatus.Put(tx, string(spec.ID), trust.Status{State: trust.Failed, FailingSince: now.Add(-time.Hour), DeadSince: now.Add(-time.Hour)}, 0)
				store.Forwarders.Put(tx, f.Key(), f, 0)
				storetest.Commit(b, tx)
				silent := []directory.UpstreamHealth{{Domain: grave(i), Address: f.Addresses[0], Error: "no answer"}}
				health := directory.ForwarderHealth{Servers: map[directory.DCID][]directory.UpstreamHealth{"dc-1": silent, "dc-2": silent}}
				tx = s.Begin()
				store.ForwarderHealth.Put(tx, f.Key(), health, 0)
				storetest.Commit(b, tx)
			}
			tx := s.Begin()
			store.Directories.Put(tx, "d-1", directory.Spec{ID: "d-1", Name: "cloud.example.net", DCs: []directory.DC{{ID: "dc-1"}, {ID: "dc-2"}}}, 0)
			store.ForwardersStatus.Put(tx, "d-1", directory.ForwarderStatus{Directory: "d-1"}, 0)
			storetest.Commit(b, tx)
			r := New(Config{
				Store: s, Find: &graveyard{internet: newInternet(), began: map[directory.FQDN]int{}},
				Explain: explain, Now: func() time.Time { return now },
			})
			defer r.Close()
			for b.Loop() {
				for _, key := range r.Keys() {
					if _, err := r.Reconcile(context.Background(), key); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
