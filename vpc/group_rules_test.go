package vpc

import (
	"fmt"
	"net/netip"
	"testing"
)

func rule(protocol Protocol, from, to int, cidr string) Rule {
	return Rule{Protocol: protocol, From: from, To: to, Peer: Peer{CIDR: netip.MustParsePrefix(cidr)}}
}

func TestANewGroupLetsOutAndNothingIn(t *testing.T) {
	rules := FirstRules(counter())
	if len(rules) != 1 || !rules[0].Egress || rules[0].String() != "peer: 0.0.0.0/0, ALL, ALLOW" {
		t.Errorf("%v", rules)
	}
	g := DefaultGroup("sg-1", Spec{ID: "vpc-1", Region: "us-east-1"}, counter())
	if !g.Default || g.Name != "default" || len(g.Rules) != 2 || g.Rules[0].Peer.Group != "sg-1" || g.Rules[0].Egress || !g.Rules[1].Egress || g.Rules[0].ID == g.Rules[1].ID {
		t.Errorf("%+v", g)
	}
}

func TestAuthorizeTakesAllOrNothing(t *testing.T) {
	web := rule(TCP, 80, 80, "10.0.0.0/8")
	out := web
	out.Egress = true
	described := web
	described.Description = "another"
	var many []Rule
	for i := range MaxRules {
		many = append(many, rule(UDP, i, i, "10.0.0.0/8"))
	}
	for name, c := range map[string]struct {
		have, add []Rule
		want      int
		code      string
	}{
		"two":                              {nil, []Rule{web, out}, 2, ""},
		"another port":                     {[]Rule{web}, []Rule{rule(TCP, 80, 81, "10.0.0.0/8")}, 2, ""},
		"there already":                    {[]Rule{web}, []Rule{out, web}, 1, "InvalidPermission.Duplicate"},
		"a description is no difference":   {[]Rule{web}, []Rule{described}, 1, "InvalidPermission.Duplicate"},
		"twice in the request":             {nil, []Rule{web, web}, 0, "InvalidParameterValue"},
		"the last one":                     {many[1:], many[:1], MaxRules, ""},
		"one too many":                     {many, []Rule{web}, MaxRules, "RulesPerSecurityGroupLimitExceeded"},
		"the other direction counts apart": {many, []Rule{out}, MaxRules + 1, ""},
	} {
		g := Group{Rules: c.have}
		if err := g.Authorize(c.add); codeOf(err) != c.code || len(g.Rules) != c.want {
			t.Errorf("%s: %d rules, %v", name, len(g.Rules), err)
		}
	}
	g := Group{Rules: []Rule{web}}
	if err := g.Authorize([]Rule{web}); err == nil || err.Error() != `the specified rule "peer: 10.0.0.0/8, TCP, from port: 80, to port: 80, ALLOW" already exists` {
		t.Error(err)
	}
}

func TestRevokeTellsWhatWasThere(t *testing.T) {
	web, dns := rule(TCP, 80, 80, "10.0.0.0/8"), rule(UDP, 53, 53, "10.0.0.0/8")
	web.ID, web.Description = "sgr-1", "mine"
	g := Group{Rules: []Rule{web, dns}}
	wanted := rule(TCP, 80, 80, "10.0.0.0/8")
	revoked, unknown := g.Revoke([]Rule{wanted, rule(TCP, 80, 80, "10.0.0.0/9"), wanted})
	if len(revoked) != 1 || revoked[0].ID != "sgr-1" || len(unknown) != 2 || len(g.Rules) != 1 || !g.Rules[0].Same(dns) {
		t.Errorf("revoked %v, unknown %v, left %v", revoked, unknown, g.Rules)
	}
}

func TestModifyKeepsIdAndTags(t *testing.T) {
	web, dns := rule(TCP, 80, 80, "10.0.0.0/8"), rule(UDP, 53, 53, "10.0.0.0/8")
	web.ID, web.Tags = "sgr-1", map[string]string{"a": "b"}
	rules := []Rule{web, dns}
	g := Group{Rules: rules}
	if err := g.Modify(0, rule(TCP, 443, 443, "::/0")); err != nil || g.Rules[0].ID != "sgr-1" || g.Rules[0].Tags["a"] != "b" || g.Rules[0].From != 443 {
		t.Errorf("%+v, %v", g.Rules[0], err)
	}
	if rules[0].From != 80 {
		t.Error("the caller's rules changed")
	}
	if err := g.Modify(0, dns); codeOf(err) != "InvalidPermission.Duplicate" {
		t.Error(err)
	}
	if err := g.Modify(1, dns); err != nil {
		t.Errorf("no change is no duplicate: %v", err)
	}
}

func TestRulesInWords(t *testing.T) {
	for want, r := range map[string]Rule{
		"peer: ::/0, ALL, ALLOW":                                 rule(All, 0, 0, "::/0"),
		"peer: 10.0.0.0/8, UDP, from port: 1, to port: 2, ALLOW": rule(UDP, 1, 2, "10.0.0.0/8"),
		"peer: 10.0.0.0/8, ICMP, type: 3, code: -1, ALLOW":       rule(ICMP, 3, -1, "10.0.0.0/8"),
		"peer: 10.0.0.0/8, protocol: 50, ALLOW":                  rule("50", 0, 0, "10.0.0.0/8"),
		"peer: sg-1, TCP, from port: 22, to port: 22, ALLOW":     {Protocol: TCP, From: 22, To: 22, Peer: Peer{Group: "sg-1"}},
	} {
		if got := fmt.Sprint(r); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	g := Group{Rules: []Rule{{Peer: Peer{Group: "sg-1"}}}}
	if !g.RefersTo("sg-1") || g.RefersTo("sg-2") || g.RefersTo("") {
		t.Error("who refers to whom is wrong")
	}
}
