package vpc_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"github.com/entente-ad/entente/vpc"
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func cidr(s string) vpc.Peer { return vpc.Peer{CIDR: netip.MustParsePrefix(s)} }

// members of the group "sg-2".
func members(id vpc.GroupID) []netip.Addr {
	if id == "sg-2" {
		return []netip.Addr{addr("10.0.0.5"), addr("10.0.0.4")}
	}
	return nil
}

func one(r vpc.Rule) vpc.Filter {
	r.ID = "sgr-1"
	return vpc.Compile([]vpc.Group{{ID: "sg-1", Rules: []vpc.Rule{r}}}, members)
}

func TestAllows(t *testing.T) {
	for name, c := range map[string]struct {
		rule   vpc.Rule
		egress bool
		proto  vpc.Protocol
		peer   string
		port   int
		want   bool
	}{
		"a port":                         {vpc.Rule{Protocol: "tcp", From: 445, To: 445, Peer: cidr("10.0.0.0/8")}, false, "tcp", "10.1.2.3", 445, true},
		"another port":                   {vpc.Rule{Protocol: "tcp", From: 445, To: 445, Peer: cidr("10.0.0.0/8")}, false, "tcp", "10.1.2.3", 446, false},
		"another protocol":               {vpc.Rule{Protocol: "tcp", From: 53, To: 53, Peer: cidr("10.0.0.0/8")}, false, "udp", "10.1.2.3", 53, false},
		"another peer":                   {vpc.Rule{Protocol: "tcp", From: 53, To: 53, Peer: cidr("10.0.0.0/8")}, false, "tcp", "11.1.2.3", 53, false},
		"another direction":              {vpc.Rule{Protocol: "tcp", From: 53, To: 53, Peer: cidr("10.0.0.0/8")}, true, "tcp", "10.1.2.3", 53, false},
		"the end of a range":             {vpc.Rule{Egress: true, Protocol: "udp", From: 1024, To: 65535, Peer: cidr("0.0.0.0/0")}, true, "udp", "10.1.2.3", 65535, true},
		"everything":                     {vpc.Rule{Egress: true, Protocol: "-1", Peer: cidr("0.0.0.0/0")}, true, "udp", "10.1.2.3", 9, true},
		"everything, all protocols":      {vpc.Rule{Egress: true, Protocol: "-1", Peer: cidr("0.0.0.0/0")}, true, "-1", "10.1.2.3", 0, true},
		"one protocol is not all":        {vpc.Rule{Egress: true, Protocol: "tcp", To: 65535, Peer: cidr("0.0.0.0/0")}, true, "-1", "10.1.2.3", 0, false},
		"IPv4 is not IPv6":               {vpc.Rule{Egress: true, Protocol: "-1", Peer: cidr("0.0.0.0/0")}, true, "udp", "2001:db8::1", 9, false},
		"IPv6":                           {vpc.Rule{Egress: true, Protocol: "-1", Peer: cidr("2001:db8::/32")}, true, "udp", "2001:db8::1", 9, true},
		"an IPv4 address written as v6":  {vpc.Rule{Egress: true, Protocol: "-1", Peer: cidr("10.0.0.0/8")}, true, "udp", "::ffff:10.0.0.1", 9, true},
		"a number":                       {vpc.Rule{Protocol: "47", Peer: cidr("10.0.0.0/8")}, false, "47", "10.0.0.1", 0, true},
		"a number that has a name":       {vpc.Rule{Protocol: "6", To: 65535, Peer: cidr("10.0.0.0/8")}, false, "tcp", "10.0.0.1", 1, true},
		"ICMP of any type":               {vpc.Rule{Protocol: "icmp", From: -1, To: -1, Peer: cidr("10.0.0.0/8")}, false, "icmp", "10.0.0.1", 8, true},
		"ICMP of a type":                 {vpc.Rule{Protocol: "icmp", From: 8, To: -1, Peer: cidr("10.0.0.0/8")}, false, "icmp", "10.0.0.1", 8, true},
		"ICMP of another type":           {vpc.Rule{Protocol: "icmp", From: 8, To: -1, Peer: cidr("10.0.0.0/8")}, false, "icmp", "10.0.0.1", 13, false},
		"a member of a group":            {vpc.Rule{Protocol: "-1", Peer: vpc.Peer{Group: "sg-2"}}, false, "tcp", "10.0.0.4", 1, true},
		"no member of a group":           {vpc.Rule{Protocol: "-1", Peer: vpc.Peer{Group: "sg-2"}}, false, "tcp", "10.0.0.6", 1, false},
		"a group without members":        {vpc.Rule{Protocol: "-1", Peer: vpc.Peer{Group: "sg-3"}}, false, "tcp", "10.0.0.4", 1, false},
		"what is no protocol":            {vpc.Rule{Protocol: "nonsense", Peer: cidr("0.0.0.0/0")}, false, "other", "10.0.0.4", 1, false},
		"host bits in a CIDR from afar":  {vpc.Rule{Protocol: "-1", Peer: cidr("10.0.0.9/24")}, false, "tcp", "10.0.0.4", 1, true},
		"the address of an empty packet": {vpc.Rule{Protocol: "-1", Peer: cidr("0.0.0.0/0")}, false, "tcp", "::", 1, false},
	} {
		a, got := one(c.rule).Allows(c.egress, c.proto, addr(c.peer), c.port)
		if got != c.want || got && (a.Rule != "sgr-1" || a.Group != "sg-1") {
			t.Errorf("%s: %v by %+v, want %v", name, got, a, c.want)
		}
	}
}

