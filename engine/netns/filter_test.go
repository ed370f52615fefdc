package netns

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"github.com/entente-ad/entente/vpc"
)

// compile makes the filter of a group with these rules; "sg-peer" has the
// peer's first IPv4 address and its first IPv6 address.
func compile(rules ...vpc.Rule) vpc.Filter {
	for i := range rules {
		rules[i].ID = vpc.RuleID(fmt.Sprintf("sgr-%d", i))
	}
	return vpc.Compile([]vpc.Group{{ID: "sg-own", Rules: rules}}, func(vpc.GroupID) []netip.Addr {
		return []netip.Addr{peers()[0], peers()[2]}
	})
}

func peerIs(s string) vpc.Peer { return vpc.Peer{CIDR: netip.MustParsePrefix(s)} }

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// The kernel lets through what Allows says, in both directions, over IPv4 and
// IPv6, and nothing else.
func TestKernelDoesWhatAllowsSays(t *testing.T) {
	p := newPair(t)
	r := rand.New(rand.NewPCG(3, 4))
	for round := range 12 {
		var rules []vpc.Rule
		for range r.IntN(7) {
			from := r.IntN(4)
			rules = append(rules, vpc.Rule{
				Egress: r.IntN(2) == 0, Protocol: pick(r, vpc.All, vpc.TCP, vpc.UDP, vpc.TCP, vpc.UDP), From: from, To: from + r.IntN(3),
				Peer: pick(r, peerIs("0.0.0.0/0"), peerIs("::/0"), peerIs("10.203.65.4/31"), peerIs("fd00:203::6/128"), peerIs("10.0.0.0/8"),
					peerIs("fd00::/16"), peerIs("192.0.2.0/24"), vpc.Peer{Group: "sg-peer"}),
			})
		}
		f := compile(rules...)
		if round%4 == 3 {
			f.Always = []netip.Addr{peers()[1]}
		}
		p.set(f)
		var all sync.WaitGroup
		for _, egress := range []bool{false, true} {
			for _, network := range []string{"tcp", "udp"} {
				for _, peer := range peers() {
					for port := 1; port <= 4; port++ {
						all.Go(func() {
							_, want := f.Allows(egress, vpc.Protocol(network), peer, port)
							patience := willNot
							if want {
								patience = willPass
							}
							err := p.try(egress, network, peer, port, patience)
							if (err == nil) != want {
								t.Errorf("round %d, rules %+v:\negress %v %s %s port %d: %v, want %v", round, rules, egress, network, peer, port, err, want)
							}
						})
					}
				}
			}
		}
		all.Wait()
	}
}

// What goes out against the rules fails at once and in its own call.
func TestRefusedSocketsHearOfIt(t *testing.T) {
	p := newPair(t)
	p.set(vpc.Filter{})
	for _, peer := range []netip.Addr{peers()[0], peers()[2]} {
		if _, err := p.connect(true, "tcp", peer, 1, willPass); !errors.Is(err, unix.ECONNREFUSED) {
			t.Errorf("TCP to %s: %v", peer, err)
		}
		if err := p.try(true, "udp", peer, 1, willPass); !errors.Is(err, unix.EPERM) {
			t.Errorf("UDP to %s: %v", peer, err)
		}
		if err := p.try(false, "tcp", p.dc.Address, 1, willNot); err == nil && peer.Is4() {
			t.Error("the peer reaches the domain controller")
		}
	}
	loop := func() error { // nothing closes the way to oneself
		return p.in(p.dc.Name, func() error {
			c, err := net.Dial("tcp", netip.AddrPortFrom(p.dc.Address, 1).String())
			if err == nil {
				err = errors.Join(say(c, willPass), c.Close())
			}
			return err
		})
	}
	if err := loop(); err != nil {
		t.Errorf("to itself: %v", err)
	}
}

