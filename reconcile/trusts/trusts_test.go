package trusts

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// TestATwoWayTrustIsVerifiedInOnePass when the partner's side is there.
func TestATwoWayTrustIsVerifiedInOnePass(t *testing.T) {
	g := newRig(t)
	cloud, corp := g.pair()
	g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
	id := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
	again, err := g.r.Reconcile(context.Background(), string(id))
	s := g.status(id)
	if err != nil || s.State != trust.Verified || s.StateReason != "" || again != trust.Heartbeat {
		t.Fatalf("state %s, reason %q, again %s, error %v", s.State, s.StateReason, again, err)
	}
	if g.sealed(id) || s.Secret {
		t.Error("the trust password is still kept")
	}
	for _, dc := range cloud.dcs {
		o := dc.held["corp.example.com"]
		if o == nil || o.EncryptionTypes != trust.EncAES256 || len(o.ForestInfo) != 2 || o.SID != corp.SID || o.Attributes != trust.AttrForestTransitive {
			t.Errorf("%s holds %+v", dc.id, o)
		}
	}
	if len(s.Verdicts) != 2 || !s.Verdicts[0].Result.OK() || !s.Verdicts[1].Result.OK() {
		t.Errorf("verdicts: %+v", s.Verdicts)
	}
	want := []trust.Step{trust.StepFindPartner, trust.StepCreateLocalSide, trust.StepSetEncryptionTypes, trust.StepShareNames, trust.StepForgetPassword}
	if got := steps(s); !slices.Equal(got[:len(want)], want) {
		t.Errorf("steps %v, want them to begin with %v", got, want)
	}
	if c, bad := condition.FirstFalse(s.Conditions); bad {
		t.Errorf("condition %+v", c)
	}
	if n := g.net.called("Open"); n != 2 {
		t.Errorf("%d sessions for two DCs", n)
	}
}

// TestTheSixCombinations end where each must.
func TestTheSixCombinations(t *testing.T) {
	for _, typ := range []trust.Type{trust.Forest, trust.External} {
		for _, direction := range []trust.Direction{trust.Incoming, trust.Outgoing, trust.TwoWay} {
			t.Run(string(typ)+" "+string(direction), func(t *testing.T) {
				g := newRig(t)
				cloud, corp := g.pair()
				g.net.stock(corp, cloud, direction.Complement(), typ, password)
				id := g.create("d-1", "corp.example.com", direction, typ)
				want := trust.Verified
				if direction == trust.Incoming {
					want = trust.Created
				}
				g.becomes(id, want)
				g.stays(id, want)
				if n := cloud.objects(); !slices.Equal(n, []int{1, 1}) {
					t.Errorf("objects per DC: %v", n)
				}
			})
		}
	}
}

// TestALatePartnerTurnsTheTrustVerifiedByItself, without a call.
func TestALatePartnerTurnsTheTrustVerifiedByItself(t *testing.T) {
	g := newRig(t)
	cloud, corp := g.pair()
	id := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
	began := g.now
	reason := g.becomes(id, trust.VerifyFailed)
	if !strings.Contains(reason, "The other side is missing") {
		t.Errorf("reason: %s", reason)
	}
	if took := g.now.Sub(began); took < 9*time.Second || took > 20*time.Second {
		t.Errorf("VerifyFailed after %s of the trust's own time", took)
	}
	g.stays(id, trust.VerifyFailed)
	g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
	if reason := g.becomes(id, trust.Verified); reason != "" {
		t.Errorf("reason: %s", reason)
	}
}

// TestTwoManagedDirectories: each side by its own CreateTrust, and the first
// one is nudged when the second appears.
func TestTwoManagedDirectories(t *testing.T) {
	g := newRig(t)
	g.directory("d-1", "cloud.example.net", "CLOUD")
	g.directory("d-2", "edge.example.org", "EDGE")
	first := g.create("d-1", "edge.example.org", trust.TwoWay, trust.Forest)
	if reason := g.becomes(first, trust.VerifyFailed); !strings.Contains(reason, "The other side is missing") {
		t.Errorf("reason: %s", reason)
	}
	second := g.create("d-2", "cloud.example.net", trust.TwoWay, trust.Forest)
	if keys := g.r.KeysFor(store.Change{Table: store.Trusts.Name(), Key: string(second)}); !slices.Equal(keys, []string{string(second), string(first)}) {
		t.Errorf("a new trust nudges %v", keys)
	}
	if keys := g.r.KeysFor(store.Change{Table: store.TrustStatus.Name(), Key: string(second)}); !slices.Equal(keys, []string{string(first)}) {
		t.Errorf("a trust's status nudges %v", keys)
	}
	// No time passes: the second is verified in its first pass, the first as
	// soon as it is nudged.
	for _, id := range []trust.ID{second, first} {
		if _, err := g.r.Reconcile(context.Background(), string(id)); err != nil {
			t.Fatal(err)
		}
		if s := g.status(id); s.State != trust.Verified {
			t.Errorf("%s is %s: %s", id, s.State, s.StateReason)
		}
	}
}

