package dnsforward

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"

	"github.com/entente-ad/entente/directory"
)

func TestTheMostSpecificRuleAnswers(t *testing.T) {
	t.Parallel()
	own := serveAt(t, "127.205.1.1", func(w dns.ResponseWriter, r *dns.Msg) { // it has the first reverse zone only
		if strings.HasSuffix(r.Question[0].Name, ".3.205.10.in-addr.arpa.") {
			code(dns.RcodeNameError)(w, r)
			return
		}
		authority("own")(w, r)
	})
	corp := serveAt(t, "127.205.1.2", says("corp"))
	lab := serveAt(t, "127.205.1.3", says("lab"))
	rest := serveAt(t, "127.205.1.4", says("rest"))
	s := runForwarder(t, Config{
		OwnDomain:   "dc.example",
		OwnNetworks: []netip.Prefix{netip.MustParsePrefix("10.205.2.0/23")},
		OwnServer:   netip.AddrPortFrom(own.addr, dnsPort()),
	})
	setRules(t, s, 7, to("corp.example", corp), to("Lab.Corp.Example.", lab), to("part.dc.example", lab), to("", rest))
	for name, want := range map[string]string{
		"corp.example":               "corp",
		"CORP.example.":              "corp",
		"_ldap._tcp.dc.corp.example": "corp",
		"lab.corp.example":           "lab",
		"host.LAB.corp.EXAMPLE.":     "lab",
		"xcorp.example":              "rest",
		"example":                    "rest",
		".":                          "rest",
		"dc.example":                 "own",
		"_msdcs.dc.example":          "own",
		"part.dc.example":            "lab",
		"4.2.205.10.in-addr.arpa":    "own",
		"4.3.205.10.in-addr.arpa":    "rest",
		"4.4.205.10.in-addr.arpa":    "rest",
		`a\.corp.example`:            "rest",
		`with\ space.corp.example`:   "corp",
		strings.Repeat("a.", 100) + "corp.example": "corp",
	} {
		for _, network := range []string{"udp", "tcp"} {
			m := askBy(t, network, s, name, dns.TypeTXT)
			if got := text(m); got != want {
				t.Errorf("%s over %s: %s answers, want %s", name, network, got, want)
			}
			if m.Question[0].Name != dns.Fqdn(name) {
				t.Errorf("%s: the answer repeats %s", name, m.Question[0].Name)
			}
		}
	}
	if s.Revision() != 7 {
		t.Errorf("revision %d", s.Revision())
	}
}

// TestReverseZonesThatNobodyMade: they do not exist, unless somebody forwards
// them.
func TestReverseZonesThatNobodyMade(t *testing.T) {
	t.Parallel()
	own := serveAt(t, "127.205.14.1", code(dns.RcodeNameError))
	corp := serveAt(t, "127.205.14.2", says("corp"))
	s := runForwarder(t, Config{
		OwnDomain: "dc.example", OwnNetworks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12")},
		OwnServer: netip.AddrPortFrom(own.addr, dnsPort()),
	})
	setRules(t, s, 1, to("5.10.in-addr.arpa", corp), to("18.172.in-addr.arpa", corp))
	for name, want := range map[string]string{"1.1.5.10.in-addr.arpa": "corp", "1.1.18.172.in-addr.arpa": "corp"} {
		if got := text(ask(t, s, name, dns.TypeTXT)); got != want {
			t.Errorf("%s: %q answers, want %s", name, got, want)
		}
	}
	for name, want := range map[string]int{
		"1.1.6.10.in-addr.arpa": dns.RcodeNameError, "1.1.31.172.in-addr.arpa": dns.RcodeNameError,
		"1.1.32.172.in-addr.arpa": dns.RcodeRefused, "1.113.0.203.in-addr.arpa": dns.RcodeRefused,
	} {
		if m := ask(t, s, name, dns.TypePTR); m.Rcode != want {
			t.Errorf("%s: %s, want %s", name, dns.RcodeToString[m.Rcode], dns.RcodeToString[want])
		}
	}
}

