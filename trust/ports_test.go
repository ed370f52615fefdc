package trust

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/vpc"
)

var (
	far    = netip.MustParseAddr("203.0.113.10")
	nearby = netip.MustParseAddr("10.1.2.3")
)

// wall is what stands around a domain controller whose group lets out what
// rules say, with routes to 203.0.113.0/24 if routed.
func wall(routed bool, rules ...vpc.Match) Wall {
	w := Wall{Directory: "d-1", Group: "sg-1", Known: true}
	everywhere := vpc.Match{Protocol: vpc.All, Prefixes: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}
	w.Status.Filter.Ingress = []vpc.Accept{{Match: everywhere}}
	for _, m := range rules {
		w.Status.Filter.Egress = append(w.Status.Filter.Egress, vpc.Accept{Match: m})
	}
	if routed {
		w.Status.Routes = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	}
	return w
}

func all() vpc.Match {
	return vpc.Match{Protocol: vpc.All, Prefixes: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}
}

func TestWhoStopsAPort(t *testing.T) {
	smb, _ := PortOf(vpc.TCP, 445)
	onlyDNS := vpc.Match{Protocol: vpc.UDP, From: 53, To: 53, Prefixes: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}
	for name, c := range map[string]struct {
		wall    Wall
		address netip.Addr
		outcome Outcome
		want    Side
	}{
		"it answers":                                   {wall(true, all()), far, PortAnswers, SideNone},
		"no rule, refused at once":                     {wall(true, onlyDNS), far, PortRefused, SideGroup},
		"no rule, silent":                              {wall(true, onlyDNS), far, PortSilent, SideGroup},
		"no route comes before no rule":                {wall(false, onlyDNS), far, PortNoRoute, SideRoute},
		"no route, told by a router of ours":           {wall(false, all()), far, PortUnreachable, SideRoute},
		"private space needs no route":                 {wall(false, all()), nearby, PortSilent, SideBeyond},
		"a firewall beyond":                            {wall(true, all()), far, PortSilent, SideBeyond},
		"nothing listens":                              {wall(true, all()), far, PortRefused, SideListener},
		"a router says that it is not there":           {wall(true, all()), far, PortUnreachable, SideHost},
		"nothing known of our rules, the kernel knows": {Wall{}, far, PortForbidden, SideGroup},
		"nothing known of our rules, no way":           {Wall{}, far, PortNoRoute, SideRoute},
		"nothing known of our rules, silent":           {Wall{}, far, PortSilent, SideBeyond},
		"not tried":                                    {wall(true, all()), far, PortUntried, SideUnknown},
	} {
		f := c.wall.Attribute(PortProbe{Address: c.address, Port: smb, Number: 445, Outcome: c.outcome})
		if f.Side != c.want {
			t.Errorf("%s: %q, want %q", name, f.Side, c.want)
		}
	}
}

func TestEveryPortHasItsWords(t *testing.T) {
	for _, p := range Ports() {
		for _, side := range []Side{SideGroup, SideRoute, SideListener, SideBeyond, SideHost} {
			f := PortFinding{PortProbe: PortProbe{From: "a1.cloud.example.net", Host: "dc1.corp.example.com", Address: far, Port: p}, Side: side, Group: "sg-1", Directory: "d-1"}
			message, hint := Sentences([]PortFinding{f})
			for _, word := range []string{"a1.cloud.example.net", "203.0.113.10"} {
				if !strings.Contains(message, word) {
					t.Errorf("%s, %s: %q does not name %s", p, side, message, word)
				}
			}
			if side != SideRoute && !strings.Contains(message, p.String()) || !strings.HasSuffix(message, ".") || !strings.HasSuffix(hint, ".") {
				t.Errorf("%s, %s: %q %q", p, side, message, hint)
			}
		}
		if p.Breaks == "" || p.Service == "" || strings.HasSuffix(p.Breaks, ".") {
			t.Errorf("%s says nothing of what it breaks", p)
		}
	}
}