// Protocols without ports: ICMP by type, and others by number.
func TestProtocols(t *testing.T) {
	p := newPair(t)
	ping := func(a netip.Addr) error {
		network, kind := "ip4:icmp", icmp.Type(ipv4.ICMPTypeEcho)
		if a.Is6() {
			network, kind = "ip6:ipv6-icmp", ipv6.ICMPTypeEchoRequest
		}
		m := icmp.Message{Type: kind, Body: &icmp.Echo{ID: 7, Seq: 1, Data: []byte("ping")}}
		b, err := m.Marshal(nil)
		if err != nil {
			return err
		}
		return p.in(p.dc.Name, func() error {
			c, err := net.Dial(network, a.String())
			if err != nil {
				return err
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(willPass))
			if _, err := c.Write(b); err != nil { // refused, when it is
				return err
			}
			_, err = c.Read(make([]byte, 100))
			return err
		})
	}
	gre := func() error {
		return p.in(p.dc.Name, func() error {
			c, err := net.Dial("ip4:47", peers()[0].String())
			if err == nil {
				_, err = c.Write([]byte{0, 0, 0, 0})
				err = errors.Join(err, c.Close())
			}
			return err
		})
	}
	for name, c := range map[string]struct {
		rule                vpc.Rule
		ping, ping6, number bool
	}{
		"nothing":           {vpc.Rule{Protocol: vpc.TCP, To: 65535, Peer: peerIs("0.0.0.0/0")}, false, false, false},
		"all":               {vpc.Rule{Protocol: vpc.All, Peer: peerIs("0.0.0.0/0")}, true, false, true},
		"all of IPv6":       {vpc.Rule{Protocol: vpc.All, Peer: peerIs("::/0")}, false, true, false},
		"ICMP":              {vpc.Rule{Protocol: vpc.ICMP, From: -1, To: -1, Peer: peerIs("10.0.0.0/8")}, true, false, false},
		"ICMP echo":         {vpc.Rule{Protocol: vpc.ICMP, From: 8, To: 0, Peer: peerIs("10.0.0.0/8")}, true, false, false},
		"ICMP of no echo":   {vpc.Rule{Protocol: vpc.ICMP, From: 13, To: -1, Peer: peerIs("10.0.0.0/8")}, false, false, false},
		"ICMPv6 echo":       {vpc.Rule{Protocol: vpc.ICMPv6, From: 128, To: -1, Peer: peerIs("fd00::/8")}, false, true, false},
		"a protocol number": {vpc.Rule{Protocol: "47", Peer: peerIs("10.0.0.0/8")}, false, false, true},
	} {
		c.rule.Egress = true
		p.set(compile(c.rule))
		if err := ping(peers()[0]); (err == nil) != c.ping {
			t.Errorf("%s: ping: %v", name, err)
		}
		if err := ping(peers()[2]); (err == nil) != c.ping6 {
			t.Errorf("%s: ping over IPv6: %v", name, err)
		}
		if err := gre(); (err == nil) != c.number {
			t.Errorf("%s: protocol 47: %v", name, err)
		}
	}
}

// While filters are exchanged, what both allow is never lost, and what neither
// allows never passes.
func TestExchangeIsOneStep(t *testing.T) {
	p := newPair(t)
	always := vpc.Rule{Egress: true, Protocol: vpc.All, Peer: peerIs("10.203.65.5/32")}
	filters := []vpc.Filter{
		compile(always),
		compile(always, vpc.Rule{Protocol: vpc.TCP, From: 1, To: 9, Peer: peerIs("0.0.0.0/0")}),
		compile(always, vpc.Rule{Egress: true, Protocol: vpc.UDP, From: 3, To: 3, Peer: peerIs("::/0")}),
	}
	p.set(filters[0])
	flow, err := p.connect(true, "tcp", peers()[0], 1, willPass)
	if err != nil {
		t.Fatal(err)
	}
	defer flow.Close()
	closed, err := p.connect(true, "udp", peers()[1], 1, willPass) // UDP connects without a packet
	if err != nil {
		t.Fatal(err)
	}
	defer closed.Close()
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 40 {
			p.set(filters[i%len(filters)])
		}
		close(done)
	})
	for n := 0; ; n++ {
		select {
		case <-done:
			wg.Wait()
			t.Logf("%d words while filters were exchanged", n)
			return
		default:
		}
		if err := say(flow, willPass); err != nil {
			t.Fatalf("an allowed connection broke: %v", err)
		}
		fresh, err := p.connect(true, "udp", peers()[0], 1, willPass)
		if err != nil {
			t.Fatal(err)
		}
		_, err = fresh.Write([]byte("x")) // a drop or reject is EPERM here
		fresh.Close()
		if err != nil {
			t.Fatalf("an allowed packet was stopped: %v", err)
		}
		if _, err := closed.Write([]byte("x")); err == nil {
			t.Fatal("a packet that was never allowed was not stopped")
		}
	}
}