func TestTheOwnServerIsAskedWithoutRecursionOthersWithIt(t *testing.T) {
	t.Parallel()
	flag := func(w dns.ResponseWriter, r *dns.Msg) { says(fmt.Sprint(r.RecursionDesired))(w, r) }
	own, corp := serveAt(t, "127.205.2.1", flag), serveAt(t, "127.205.2.2", flag)
	s := runForwarder(t, Config{OwnDomain: "dc.example", OwnServer: netip.AddrPortFrom(own.addr, dnsPort())})
	setRules(t, s, 1, to("corp.example", corp))
	if got := text(ask(t, s, "dc.example", dns.TypeTXT)); got != "false" {
		t.Errorf("own server asked with recursion desired %s", got)
	}
	if got := text(ask(t, s, "corp.example", dns.TypeTXT)); got != "true" {
		t.Errorf("corp asked with recursion desired %s", got)
	}
}

func TestAnswersArePassedOnTruthfully(t *testing.T) {
	t.Parallel()
	up := serveAt(t, "127.205.3.1", mute)
	s := runForwarder(t, Config{})
	setRules(t, s, 1, to("corp.example", up))
	for _, rcode := range []int{dns.RcodeNameError, dns.RcodeServerFailure, dns.RcodeRefused, dns.RcodeSuccess} {
		up.become(code(rcode))
		if m := ask(t, s, "none.corp.example", dns.TypeA); m.Rcode != rcode || len(m.Answer) != 0 {
			t.Errorf("got %s, the server said %s", dns.RcodeToString[m.Rcode], dns.RcodeToString[rcode])
		}
	}
	up.become(code(dns.RcodeServerFailure))
	if _, why := reason(ask(t, s, "corp.example", dns.TypeA)); why != "127.205.3.1: answered SERVFAIL" {
		t.Errorf("reason %q", why)
	}
	up.become(func(w dns.ResponseWriter, r *dns.Msg) {
		m := new(dns.Msg).SetRcode(r, dns.RcodeBadCookie)
		m.SetEdns0(1232, false)
		_ = w.WriteMsg(m)
	})
	if m := ask(t, s, "corp.example", dns.TypeA, func(q *dns.Msg) { q.Extra = nil }); m.Rcode != dns.RcodeServerFailure {
		t.Errorf("an extended code without EDNS came out as %s", dns.RcodeToString[m.Rcode])
	}
}

func TestUnreachableIsToldFromUnknown(t *testing.T) {
	t.Parallel()
	silent := serveAt(t, "127.205.4.1", mute)
	s := runForwarder(t, Config{OwnAddresses: []netip.Addr{ip("127.205.4.9")}})
	setRules(t, s, 1, to("silent.example", silent),
		directory.ForwardRule{Domain: "closed.example", Addresses: []netip.Addr{ip("127.205.4.8")}},
		directory.ForwardRule{Domain: "self.example", Addresses: []netip.Addr{ip("127.205.4.9")}})
	for _, c := range []struct {
		name  string
		rcode int
		code  uint16
		text  string
	}{
		{"silent.example", dns.RcodeServerFailure, dns.ExtendedErrorCodeNoReachableAuthority, "127.205.4.1: no answer"},
		{"closed.example", dns.RcodeServerFailure, dns.ExtendedErrorCodeNetworkError, "127.205.4.8: connection refused"},
		{"self.example", dns.RcodeServerFailure, dns.ExtendedErrorCodeNetworkError, "127.205.4.9: " + errSelf.Error()},
		{"norule.example", dns.RcodeRefused, dns.ExtendedErrorCodeNotAuthoritative, "no conditional forwarder for this domain and no default DNS servers"},
	} {
		m := ask(t, s, c.name, dns.TypeA)
		if code, text := reason(m); m.Rcode != c.rcode || code != c.code || text != c.text {
			t.Errorf("%s: %s, %d %q", c.name, dns.RcodeToString[m.Rcode], code, text)
		}
	}
}

