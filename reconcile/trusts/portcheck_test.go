package trusts

import (
	"context"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

// knocks answers on every port but those that are shut beyond us.
type knocks struct {
	shut  map[string]trust.Outcome
	tried atomic.Int64 // its DCs look at once
}

func (k *knocks) Ports(_ context.Context, from directory.Instance, _ directory.FQDN, targets []trust.PortTarget) []trust.PortProbe {
	k.tried.Add(1)
	var list []trust.PortProbe
	for _, to := range targets {
		for _, p := range trust.Ports() {
			outcome := trust.PortAnswers
			if o, shut := k.shut[p.String()]; shut {
				outcome = o
			}
			list = append(list, trust.PortProbe{DC: from.DC.ID, From: from.FQDN(), Host: to.Host, Address: to.Address, Port: p, Number: p.From, Outcome: outcome})
		}
	}
	return list
}

// ports is what the trust says of its ports.
func (g *rig) ports(id trust.ID) condition.Condition {
	g.t.Helper()
	st, _ := store.TrustStatus.Get(g.store, string(id))
	for _, c := range st.Value.Conditions {
		if c.Type == condition.Ports {
			return c
		}
	}
	return condition.Condition{}
}

func TestAVerifiedTrustSaysWhichPortIsClosed(t *testing.T) {
	g := newRig(t)
	_, corp := g.pair()
	k := &knocks{shut: map[string]trust.Outcome{}}
	g.r.cfg.Ports = k
	id := g.create("d-1", corp.DNSName, trust.Incoming, trust.Forest)
	g.settle("the ports to be tried", func() bool { return g.ports(id).True })

	// A rule changes: the trust looks at once.
	anywhere := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}
	closed := vpc.Filter{
		Ingress: []vpc.Accept{{Match: vpc.Match{Protocol: vpc.TCP, From: 1, To: 65535, Prefixes: anywhere}}},
		Egress:  []vpc.Accept{{Match: vpc.Match{Protocol: vpc.All, Prefixes: anywhere}}},
	}
	rules := func(f vpc.Filter) {
		g.commit(func(tx *store.Txn) {
			for _, dc := range []string{"dc-d-1-1", "dc-d-1-2"} {
				o, _ := store.InterfaceStatus.Get(g.store, dc)
				store.InterfaceStatus.Put(tx, dc, vpc.InterfaceStatus{DC: dc, Filter: f, Routes: anywhere}, o.Revision)
			}
		})
	}
	rules(closed)
	if keys := g.r.KeysFor(store.Change{Table: store.InterfaceStatus.Name(), Key: "dc-d-1-1"}); len(keys) != 1 || keys[0] != string(id) {
		t.Error(keys)
	}
	before := g.now
	g.settle("the closed port to be named", func() bool {
		c := g.ports(id)
		return !c.True && c.Cause == condition.SecurityGroup && strings.Contains(c.Message, "no inbound rule allows UDP 53")
	})
	if g.now.Sub(before) > time.Second {
		t.Errorf("it looked after %s, not at once", g.now.Sub(before))
	}
	closed.Ingress[0].Protocol = vpc.All
	rules(closed)
	g.settle("it to be well again", func() bool { return g.ports(id).True })
}

func TestOneLostPacketClosesNoPort(t *testing.T) {
	probes := []trust.PortProbe{{Port: trust.Ports()[0], Outcome: trust.PortSilent}}
	again := []trust.PortProbe{{Port: trust.Ports()[0], Outcome: trust.PortAnswers}}
	if got := better(probes, again); got[0].Outcome != trust.PortAnswers {
		t.Errorf("%+v", got)
	}
}

// TestOurOwnWallIsNamedBeforeAnyPortIsTried, and no port behind it is tried
// twice: our own side knows what it stops.
func TestOurOwnWallIsNamedBeforeAnyPortIsTried(t *testing.T) {
	g := newRig(t)
	_, corp := g.pair()
	g.forwarder()
	corp.deaf = true
	k := &knocks{shut: map[string]trust.Outcome{"UDP 53": trust.PortSilent, "TCP 53": trust.PortSilent}}
	g.r.cfg.Ports = k
	g.commit(func(tx *store.Txn) {
		for _, dc := range []string{"dc-d-1-1", "dc-d-1-2"} { // no rule lets anything out
			store.InterfaceStatus.Put(tx, dc, vpc.InterfaceStatus{DC: dc, Routes: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}, 0)
		}
	})
	id := g.create("d-1", corp.DNSName, trust.TwoWay, trust.Forest)
	g.settle("the group to be named", func() bool { return g.status(id).Cause == condition.SecurityGroup })
	if s := g.status(id); s.State != trust.Creating || k.tried.Load() != 0 {
		t.Errorf("%s after ports were tried %d times", s.State, k.tried.Load())
	}
	g.settle("ports to be tried", func() bool { return k.tried.Load() > 0 })
	if k.tried.Load() != 2 {
		t.Errorf("tried %d times by two domain controllers", k.tried.Load())
	}
}