func TestAlwaysAndShut(t *testing.T) {
	other, partner := addr("10.0.0.5"), addr("203.0.113.9")
	f := one(vpc.Rule{Egress: true, Protocol: "-1", Peer: cidr("0.0.0.0/0")})
	f.Always = []netip.Addr{other}
	f.Shut = []vpc.Match{{Protocol: vpc.TCP, From: 445, To: 445, Prefixes: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}}
	if _, ok := f.Allows(false, "tcp", other, 1); !ok || f.ShutFor("tcp", other, 445) {
		t.Error("what must never be closed is")
	}
	if !f.ShutFor("tcp", partner, 445) || f.ShutFor("tcp", partner, 88) || f.ShutFor("udp", partner, 445) {
		t.Error("Shut closes something else")
	}
	for name, c := range map[string]struct {
		flow vpc.Flow
		want bool
	}{
		"out, allowed":                  {vpc.Flow{Protocol: "tcp", Peer: partner, Port: 88}, true},
		"out, shut":                     {vpc.Flow{Protocol: "tcp", Peer: partner, Port: 445}, false},
		"out, shut, marked":             {vpc.Flow{Protocol: "tcp", Peer: partner, Port: 445, Marked: true}, true},
		"in, no rule":                   {vpc.Flow{Inbound: true, Protocol: "tcp", Peer: partner, Port: 445}, false},
		"in, always":                    {vpc.Flow{Inbound: true, Protocol: "tcp", Peer: other, Port: 445}, true},
		"ICMP out, all allowed":         {vpc.Flow{Protocol: "icmp", Peer: partner}, true},
		"a protocol without ports, out": {vpc.Flow{Protocol: "47", Peer: partner}, true},
	} {
		if got := f.Keeps(c.flow); got != c.want {
			t.Errorf("%s: keeps %v", name, got)
		}
	}
}

// generated rules and packets, out of few values, so that many match.
func randomRule(r *rand.Rand, i int) vpc.Rule {
	from := r.IntN(4)
	rule := vpc.Rule{
		ID: vpc.RuleID(fmt.Sprintf("sgr-%d", i)), Egress: r.IntN(2) == 0, From: from, To: from + r.IntN(3),
		Protocol: pick(r, vpc.All, vpc.TCP, vpc.UDP, vpc.ICMP, "47"),
		Peer:     pick(r, cidr("10.0.0.0/8"), cidr("10.0.0.4/32"), cidr("0.0.0.0/0"), cidr("2001:db8::/32"), vpc.Peer{Group: "sg-2"}, vpc.Peer{Group: "sg-3"}),
	}
	if rule.Protocol == vpc.ICMP {
		rule.To = -1
	}
	return rule
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

type packet struct {
	egress bool
	proto  vpc.Protocol
	peer   netip.Addr
	port   int
}

func packets() []packet {
	var all []packet
	for _, egress := range []bool{false, true} {
		for _, proto := range []vpc.Protocol{vpc.TCP, vpc.UDP, vpc.ICMP, "47", "132"} {
			for _, peer := range []string{"10.0.0.4", "10.0.0.6", "192.0.2.1", "2001:db8::1", "2001:db9::1"} {
				for port := range 7 {
					all = append(all, packet{egress, proto, addr(peer), port})
				}
			}
		}
	}
	return all
}

func TestRulesOnlyWidenAndOrderDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		var rules []vpc.Rule
		before := vpc.Compile([]vpc.Group{{ID: "sg-1"}}, members)
		for i := range 6 {
			rules = append(rules, randomRule(r, i))
			after := vpc.Compile([]vpc.Group{{ID: "sg-1", Rules: rules}}, members)
			for _, p := range packets() {
				_, was := before.Allows(p.egress, p.proto, p.peer, p.port)
				if _, is := after.Allows(p.egress, p.proto, p.peer, p.port); was && !is {
					t.Fatalf("round %d: %+v passed before %+v was added, and not after", round, p, rules[i])
				}
			}
			if !after.Includes(before) {
				t.Fatalf("round %d: a rule more does not include what was", round)
			}
			if before.Includes(after) != (len(after.Ingress)+len(after.Egress) == len(before.Ingress)+len(before.Egress)) && !repeats(rules) {
				t.Fatalf("round %d: a rule less includes what was", round)
			}
			before = after
		}
		mixed := slices.Clone(rules)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		half := vpc.Compile([]vpc.Group{{ID: "sg-1", Rules: mixed}}, members)
		if !reflect.DeepEqual(half, before) {
			t.Fatalf("round %d: the order of rules changes the filter:\n%+v\n%+v", round, half, before)
		}
	}
}