func TestAnswersTooLongForUDP(t *testing.T) {
	t.Parallel()
	long := func(w dns.ResponseWriter, r *dns.Msg) {
		m := new(dns.Msg).SetReply(r)
		for i := range 100 {
			m.Answer = append(m.Answer, &dns.TXT{
				Hdr: dns.RR_Header{Name: r.Question[0].Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60},
				Txt: []string{fmt.Sprint(i, strings.Repeat("x", 60))},
			})
		}
		size := dns.MinMsgSize
		if opt := r.IsEdns0(); opt != nil {
			size = int(opt.UDPSize())
		}
		if _, ok := w.RemoteAddr().(*net.TCPAddr); ok {
			size = dns.MaxMsgSize
		}
		m.Truncate(size)
		_ = w.WriteMsg(m)
	}
	up := serveAt(t, "127.205.5.1", long)
	s := runForwarder(t, Config{})
	setRules(t, s, 1, to("corp.example", up))

	if m := askBy(t, "tcp", s, "corp.example", dns.TypeTXT); m.Truncated || len(m.Answer) != 100 {
		t.Errorf("over TCP: truncated %v, %d records", m.Truncated, len(m.Answer))
	}
	if up.tcp.Load() == 0 {
		t.Error("the server was not asked by TCP")
	}
	for size, change := range map[int]func(*dns.Msg){
		512:  func(q *dns.Msg) { q.Extra = nil },
		900:  func(q *dns.Msg) { q.IsEdns0().SetUDPSize(900) },
		4096: func(*dns.Msg) {},
	} {
		m := ask(t, s, "corp.example", dns.TypeTXT, change)
		m.Compress = true
		if !m.Truncated || m.Len() > size {
			t.Errorf("client that takes %d bytes: truncated %v, %d bytes", size, m.Truncated, m.Len())
		}
		if (m.IsEdns0() == nil) != (size == 512) {
			t.Errorf("client that takes %d bytes: EDNS in the answer %v", size, m.IsEdns0())
		}
	}
}

func TestServersWithoutEDNS(t *testing.T) {
	t.Parallel()
	for name, rcode := range map[string]int{"FORMERR": dns.RcodeFormatError, "NOTIMP": dns.RcodeNotImplemented} {
		t.Run(name, func(t *testing.T) {
			up := serveAt(t, "127.205.6.1", func(w dns.ResponseWriter, r *dns.Msg) {
				if r.IsEdns0() != nil {
					code(rcode)(w, r)
					return
				}
				says("plain")(w, r)
			})
			s := runForwarder(t, Config{})
			setRules(t, s, 1, to("corp.example", up))
			if got := text(ask(t, s, "corp.example", dns.TypeTXT)); got != "plain" {
				t.Error(got)
			}
		})
	}
}

func TestWhatAForwarderDoesNotDo(t *testing.T) {
	t.Parallel()
	up := serveAt(t, "127.205.7.1", says("up"))
	s := runForwarder(t, Config{})
	setRules(t, s, 1, to("corp.example", up))
	qtype := func(n uint16) func(*dns.Msg) { return func(q *dns.Msg) { q.Question[0].Qtype = n } }
	opcode := func(n int) func(*dns.Msg) { return func(q *dns.Msg) { q.Opcode = n } }
	for name, c := range map[string]struct {
		change func(*dns.Msg)
		want   int
	}{
		"AXFR":          {qtype(dns.TypeAXFR), dns.RcodeRefused},
		"IXFR":          {qtype(dns.TypeIXFR), dns.RcodeRefused},
		"TKEY":          {qtype(dns.TypeTKEY), dns.RcodeRefused},
		"type 0":        {qtype(dns.TypeNone), dns.RcodeRefused},
		"class CHAOS":   {func(q *dns.Msg) { q.Question[0].Qclass = dns.ClassCHAOS }, dns.RcodeRefused},
		"no recursion":  {func(q *dns.Msg) { q.RecursionDesired = false }, dns.RcodeRefused},
		"UPDATE":        {opcode(dns.OpcodeUpdate), dns.RcodeNotImplemented},
		"NOTIFY":        {opcode(dns.OpcodeNotify), dns.RcodeNotImplemented},
		"STATUS":        {opcode(dns.OpcodeStatus), dns.RcodeNotImplemented},
		"two questions": {func(q *dns.Msg) { q.Question = append(q.Question, q.Question[0]) }, dns.RcodeFormatError},
		"EDNS 1":        {func(q *dns.Msg) { q.IsEdns0().SetVersion(1) }, dns.RcodeBadVers},
		"unknown type":  {qtype(65280), dns.RcodeSuccess},
		"ANY":           {qtype(dns.TypeANY), dns.RcodeSuccess},
	} {
		for _, network := range []string{"udp", "tcp"} {
			if m := askBy(t, network, s, "corp.example", dns.TypeTXT, c.change); m.Rcode != c.want {
				t.Errorf("%s over %s: %s", name, network, dns.RcodeToString[m.Rcode])
			}
		}
	}
}

