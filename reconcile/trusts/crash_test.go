package trusts

import (
	"context"
	"slices"
	"testing"

	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// TestAfterACrashTheSameEnd: each call to the world fails once, done and not
// done, and the process is new afterwards. One object per DC is left, the
// trust is verified, and the password forgotten.
func TestAfterACrashTheSameEnd(t *testing.T) {
	calls := []string{
		"Open", "Trust", "CreateTrust", "SetEncryptionTypes", "SetForestInfo", "Replicate", "ReloadConfig",
		"Rediscover", "Verify", "RestartWinbindd", "DeleteTrust",
	}
	for _, call := range calls {
		for _, done := range []bool{false, true} {
			name := call + " failed, not done"
			if done {
				name = call + " failed, but done"
			}
			t.Run(name, func(t *testing.T) {
				g := newRig(t)
				cloud, corp := g.pair()
				// A leftover of another direction, so that every step is met.
				g.net.stock(cloud, corp, trust.Incoming, trust.Forest, "old")
				g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
				id := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
				g.net.fail[call] = failure{done}
				_, _ = g.r.Reconcile(context.Background(), string(id)) // with the failure in it
				g.restart()
				g.becomes(id, trust.Verified)
				if len(g.net.fail) > 0 {
					t.Error("the call was never made")
				}
				g.settle("both DCs say yes", func() bool { return len(g.status(id).Verdicts) == 2 })
				if n := cloud.objects(); !slices.Equal(n, []int{1, 1}) || g.sealed(id) {
					t.Errorf("objects %v, password kept %v", n, g.sealed(id))
				}
				for _, dc := range cloud.dcs {
					if o := dc.held["corp.example.com"]; o.Direction != trust.TwoWay || o.EncryptionTypes == 0 || o.ForestInfo == nil {
						t.Errorf("%s holds %+v", dc.id, o.TDO)
					}
				}
				g.net.fail["DeleteTrust"] = failure{done}
				g.wish(id, func(s *trust.Spec) { s.Delete = true })
				_, _ = g.r.Reconcile(context.Background(), string(id))
				g.restart()
				g.settle("gone", func() bool { _, ok := store.Trusts.Get(g.store, string(id)); return !ok })
				if n := cloud.objects(); !slices.Equal(n, []int{0, 0}) {
					t.Errorf("objects %v", n)
				}
			})
		}
	}
}

// TestKilledBetweenAnyTwoCalls: the process ends after its first, second, …
// call to the world; a new one goes on.
func TestKilledBetweenAnyTwoCalls(t *testing.T) {
	for n := 1; ; n++ {
		g := newRig(t)
		cloud, corp := g.pair()
		g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
		id := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
		ctx, kill := context.WithCancel(context.Background())
		g.net.onCall(n, kill)
		_, err := g.r.Reconcile(ctx, string(id))
		kill()
		g.net.onCall(0, nil)
		g.restart()
		g.becomes(id, trust.Verified)
		if o := cloud.objects(); !slices.Equal(o, []int{1, 1}) || g.sealed(id) {
			t.Errorf("killed after call %d: objects %v, password kept %v", n, o, g.sealed(id))
		}
		if cloud.accounts != 1 {
			t.Errorf("killed after call %d: %d objects were written", n, cloud.accounts)
		}
		if err == nil {
			return // it was done before the kill
		}
	}
}