// TestDeleteAndCreateAgainTenTimes verifies each time, without touching the
// partner's winbindd.
func TestDeleteAndCreateAgainTenTimes(t *testing.T) {
	g := newRig(t)
	cloud, corp := g.pair()
	for i := range 10 {
		g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
		id := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
		g.becomes(id, trust.Verified)
		g.delete(id)
		if n := cloud.objects(); !slices.Equal(n, []int{0, 0}) {
			t.Fatalf("round %d leaves objects %v", i, n)
		}
		if owner := g.store.Claimed(trust.ClaimPair("d-1", "corp.example.com")); owner != "" {
			t.Fatalf("round %d leaves the pair to %s", i, owner)
		}
	}
	if n := g.net.called("RestartWinbindd"); n != 0 {
		t.Errorf("winbindd was restarted %d times for the same trust", n)
	}
}

// TestAnotherDirectionRestartsOurWinbindd on each DC once, and verifies.
func TestAnotherDirectionRestartsOurWinbindd(t *testing.T) {
	for _, lostMark := range []bool{false, true} {
		g := newRig(t)
		cloud, corp := g.pair()
		g.net.stock(corp, cloud, trust.Outgoing, trust.Forest, password)
		id := g.create("d-1", "corp.example.com", trust.Incoming, trust.Forest)
		g.becomes(id, trust.Created)
		g.delete(id)
		if lostMark { // then NETLOGON's 1351 tells it
			mark, _ := store.TrustMarks.Get(g.store, "d-1/corp.example.com")
			g.commit(func(tx *store.Txn) { store.TrustMarks.Delete(tx, mark.Key, mark.Revision) })
		}
		g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
		g.net.called("")
		id = g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
		g.becomes(id, trust.Verified)
		g.stays(id, trust.Verified)
		if c, bad := condition.FirstFalse(g.status(id).Conditions); bad {
			t.Errorf("the partner had its outgoing direction before: %+v", c)
		}
		if n := g.net.called("RestartWinbindd"); n != 2 {
			t.Errorf("winbindd was restarted %d times on two DCs (mark lost: %v)", n, lostMark)
		}
	}
}

// TestAPartnerThatGainsADirectionIsToldToRestart its winbindd, while the
// trust is Verified: from our side everything works.
func TestAPartnerThatGainsADirectionIsToldToRestart(t *testing.T) {
	g := newRig(t)
	cloud, corp := g.pair()
	g.net.stock(corp, cloud, trust.Incoming, trust.Forest, password)
	id := g.create("d-1", "corp.example.com", trust.Outgoing, trust.Forest)
	g.becomes(id, trust.Verified)
	g.delete(id)
	g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
	id = g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
	g.becomes(id, trust.Verified)
	c, bad := condition.FirstFalse(g.status(id).Conditions)
	if !bad || c.Cause != condition.PartnerRestart || !strings.Contains(c.Hint, "Restart winbindd") {
		t.Errorf("condition %+v", c)
	}
}

