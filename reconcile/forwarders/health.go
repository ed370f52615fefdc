package forwarders

import (
	"maps"
	"slices"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
)

// noteHealth gives the writes that take in how the DNS servers answer, one for
// each forwarder of which that changed, and when to look again. Those that go
// are left out.
func (r *Reconciler) noteHealth(forwarders []store.Object[directory.Forwarder], served []outcome, gone bool) (writes []func(tx *store.Txn), again time.Duration) {
	health, asked := healthOf(forwarders, served)
	if !asked {
		return nil, forNews
	}
	again = forHealth
	for _, o := range forwarders {
		if gone && o.Value.Delete {
			continue
		}
		now := health[o.Key]
		again = min(again, lookAgain(now, time.Now()))
		had, _ := store.ForwarderHealth.Get(r.store, o.Key)
		if !sameHealth(had.Value, now) {
			writes = append(writes, func(tx *store.Txn) {
				store.Forwarders.Expect(tx, o) // it is there still
				store.ForwarderHealth.Put(tx, o.Key, now, had.Revision)
			})
		}
	}
	return writes, again
}

// drop takes a forwarder away, and its health.
func (r *Reconciler) drop(tx *store.Txn, o store.Object[directory.Forwarder]) {
	store.Forwarders.Delete(tx, o.Key, o.Revision)
	if health, ok := store.ForwarderHealth.Get(r.store, o.Key); ok {
		store.ForwarderHealth.Delete(tx, o.Key, health.Revision)
	}
}

// healthOf sorts how the DNS servers answer by forwarder. asked is false when a
// DC that runs did not tell: then what is known stands.
func healthOf(forwarders []store.Object[directory.Forwarder], served []outcome) (health map[string]directory.ForwarderHealth, asked bool) {
	keys := map[directory.FQDN]string{}
	for _, o := range forwarders {
		keys[o.Value.RemoteDomain] = o.Key
	}
	health, asked = map[string]directory.ForwarderHealth{}, true
	for _, o := range served {
		asked = asked && !o.unasked
		for _, u := range o.upstreams {
			key, ok := keys[u.Domain]
			if !ok {
				continue
			}
			if health[key].Servers == nil {
				health[key] = directory.ForwarderHealth{Servers: map[directory.DCID][]directory.UpstreamHealth{}}
			}
			health[key].Servers[o.dc] = append(health[key].Servers[o.dc], u)
		}
	}
	return health, asked
}

// sameHealth compares as the store would keep them: a time's location makes no
// difference.
func sameHealth(a, b directory.ForwarderHealth) bool {
	return maps.EqualFunc(a.Servers, b.Servers, func(x, y []directory.UpstreamHealth) bool {
		return slices.EqualFunc(x, y, func(u, v directory.UpstreamHealth) bool {
			since := u.Since.Equal(v.Since)
			u.Since, v.Since = time.Time{}, time.Time{}
			return since && u == v
		})
	})
}

// lookAgain says when a forwarder's servers are worth another look: soon while
// one fell silent a moment ago, since it may be back, and as ever when it stays
// silent.
func lookAgain(h directory.ForwarderHealth, now time.Time) time.Duration {
	again := forHealth
	for _, list := range h.Servers {
		for _, u := range list {
			if !u.Healthy {
				again = min(again, max(whileUnwell, now.Sub(u.Since)/10))
			}
		}
	}
	return again
}
