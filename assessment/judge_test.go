package assessment

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

const partner directory.FQDN = "onprem.example.net"

var dcAddress = netip.MustParseAddr("203.0.113.10")

// healthy is a partner in which nothing is to be found.
func healthy() *Case {
	host := "dc1." + string(partner)
	c := &Case{
		Ours: Ours{
			Identity: trust.Identity{DNSName: "corp.example.com", NetBIOSName: "CORP", Forest: "corp.example.com", SID: "S-1-5-21-9-9-9"},
			Hosts:    []Host{{"dc-1", "a1.corp.example.com"}, {"dc-2", "b2.corp.example.com"}},
			Ranges:   []netip.Prefix{netip.MustParsePrefix("10.128.0.0/16")},
			Others:   []Other{{trust.Identity{DNSName: "third.example", NetBIOSName: "THIRD", SID: "S-1-5-21-3-3-3"}, []string{"THIRDDC"}}},
		},
		Partner:  Partner{Domain: partner, Servers: []netip.Addr{dcAddress}, Type: trust.Forest, Forwarder: true},
		Answers:  map[directory.DCID][]Answer{},
		Hosts:    map[netip.Addr]string{dcAddress: host},
		Looks:    map[netip.Addr]map[directory.DCID]Look{dcAddress: {}},
		Accounts: &Accounts{Looked: true},
	}
	for _, h := range c.Ours.Hosts {
		for _, server := range []netip.Addr{dcAddress, {}} {
			for _, r := range Records(partner, partner, "guid") {
				c.Answers[h.ID] = append(c.Answers[h.ID], Answer{Record: r, Server: server, Outcome: Answered, Targets: []string{host + ":389"}})
			}
		}
		for _, p := range trust.Ports() {
			c.Ports = append(c.Ports, trust.PortFinding{PortProbe: trust.PortProbe{DC: h.ID, From: h.FQDN, Host: host, Address: dcAddress, Port: p, Outcome: trust.PortAnswers}})
		}
		c.Looks[dcAddress][h.ID] = Look{
			From: h.ID, Host: host, Address: dcAddress, SID: "S-1-5-21-1-2-3",
			Ping:   &Ping{Domain: partner, Forest: partner, NetBIOSDomain: "ONPREM", NetBIOSHost: "DC1", PDC: true},
			Clock:  &Clock{Skew: time.Second, By: "LDAP"},
			Levels: &Levels{7, 7, 7}, SMB: &SMB{0x0311, true, true, true}, Kerberos: &Kerberos{AES: true, RC4: true},
			Anonymous: Anonymous{Tried: true}, Partner: trust.PartnerSide{Asked: true, Known: true},
		}
	}
	return c
}

// failing lists what failed as "name = code".
func (c Case) failing() []string {
	var list []string
	for _, v := range append(c.Server(dcAddress), c.Controller(dcAddress, true)...) {
		if line := v.Name + " = " + v.Code; v.State == Failed && !slices.Contains(list, line) {
			list = append(list, line)
		}
	}
	return list
}

// each changes what every domain controller of ours was told.
func (c *Case) each(change func(*Look)) {
	for id, l := range c.Looks[dcAddress] {
		change(&l)
		c.Looks[dcAddress][id] = l
	}
}

func (c *Case) answers(name string, server netip.Addr, change func(*Answer)) {
	for _, list := range c.Answers {
		for i := range list {
			if list[i].Name == name && list[i].Server == server {
				change(&list[i])
			}
		}
	}
}

func (c *Case) closePort(t *testing.T, name string, side trust.Side) {
	t.Helper()
	found := false
	for i := range c.Ports {
		if c.Ports[i].Port.String() == name {
			c.Ports[i].Side, found = side, true
		}
	}
	if !found {
		t.Fatal("no such port", name)
	}
}

func TestNothingIsInventedOfAHealthyDomain(t *testing.T) {
	if found := healthy().failing(); len(found) > 0 {
		t.Error(found)
	}
	c := healthy()
	for _, v := range append(c.Server(dcAddress), c.Controller(dcAddress, true)...) {
		if v.Category == "" || v.Code == "" || !strings.HasSuffix(v.Reason, ".") || strings.Contains(v.Reason, "%!") {
			t.Errorf("%+v", v)
		}
	}
}