// TestReasons says what each failure says, and that it heals by itself.
func TestReasons(t *testing.T) {
	for _, c := range []struct {
		name  string
		state trust.State
		says  string
		spoil func(g *rig, cloud, corp *domain)
		heal  func(cloud, corp *domain)
	}{
		{"wrong trust password", trust.VerifyFailed, "Access is denied. ", func(g *rig, cloud, corp *domain) {
			g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, "another")
		}, nil},
		{"partner down", trust.Failed, "none of them answers", func(_ *rig, _, corp *domain) { corp.down = true },
			func(_, corp *domain) { corp.down = false }},
		{"DNS server unreachable", trust.Failed, "got no answer", func(g *rig, _, corp *domain) { corp.deaf = true; g.forwarder() },
			func(_, corp *domain) { corp.deaf = false }},
		{"domain that does not exist", trust.Failed, "there is no such domain", func(g *rig, _, corp *domain) { corp.noDNS = true; g.forwarder() },
			func(_, corp *domain) { corp.noDNS = false }},
		{"no forwarder", trust.Failed, "no conditional forwarder", func(_ *rig, _, corp *domain) { corp.noDNS = true },
			func(_, corp *domain) { corp.noDNS = false }},
		{"partner with the wrong direction", trust.VerifyFailed, "do not complement", func(g *rig, cloud, corp *domain) {
			g.net.stock(corp, cloud, trust.Outgoing, trust.Forest, password)
		}, nil},
		{"partner that tells strangers nothing, with the wrong direction", trust.VerifyFailed, "The other side is missing", func(g *rig, cloud, corp *domain) {
			corp.silent = true
			g.net.stock(corp, cloud, trust.Outgoing, trust.Forest, password)
		}, nil},
		{"partner of the other type", trust.VerifyFailed, "types of the two sides differ", func(g *rig, cloud, corp *domain) {
			g.net.stock(corp, cloud, trust.TwoWay, trust.External, password)
		}, nil},
		{"clock skew", trust.VerifyFailed, "10 minutes ahead of ours", func(_ *rig, _, corp *domain) { corp.skew = 10 * time.Minute },
			func(_, corp *domain) { corp.skew = 0 }},
		{"the NetBIOS name is taken", trust.Failed, "The operation could not be performed on this domain. ", func(_ *rig, cloud, corp *domain) {
			corp.NetBIOSName = cloud.NetBIOSName
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newRig(t)
			cloud, corp := g.pair()
			g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
			c.spoil(g, cloud, corp)
			id := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
			if reason := g.becomes(id, c.state); !strings.Contains(reason, c.says) {
				t.Errorf("reason: %s", reason)
			}
			g.stays(id, c.state)
			if c.heal != nil {
				g.net.change(func() { c.heal(cloud, corp) })
				g.becomes(id, trust.Verified)
			}
		})
	}
}

// forwarder adds a conditional forwarder that every DC serves.
func (g *rig) forwarder() {
	g.commit(func(tx *store.Txn) {
		store.Forwarders.Put(tx, "d-1/corp.example.com", directory.Forwarder{Directory: "d-1", RemoteDomain: "corp.example.com", Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.10")}}, 0)
		store.ForwardersStatus.Put(tx, "d-1", directory.ForwarderStatus{Directory: "d-1", Applied: map[directory.DCID]int64{
			"dc-d-1-1": 1 << 40, "dc-d-1-2": 1 << 40,
		}}, 0)
	})
}

// TestABreakShowsWithinAMinuteAndHeals with its cause, as the design says.
func TestABreakShowsWithinAMinuteAndHeals(t *testing.T) {
	for _, c := range []struct {
		name  string
		cause string
		spoil func(cloud, corp *domain)
		heal  func(cloud, corp *domain)
	}{
		{"partner down", "none of them answers", func(_, corp *domain) { corp.down = true }, func(_, corp *domain) { corp.down = false }},
		{"DNS gone", "no conditional forwarder", func(_, corp *domain) { corp.noDNS = true }, func(_, corp *domain) { corp.noDNS = false }},
		{"clock", "behind ours", func(_, corp *domain) { corp.skew = -time.Hour }, func(_, corp *domain) { corp.skew = 0 }},
		{"partner's side deleted", "The other side is missing",
			func(_, corp *domain) {
				corp.dcs[0].held["cloud.example.net"].Direction = trust.Outgoing
				corp.silent = true
			},
			func(_, corp *domain) { corp.dcs[0].held["cloud.example.net"].Direction = trust.TwoWay }},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newRig(t)
			cloud, corp := g.pair()
			g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
			id := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
			g.becomes(id, trust.Verified)
			g.net.change(func() { c.spoil(cloud, corp) })
			broke := g.now
			if reason := g.becomes(id, trust.VerifyFailed); !strings.Contains(reason, c.cause) {
				t.Errorf("reason: %s", reason)
			}
			if took := g.now.Sub(broke); took > time.Minute {
				t.Errorf("it showed after %s", took)
			}
			g.net.change(func() { c.heal(cloud, corp) })
			g.becomes(id, trust.Verified)
		})
	}
}