func TestTheWordsNameTheGroupAndTheRoute(t *testing.T) {
	smb, _ := PortOf(vpc.TCP, 445)
	f := PortFinding{PortProbe: PortProbe{From: "a1", Host: "dc1", Address: far, Port: smb}, Side: SideGroup, Group: "sg-1", Directory: "d-1"}
	message, hint := Sentences([]PortFinding{f, f})
	if !strings.Contains(message, "blocked by security group sg-1 (no outbound rule allows TCP 445 (SMB) to 203.0.113.10)") ||
		!strings.Contains(hint, "authorize-security-group-egress --group-id sg-1") || !strings.Contains(hint, "FromPort=445") {
		t.Error(message, hint)
	}
	f.Inbound = true
	if message, hint = Sentences([]PortFinding{f}); !strings.Contains(message, "no inbound rule allows TCP 445 (SMB) from 203.0.113.10") || !strings.Contains(hint, "-ingress") {
		t.Error(message, hint)
	}
	f.Inbound, f.Side = false, SideRoute
	if message, hint = Sentences([]PortFinding{f}); !strings.Contains(message, "no route") || !strings.Contains(hint, "add-ip-routes --directory-id d-1 --ip-routes CidrIp=203.0.113.10/32") {
		t.Error(message, hint)
	}
}

// TestWhatOurSideLacks: what is told in words is told in fields too.
func TestWhatOurSideLacks(t *testing.T) {
	smb, _ := PortOf(vpc.TCP, 445)
	lack := func(side Side, inbound bool, ports ...Port) ([]condition.Missing, []string, string) {
		var found []PortFinding
		for _, p := range ports {
			found = append(found, PortFinding{PortProbe: PortProbe{From: "a1", Address: far, Port: p}, Side: side, Inbound: inbound, Group: "sg-1", Directory: "d-1"})
		}
		missing, commands := lacks(found)
		_, hint := Sentences(found)
		return missing, commands, hint
	}
	rule := condition.Missing{Group: "sg-1", Directory: "d-1", Inbound: true, Protocol: "tcp", From: 445, To: 445, CIDR: "203.0.113.10/32"}
	everything := condition.Missing{Group: "sg-1", Directory: "d-1", Protocol: "-1", CIDR: "203.0.113.10/32"}
	route := condition.Missing{Directory: "d-1", CIDR: "203.0.113.10/32"}
	for name, c := range map[string]struct {
		side    Side
		inbound bool
		ports   []Port
		want    condition.Missing
	}{
		"a rule":         {SideGroup, true, []Port{smb}, rule},
		"every rule":     {SideGroup, false, Ports(), everything},
		"a route":        {SideRoute, false, Ports(), route},
		"nothing of us":  {SideBeyond, false, Ports(), condition.Missing{}},
		"nothing at all": {SideNone, false, Ports(), condition.Missing{}},
	} {
		missing, commands, hint := lack(c.side, c.inbound, c.ports...)
		if c.want == (condition.Missing{}) {
			if len(missing)+len(commands) > 0 {
				t.Errorf("%s: %+v, %q", name, missing, commands)
			}
			continue
		}
		if len(missing) != 1 || missing[0] != c.want || len(commands) != 1 || !strings.Contains(hint, commands[0]) {
			t.Errorf("%s: %+v, %q", name, missing, commands)
		}
	}
}

// closedPorts is a scene's probes with one side in the way.
func closedPorts(side Side, host string, ports ...string) []PortFinding {
	var list []PortFinding
	for _, p := range Ports() {
		for _, want := range ports {
			if p.String() == want {
				list = append(list, PortFinding{
					PortProbe: PortProbe{DC: "dc-1", From: "a1.cloud.example.net", Host: host, Address: far, Port: p, Number: p.From},
					Side:      side, Group: "sg-1", Directory: "d-1",
				})
			}
		}
	}
	return list
}