func TestALoopEnds(t *testing.T) {
	t.Parallel()
	s := runForwarder(t, Config{})
	// The partner's server forwards the domain back to us.
	partner := serveAt(t, "127.205.8.1", func(w dns.ResponseWriter, r *dns.Msg) {
		m, _, err := new(dns.Client).Exchange(r, s.cfg.Listen.String())
		if err == nil {
			_ = w.WriteMsg(m)
		}
	})
	setRules(t, s, 1, to("corp.example", partner))
	if m := ask(t, s, "host.corp.example", dns.TypeA); m.Rcode != dns.RcodeServerFailure {
		t.Error(m)
	}
	if n := partner.queries.Load(); n > 10 {
		t.Errorf("the question went round %d times", n)
	}
}

func TestRulesAreSwappedWithoutALostQuery(t *testing.T) {
	t.Parallel()
	a, b := serveAt(t, "127.205.9.1", says("a")), serveAt(t, "127.205.9.2", says("b"))
	s := runForwarder(t, Config{})
	setRules(t, s, 1, to("corp.example", a))
	stop := make(chan struct{})
	var askers sync.WaitGroup
	for i := range 8 {
		askers.Go(func() {
			network := []string{"udp", "tcp"}[i%2]
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if got := text(askBy(t, network, s, fmt.Sprintf("%d-%d.corp.example", i, n%50), dns.TypeTXT)); got != "a" && got != "b" {
					t.Errorf("lost: %s", got)
					return
				}
			}
		})
	}
	for i := range 200 {
		setRules(t, s, int64(i+2), to("corp.example", []*server{a, b}[i%2]), to("", []*server{b, a}[i%2]))
	}
	close(stop)
	askers.Wait()
}

func TestTooManyQueriesAreTurnedAway(t *testing.T) {
	t.Parallel()
	up := serveAt(t, "127.205.10.1", mute)
	s := runForwarder(t, Config{MaxQueries: 1})
	setRules(t, s, 1, to("corp.example", up))
	var slow sync.WaitGroup
	slow.Go(func() { ask(t, s, "slow.corp.example", dns.TypeA) })
	eventually(t, "the slot is taken", func() bool { return len(s.slots) == 1 })
	m := ask(t, s, "other.corp.example", dns.TypeA)
	if code, _ := reason(m); m.Rcode != dns.RcodeServerFailure || code != dns.ExtendedErrorCodeNotReady {
		t.Error(m)
	}
	slow.Wait()
}

func TestRulesThatCannotBe(t *testing.T) {
	s := New(Config{Log: slog.New(slog.DiscardHandler)})
	good := []netip.Addr{ip("10.205.0.1")}
	setRules(t, s, 3, directory.ForwardRule{Domain: "corp.example", Addresses: good})
	for want, rules := range map[string][]directory.ForwardRule{
		"0 addresses":         {{Domain: "x.example"}},
		"5 addresses":         {{Domain: "x.example", Addresses: make([]netip.Addr, 5)}},
		"not the address":     {{Domain: "x.example", Addresses: []netip.Addr{ip("0.0.0.0")}}},
		"two forwarding rule": {{Domain: "x.example", Addresses: good}, {Domain: "X.example.", Addresses: good}},
		"not a domain name":   {{Domain: directory.FQDN(strings.Repeat("x", 64) + ".example"), Addresses: good}},
	} {
		if err := s.SetRules(4, rules); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if s.Revision() != 3 || s.rules.Load().match("corp.example.") == nil {
		t.Error("a refused set changed the rules")
	}
}

func TestReverseZones(t *testing.T) {
	for prefix, want := range map[string]string{
		"10.205.0.0/24":   "0.205.10.in-addr.arpa.",
		"10.205.0.77/24":  "0.205.10.in-addr.arpa.",
		"10.205.254.0/23": "254.205.10.in-addr.arpa. 255.205.10.in-addr.arpa.",
		"10.205.0.0/16":   "205.10.in-addr.arpa.",
		"10.204.0.0/15":   "204.10.in-addr.arpa. 205.10.in-addr.arpa.",
		"10.205.0.8/31":   "8.0.205.10.in-addr.arpa. 9.0.205.10.in-addr.arpa.",
		"2001:db8::/32":   "8.b.d.0.1.0.0.2.ip6.arpa.",
		"2001:db8::/31":   "8.b.d.0.1.0.0.2.ip6.arpa. 9.b.d.0.1.0.0.2.ip6.arpa.",
	} {
		if got := strings.Join(reverseZones(netip.MustParsePrefix(prefix)), " "); got != want {
			t.Errorf("%s: %s, want %s", prefix, got, want)
		}
	}
}