func TestARemovedRuleEndsItsConnections(t *testing.T) {
	p := newPair(t)
	rule := func(egress bool, port int) vpc.Rule {
		return vpc.Rule{Egress: egress, Protocol: vpc.TCP, From: port, To: port, Peer: peerIs("0.0.0.0/0")}
	}
	six := vpc.Rule{Egress: true, Protocol: vpc.TCP, From: 1, To: 4, Peer: peerIs("::/0")}
	both := compile(rule(true, 1), rule(true, 2), rule(false, 3), rule(false, 4), six)
	for _, c := range []struct {
		name     string
		egress   bool
		peer     netip.Addr
		ends     int // the port whose rule goes
		stays    int
		filtered vpc.Filter
	}{
		{"out", true, peers()[0], 1, 2, compile(rule(true, 2), rule(false, 3), rule(false, 4), rule(false, 1024))},
		{"in", false, peers()[0], 3, 4, compile(rule(true, 1), rule(true, 2), rule(false, 4))},
		{"out over IPv6", true, peers()[2], 1, 2, compile(vpc.Rule{Egress: true, Protocol: vpc.TCP, From: 2, To: 2, Peer: peerIs("::/0")})},
	} {
		t.Run(c.name, func(t *testing.T) {
			p.set(both)
			ends, err := p.connect(c.egress, "tcp", c.peer, c.ends, willPass)
			if err != nil {
				t.Fatal(err)
			}
			defer ends.Close()
			stays, err := p.connect(c.egress, "tcp", c.peer, c.stays, willPass)
			if err != nil {
				t.Fatal(err)
			}
			defer stays.Close()
			if err := errors.Join(say(ends, willPass), say(stays, willPass)); err != nil {
				t.Fatal(err)
			}
			p.set(c.filtered)
			if err := say(ends, willPass); err == nil {
				t.Error("the connection of the removed rule goes on")
			} else if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() {
				t.Errorf("the connection of the removed rule was not ended, it starves: %v", err)
			}
			if err := say(stays, willPass); err != nil {
				t.Errorf("another connection broke: %v", err)
			}
		})
	}
}

// Without the socket's end, as on a kernel that cannot close sockets, the
// connection starves: nothing of it passes, even where its answers would be
// let in as something new.
func TestAForgottenConnectionDoesNotComeBack(t *testing.T) {
	p := newPair(t)
	in := vpc.Rule{Protocol: vpc.All, Peer: peerIs("0.0.0.0/0")}
	p.set(compile(in, vpc.Rule{Egress: true, Protocol: vpc.All, Peer: peerIs("0.0.0.0/0")}))
	c, err := p.connect(true, "tcp", peers()[0], 1, willPass)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := say(c, willPass); err != nil {
		t.Fatal(err)
	}
	s := must(p.e.openDC(p.dc.Name))
	defer s.close()
	if err := (kernelTable{ns: int(s.ns.Fd())}).replace(compile(in), nil); err != nil {
		t.Fatal(err)
	}
	local := must(s.local())
	forget := unwantedFlows{local: local, keep: func(vpc.Flow) bool { return false }}
	if err := inside(s.ns, func() error {
		_, err := netlink.ConntrackDeleteFilters(netlink.ConntrackTable, unix.AF_INET, forget)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := say(c, time.Second); err == nil {
		t.Error("the connection goes on")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestShutStopsUnmarkedSockets(t *testing.T) {
	p := newPair(t)
	f := compile(vpc.Rule{Egress: true, Protocol: vpc.All, Peer: peerIs("0.0.0.0/0")}, vpc.Rule{Protocol: vpc.All, Peer: peerIs("0.0.0.0/0")})
	p.set(f)
	dial := func(mark bool, port int) (net.Conn, error) {
		d := p.e.Dial(p.dc.Name)
		if mark {
			d = p.e.DialMarked(p.dc.Name)
		}
		return d(t.Context(), "tcp", netip.AddrPortFrom(peers()[0], uint16(port)).String())
	}
	before, marked := must(dial(false, 1)), must(dial(true, 1))
	defer before.Close()
	defer marked.Close()
	f.Shut = []vpc.Match{{Protocol: vpc.TCP, From: 1, To: 1, Prefixes: []netip.Prefix{netip.MustParsePrefix("10.203.65.5/32")}}}
	p.set(f)
	if err := say(before, willPass); err == nil {
		t.Error("a connection that was there goes on")
	}
	if err := say(marked, willPass); err != nil {
		t.Errorf("a marked connection that was there broke: %v", err)
	}
	if _, err := dial(false, 1); !errors.Is(err, unix.ECONNREFUSED) {
		t.Errorf("an unmarked socket: %v", err)
	}
	for name, c := range map[string]struct {
		mark bool
		port int
	}{"a marked socket": {true, 1}, "another port": {false, 2}} {
		conn, err := dial(c.mark, c.port)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := errors.Join(say(conn, willPass), conn.Close()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The peer may come from the port that is shut, and is answered.
	if err := p.try(false, "tcp", peers()[0], 1, willPass); err != nil {
		t.Errorf("the peer's own connection: %v", err)
	}
}

func TestUpstreamsAreAlwaysInReach(t *testing.T) {
	p := newPair(t)
	p.serve(p.peer.Name, dnsPort)
	p.e.upstreams = []netip.Addr{peers()[0]}
	p.set(vpc.Filter{})
	for _, network := range []string{"udp", "tcp"} {
		if err := p.try(true, network, peers()[0], dnsPort, willPass); err != nil {
			t.Errorf("%s: %v", network, err)
		}
		if err := p.try(true, network, peers()[0], 1, willPass); err == nil {
			t.Errorf("%s to another port of it passes", network)
		}
		if err := p.try(true, network, peers()[1], dnsPort, willPass); err == nil {
			t.Errorf("%s to another server passes", network)
		}
	}
}