// TestADCOfOursThatIsDownFailsNoTrust: made without it, told when it is back,
// deleted without it.
func TestADCOfOursThatIsDownFailsNoTrust(t *testing.T) {
	for _, down := range []int{0, 1} {
		g := newRig(t)
		cloud, corp := g.pair()
		g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
		g.net.change(func() { cloud.dcs[down].down = true })
		id := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
		g.becomes(id, trust.Verified)
		if c, bad := condition.FirstFalse(g.status(id).Conditions); !bad || c.Cause != condition.DomainControllerOff {
			t.Errorf("condition %+v", c)
		}
		g.net.change(func() { cloud.dcs[down].down = false })
		g.settle("both DCs say yes", func() bool { return len(g.status(id).Verdicts) == 2 })
		if n := cloud.objects(); !slices.Equal(n, []int{1, 1}) {
			t.Errorf("objects per DC: %v", n)
		}
		g.stays(id, trust.Verified)
		g.net.change(func() { cloud.dcs[down].down = true })
		g.delete(id)
	}
}

// TestVerifyTrustLooksAtOnce and is answered.
func TestVerifyTrustLooksAtOnce(t *testing.T) {
	g := newRig(t)
	cloud, corp := g.pair()
	g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
	id := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
	g.becomes(id, trust.Verified)
	g.net.called("")
	if _, err := g.r.Reconcile(context.Background(), string(id)); err != nil || g.net.called("Verify") != 0 {
		t.Error("a nudge without a reason asks the DCs")
	}
	g.wish(id, func(s *trust.Spec) { s.VerifySerial = 3 })
	if _, err := g.r.Reconcile(context.Background(), string(id)); err != nil {
		t.Fatal(err)
	}
	if s := g.status(id); s.Answered != 3 || s.State != trust.Verified {
		t.Errorf("answered %d, %s", s.Answered, s.State)
	}
	if n := g.net.called("Rediscover"); n != 2 {
		t.Errorf("%d new secure channels", n)
	}
}

// TestALookThatFindsNothingNewWritesNothing.
func TestALookThatFindsNothingNewWritesNothing(t *testing.T) {
	g := newRig(t)
	cloud, corp := g.pair()
	g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
	id := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
	g.becomes(id, trust.Verified)
	before, _ := store.TrustStatus.Get(g.store, string(id))
	g.stays(id, trust.Verified)
	if after, _ := store.TrustStatus.Get(g.store, string(id)); after.Revision != before.Revision {
		t.Error("the status was written again")
	}
}

// TestTwoPartnersWithOneHostName both work, and the clash is named.
func TestTwoPartnersWithOneHostName(t *testing.T) {
	g := newRig(t)
	cloud, corp := g.pair()
	other := g.net.add("shop.example.org", "SHOP", "shop-1")
	g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
	g.net.stock(other, cloud, trust.TwoWay, trust.Forest, password)
	a := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
	b := g.create("d-1", "shop.example.org", trust.TwoWay, trust.Forest)
	clash := func(id trust.ID) bool {
		c, bad := condition.FirstFalse(g.status(id).Conditions)
		return bad && c.Cause == condition.HostNameClash && strings.Contains(c.Message, "DC1")
	}
	g.settle("both name the clash", func() bool { return clash(a) && clash(b) })
	for _, id := range []trust.ID{a, b} {
		if s := g.status(id); s.State != trust.Verified {
			t.Errorf("%s is %s: %s", id, s.State, s.StateReason)
		}
	}
}

// TestRotation gives both sides a new password every 30 days, and the trust
// works on from every DC.
func TestRotation(t *testing.T) {
	g := newRig(t)
	cloud, corp := g.pair()
	g.net.stock(corp, cloud, trust.TwoWay, trust.Forest, password)
	id := g.create("d-1", "corp.example.com", trust.TwoWay, trust.Forest)
	g.becomes(id, trust.Verified)
	g.now = g.now.Add(trust.RollEvery)
	g.net.called("")
	g.stays(id, trust.Verified)
	if n := g.net.called("ChangePassword"); n != 1 {
		t.Errorf("%d rolls", n)
	}
	if s := g.status(id); s.LastRoll.IsZero() {
		t.Error("the roll is not noted")
	}
}
