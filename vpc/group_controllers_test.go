package vpc

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"
)

// counter numbers rules.
func counter() func() RuleID {
	n := 0
	return func() RuleID { n++; return RuleID(fmt.Sprintf("sgr-%017x", n)) }
}

func TestANewDirectorysGroupLetsNothingOut(t *testing.T) {
	g := NewControllersGroup("sg-1", "vpc-1", "us-east-1", "d-0123456789", time.Time{}, counter())
	if g.Name != "d-0123456789_controllers" || g.Description != "AWS created security group for d-0123456789 directory controllers" || g.Directory != "d-0123456789" {
		t.Errorf("%+v", g)
	}
	ids := map[RuleID]bool{}
	var egress []Rule
	for _, r := range g.Rules {
		ids[r.ID] = true
		if r.Egress {
			egress = append(egress, r)
		}
	}
	if len(ids) != len(g.Rules) || len(egress) != 1 || egress[0].Peer.Group != "sg-1" || egress[0].Protocol != All {
		t.Errorf("egress %+v of %d rules with %d ids", egress, len(g.Rules), len(ids))
	}
	if !slices.ContainsFunc(g.Rules, func(r Rule) bool {
		return !r.Egress && r.Protocol == TCP && r.From == 135 && r.Peer.CIDR.String() == "0.0.0.0/0"
	}) {
		t.Error("the endpoint mapper is closed")
	}
}

func TestCustomizedTellsHandsFromDefaults(t *testing.T) {
	fresh := NewControllersGroup("sg-1", "vpc-1", "us-east-1", "d-0123456789", time.Time{}, counter())
	with := func(rules []Rule, more ...Rule) Group {
		g := fresh
		g.Rules = append(slices.Clone(rules), more...)
		return g
	}
	updated := ControllersRules(netip.MustParsePrefix("10.128.0.0/16"), counter())
	updated6 := ControllersRules(netip.MustParsePrefix("fd00::/56"), counter())
	described := slices.Clone(fresh.Rules)
	described[0].Description = "mine"
	slices.Reverse(described)
	out := Rule{Egress: true, Protocol: All, Peer: Peer{CIDR: netip.MustParsePrefix("203.0.113.0/24")}}
	other := slices.Clone(updated)
	other[2].Peer.CIDR = netip.MustParsePrefix("10.0.0.0/8")
	for name, c := range map[string]struct {
		group Group
		want  bool
	}{
		"a new one":                         {fresh, false},
		"another order and a description":   {with(described), false},
		"updated":                           {with(updated), false},
		"updated, IPv6":                     {with(updated6), false},
		"updated, and its own members":      {with(updated, selfRules("sg-1")...), false},
		"the page's step":                   {with(fresh.Rules, out), true},
		"one rule less":                     {with(fresh.Rules[1:]), true},
		"no rules":                          {with(nil), true},
		"updated, and a rule more":          {with(updated, out), true},
		"updated, one rule with a new CIDR": {with(other), true},
	} {
		if got := Customized(c.group); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