// repeats reports whether the last rule says what one before it said.
func repeats(rules []vpc.Rule) bool {
	last := rules[len(rules)-1]
	last.ID = ""
	return slices.ContainsFunc(rules[:len(rules)-1], func(r vpc.Rule) bool {
		r.ID = ""
		return reflect.DeepEqual(r, last)
	})
}

func TestInterfaceID(t *testing.T) {
	a, b := vpc.InterfaceID("dc-0123456789"), vpc.InterfaceID("dc-0123456788")
	if a == b || a != vpc.InterfaceID("dc-0123456789") || len(a) != len("eni-")+17 {
		t.Error(a, b)
	}
}

func TestRouted(t *testing.T) {
	extra := []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")}
	for a, want := range map[string]bool{
		"10.1.2.3": true, "172.31.0.1": true, "172.32.0.1": false, "192.168.9.9": true, "203.0.113.5": true,
		"203.0.114.5": false, "8.8.8.8": false, "2001:db8::1": true, "2001:db9::1": false, "::ffff:10.0.0.1": true,
	} {
		if got := vpc.Routed(extra, addr(a)); got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
}

func TestCheckRoom(t *testing.T) {
	p := netip.MustParsePrefix
	v := vpc.Spec{ID: "vpc-1", CIDR: p("10.1.0.0/16")}
	for name, c := range map[string]struct {
		host     []netip.Prefix
		networks []vpc.Spec
		ok       bool
	}{
		"nothing there":         {nil, nil, true},
		"a wider route":         {[]netip.Prefix{p("10.0.0.0/8"), p("0.0.0.0/0")}, nil, true},
		"an address inside":     {[]netip.Prefix{p("10.1.2.3/32")}, nil, false},
		"the same route":        {[]netip.Prefix{p("10.1.0.0/16")}, nil, false},
		"itself":                {nil, []vpc.Spec{v}, true},
		"another, elsewhere":    {nil, []vpc.Spec{{ID: "vpc-2", CIDR: p("10.2.0.0/16")}}, true},
		"another, wider":        {nil, []vpc.Spec{{ID: "vpc-2", CIDR: p("10.0.0.0/8")}}, false},
		"another, the same":     {nil, []vpc.Spec{{ID: "vpc-2", CIDR: p("10.1.0.0/16")}}, false},
		"another, inside of it": {nil, []vpc.Spec{{ID: "vpc-2", CIDR: p("10.1.7.0/24")}}, false},
	} {
		if err := vpc.CheckRoom(v, c.host, c.networks); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARuleAboutNobodyLetsNobodyThrough(t *testing.T) {
	f := vpc.Compile([]vpc.Group{{Rules: []vpc.Rule{{Protocol: vpc.All}, {Egress: true, Protocol: vpc.All}, {Protocol: vpc.All, Peer: vpc.Peer{Group: "sg-gone"}}}}},
		func(vpc.GroupID) []netip.Addr { return nil })
	for _, out := range []bool{true, false} {
		if _, ok := f.Allows(out, vpc.TCP, netip.MustParseAddr("203.0.113.9"), 445); ok {
			t.Errorf("outbound %v: %+v lets it through", out, f)
		}
	}
	for _, a := range append(f.Ingress, f.Egress...) {
		if len(a.Prefixes) != 0 {
			t.Errorf("%+v names somebody", a)
		}
	}
}