func TestATrustSaysWhichSideStopsIt(t *testing.T) {
	for name, c := range map[string]struct {
		fault condition.Cause
		ports []PortFinding
		cause condition.Cause
		words []string
	}{
		"DNS, no route":       {condition.DNSUnreachable, closedPorts(SideRoute, "", "UDP 53", "TCP 53"), condition.NoRoute, []string{"could not be contacted", "no route"}},
		"DNS, no rule":        {condition.DNSUnreachable, closedPorts(SideGroup, "", "UDP 53", "TCP 53"), condition.SecurityGroup, []string{"blocked by security group sg-1", "UDP 53"}},
		"DNS, beyond":         {condition.DNSUnreachable, closedPorts(SideBeyond, "", "UDP 53", "TCP 53"), condition.PortClosed, []string{"closed beyond us", "UDP 53"}},
		"DNS, UDP alone":      {condition.DNSUnreachable, closedPorts(SideGroup, "", "UDP 53"), condition.DNSUnreachable, []string{"got no answer"}},
		"DNS, nothing closed": {condition.DNSUnreachable, nil, condition.DNSUnreachable, []string{"got no answer"}},
		"no answer, no rule":  {condition.PartnerUnreachable, closedPorts(SideGroup, "dc1.corp.example.com", "UDP 389"), condition.SecurityGroup, []string{"no outbound rule allows UDP 389"}},
		"no answer, beyond":   {condition.PortClosed, closedPorts(SideBeyond, "dc1.corp.example.com", "UDP 389"), condition.PortClosed, []string{"UDP 389", "closed beyond us"}},
		"an unrelated port":   {condition.PartnerUnreachable, closedPorts(SideBeyond, "dc1.corp.example.com", "TCP 464"), condition.PartnerUnreachable, []string{"none of them answers"}},
	} {
		s := working(TwoWay)
		s.seen.Partner, s.seen.PartnerFault = nil, &Fault{Cause: c.fault}
		s.seen.PortsTried, s.seen.Ports = true, c.ports
		s.status.FailingSince = noon.Add(-flickerGrace)
		// What names were blamed for before is past once somebody is named.
		s.status.Conditions = []condition.Condition{{Type: condition.NameResolution, Cause: condition.SecurityGroup}}
		d := Next(s.spec, s.status, s.seen)
		if d.Status.State != VerifyFailed || d.Status.Cause != c.cause {
			t.Errorf("%s: %s, %s: %s", name, d.Status.State, d.Status.Cause, d.Status.StateReason)
		}
		why, _ := condition.FirstFalse(d.Status.Conditions)
		if names := c.fault == condition.DNSUnreachable; names != (why.Type == condition.NameResolution) {
			t.Errorf("%s: the first that does not hold is %s", name, why.Type)
		}
		if ours := c.cause == condition.SecurityGroup || c.cause == condition.NoRoute; ours != (len(why.Missing) > 0) || ours != (len(why.Commands) > 0) {
			t.Errorf("%s: %+v", name, why)
		}
		for _, word := range c.words {
			if !strings.Contains(d.Status.StateReason, word) {
				t.Errorf("%s: %q does not say %q", name, d.Status.StateReason, word)
			}
		}
	}
}

// TestNamesAreNotBlamedForLong also not of a trust that was never made.
func TestNamesAreNotBlamedForLong(t *testing.T) {
	s := fresh(TwoWay, Forest)
	s.seen.Partner, s.seen.PartnerFault = nil, &Fault{Cause: condition.PartnerUnreachable}
	s.seen.PortsTried, s.seen.Ports = true, closedPorts(SideGroup, "dc1.corp.example.com", "UDP 389")
	s.status.Conditions = []condition.Condition{{Type: condition.NameResolution, Cause: condition.SecurityGroup}}
	s.status.State, s.status.FailingSince = Failed, noon.Add(-creationGrace)
	d := Next(s.spec, s.status, s.seen)
	if why, _ := condition.FirstFalse(d.Status.Conditions); why.Type != condition.Reachability || len(why.Missing) != 1 || why.Missing[0].To != 389 {
		t.Errorf("%s: %+v", d.Status.State, why)
	}
}

func TestAWorkingTrustTellsAClosedPort(t *testing.T) {
	s := working(Incoming)
	s.seen.PortsTried = true
	s.seen.Ports = closedPorts(SideBeyond, "dc1.corp.example.com", "TCP 464")
	if c := portsCondition(t, s); !c.True {
		t.Errorf("an incoming trust does not need TCP 464 of the partner: %s", c.Message)
	}
	s.seen.Ports[0].Inbound, s.seen.Ports[0].Side = true, SideGroup
	if c := portsCondition(t, s); c.True || c.Cause != condition.SecurityGroup || !strings.Contains(c.Message, "inbound") {
		t.Errorf("%+v", c)
	}
	s.seen.Ports = closedPorts(SideListener, "dc1.corp.example.com", "UDP 123", "TCP 636")
	if c := portsCondition(t, s); !c.True {
		t.Errorf("nothing of a trust hangs on NTP: %s", c.Message)
	}
}

func portsCondition(t *testing.T, s *scene) condition.Condition {
	t.Helper()
	d := Next(s.spec, s.status, s.seen)
	for _, c := range d.Status.Conditions {
		if c.Type == condition.Ports {
			return c
		}
	}
	t.Fatalf("nothing is said of ports: %+v", d.Status)
	return condition.Condition{}
}