func TestEachFaultIsFoundAlone(t *testing.T) {
	kerberos := "_kerberos._udp." + string(partner)
	for want, plant := range map[string]func(*Case){
		"Clocks agree = ClockSkew":                           func(c *Case) { c.each(func(l *Look) { l.Clock = &Clock{Skew: -4 * time.Minute} }) },
		"Host name of the domain controller = HostNameClash": func(c *Case) { c.Ours.Others[0].Hosts = []string{"DC1"} },
		"Address outside our networks = AddressOverlap":      func(c *Case) { c.Ours.Ranges = append(c.Ours.Ranges, netip.MustParsePrefix("203.0.113.0/24")) },
		"SMB dialect = OldDialect":                           func(c *Case) { c.each(func(l *Look) { l.SMB = &SMB{0x0210, true, true, false} }) },
		"SMB signing = SigningNotRequired":                   func(c *Case) { c.each(func(l *Look) { l.SMB = &SMB{0x0311, true, false, true} }) },
		"SMB encryption = NoEncryption":                      func(c *Case) { c.each(func(l *Look) { l.SMB = &SMB{0x0311, true, true, false} }) },
		"Kerberos encryption types = NoAES":                  func(c *Case) { c.each(func(l *Look) { l.Kerberos = &Kerberos{RC4: true, Detail: "14"} }) },
		"Kerberos encryption types = OtherDomain": func(c *Case) {
			c.each(func(l *Look) { l.Kerberos = &Kerberos{Stranger: true, Detail: "6"} })
		},
		"Named pipes without an account = PipeAccessDenied": func(c *Case) {
			c.each(func(l *Look) { l.Anonymous = Anonymous{Tried: true, Refused: true, Detail: "5"} })
		},
		"DNS name of the domain = NameClash": func(c *Case) {
			c.each(func(l *Look) {
				l.Ping = &Ping{Domain: "other.example", Forest: "other.example", NetBIOSDomain: "ONPREM", NetBIOSHost: "DC1"}
			})
		},
		"NetBIOS name of the domain = NameClash":  func(c *Case) { c.Ours.NetBIOSName = "ONPREM" },
		"Name of the trust's account = NameClash": func(c *Case) { c.Ours.Taken = "ONPREM$" },
		"SID of the domain = NameClash":           func(c *Case) { c.Ours.Others[0].SID = "S-1-5-21-1-2-3" },
		"Root of its forest = NotForestRoot": func(c *Case) {
			c.each(func(l *Look) {
				l.Ping = &Ping{Domain: partner, Forest: "example.net", NetBIOSDomain: "ONPREM", NetBIOSHost: "DC1"}
			})
		},
		"Functional level of the domain = OldLevel": func(c *Case) { c.each(func(l *Look) { l.Levels = &Levels{2, 7, 7} }) },
		"Functional level of the forest = OldLevel": func(c *Case) { c.each(func(l *Look) { l.Levels = &Levels{7, 0, 7} }) },
		"The partner's side of the trust = PartnerSideMissing": func(c *Case) {
			c.Partner.Trust, c.Partner.Direction = "t-1", trust.TwoWay
		},
		"The partner's side of the trust = DirectionMismatch": func(c *Case) {
			c.Partner.Direction = trust.TwoWay
			c.each(func(l *Look) {
				l.Partner.TDO = &trust.TDO{Direction: trust.Incoming, Attributes: trust.AttributesFor(trust.Forest)}
			})
		},
		"The partner's side of the trust = TypeMismatch": func(c *Case) {
			c.each(func(l *Look) {
				l.Partner.TDO = &trust.TDO{Direction: trust.TwoWay, Attributes: trust.AttributesFor(trust.External)}
			})
		},
		"Kerberos pre-authentication = PreauthenticationOff": func(c *Case) { c.Accounts.NoPreauth = []string{"lazy"} },
		"TCP 135 (RPC endpoint mapper) = PortClosed":         func(c *Case) { c.closePort(t, "TCP 135", trust.SideBeyond) },
		"TCP 445 (SMB) = SecurityGroup":                      func(c *Case) { c.closePort(t, "TCP 445", trust.SideGroup) },
		"SRV " + kerberos + " = DNSNoAnswer": func(c *Case) {
			c.answers(kerberos, dcAddress, func(a *Answer) { a.Outcome, a.Targets = NoRecord, nil })
		},
		"Conditional forwarder = ForwarderDiffers": func(c *Case) {
			c.answers(kerberos, netip.Addr{}, func(a *Answer) { a.Targets = []string{"old.example:88"} })
		},
		"Ports of ours for the partner = SecurityGroup": func(c *Case) {
			p, _ := trust.PortOf(vpc.TCP, 88)
			c.Ports = append(c.Ports, trust.PortFinding{PortProbe: trust.PortProbe{DC: "dc-1", From: "a1", Host: "dc1", Address: dcAddress, Port: p}, Side: trust.SideGroup, Inbound: true, Group: "sg-1"})
		},
	} {
		c := healthy()
		plant(c)
		if found := c.failing(); len(found) != 1 || found[0] != want {
			t.Errorf("want %q, found %q", want, found)
		}
	}
}

func TestADomainControllerThatIsNotThereIsOneLine(t *testing.T) {
	for _, side := range []trust.Side{trust.SideBeyond, trust.SideRoute, trust.SideGroup} {
		c := healthy()
		for i := range c.Ports {
			c.Ports[i].Side = side
		}
		list := c.Controller(dcAddress, true)
		if len(list) != 1 || list[0].State != Failed || list[0].Name != "Domain controller answers" {
			t.Errorf("%s: %+v", side, list)
		}
	}
}

func TestPortsNobodyNeedsFailNothing(t *testing.T) {
	c := healthy()
	c.closePort(t, "UDP 123", trust.SideListener)
	c.closePort(t, "TCP 636", trust.SideBeyond)
	if found := c.failing(); len(found) > 0 {
		t.Error(found)
	}
}

func TestFinish(t *testing.T) {
	good := []Report{{Validations: []Validation{ok(CategoryDNS, "a", "b.")}}}
	finish := func(accounts *Accounts) (State, string, string) {
		var t Tally
		t.Add(good, accounts)
		return Finish(t, 0)
	}
	if state, _, reason := finish(&Accounts{Why: "nobody may look."}); state != Success || !strings.Contains(reason, "nobody may look") {
		t.Error(state, reason)
	}
	good[0].Validations = append(good[0].Validations, bad(CategoryTime, "Clocks agree", "ClockSkew", "Set them."))
	if state, code, reason := finish(nil); state != Failed || code != "NotReady" || !strings.Contains(reason, "1 of 2") || !strings.Contains(reason, "Clocks agree") {
		t.Error(state, code, reason)
	}
}
