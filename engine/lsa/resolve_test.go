package lsa

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
)

// nameserver answers on a loopback port, over UDP and TCP, and gives its address.
func nameserver(t *testing.T, answer func(network string, q dns.Question, m *dns.Msg)) string {
	t.Helper()
	udp, tcp := onePort(t)
	address := udp.LocalAddr().String()
	handler := func(network string) dns.HandlerFunc {
		return func(w dns.ResponseWriter, q *dns.Msg) {
			m := new(dns.Msg).SetReply(q)
			answer(network, q.Question[0], m)
			_ = w.WriteMsg(m)
		}
	}
	for _, s := range []*dns.Server{{PacketConn: udp, Handler: handler("udp")}, {Listener: tcp, Handler: handler("tcp")}} {
		started := make(chan struct{})
		s.NotifyStartedFunc = func() { close(started) }
		done := make(chan struct{})
		go func() { defer close(done); _ = s.ActivateAndServe() }()
		<-started
		t.Cleanup(func() { _ = s.Shutdown(); <-done })
	}
	return address
}

// onePort listens by UDP and TCP on one port. One that is free by UDP may be
// taken by TCP, so it tries several.
func onePort(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for tries := 0; ; tries++ {
		udp, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		tcp, err := net.Listen("tcp", udp.LocalAddr().String())
		if err == nil {
			return udp, tcp
		}
		_ = udp.Close()
		if tries == 20 {
			t.Fatal(err)
		}
	}
}

func rr(t *testing.T, s string) dns.RR {
	t.Helper()
	r, err := dns.NewRR(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDiscoverTellsTheWaysOfDNSApart(t *testing.T) {
	closed, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.LocalAddr().String()
	_ = closed.Close()
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	code := func(rcode int) string {
		return nameserver(t, func(_ string, _ dns.Question, m *dns.Msg) { m.Rcode = rcode })
	}
	said := func(rcode int, info uint16, text string) string {
		return nameserver(t, func(_ string, _ dns.Question, m *dns.Msg) {
			m.Rcode = rcode
			opt := m.SetEdns0(ednsSize, false).IsEdns0()
			// What a server of the domain says comes first and counts less.
			opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: dns.ExtendedErrorCodeStaleAnswer})
			opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: info, ExtraText: text})
		})
	}
	for name, c := range map[string]struct {
		server string
		cause  condition.Cause
	}{
		"no rule at the forwarder":   {said(dns.RcodeRefused, dns.ExtendedErrorCodeNotAuthoritative, "no conditional forwarder"), condition.NoForwarder},
		"no server reached":          {said(dns.RcodeServerFailure, dns.ExtendedErrorCodeNoReachableAuthority, "203.0.113.77: no answer"), condition.DNSUnreachable},
		"no server listens":          {said(dns.RcodeServerFailure, dns.ExtendedErrorCodeNetworkError, "203.0.113.77: connection refused"), condition.DNSUnreachable},
		"a server refuses":           {said(dns.RcodeRefused, directory.EDEServerAnswered, "203.0.113.77: answered REFUSED"), condition.DNSRefused},
		"a server fails":             {said(dns.RcodeServerFailure, directory.EDEServerAnswered, "203.0.113.77: answered SERVFAIL"), condition.DNSRefused},
		"a server knows nothing":     {said(dns.RcodeNotImplemented, directory.EDEServerAnswered, "203.0.113.77: answered NOTIMP"), condition.DNSRefused},
		"the forwarder is too busy":  {said(dns.RcodeServerFailure, dns.ExtendedErrorCodeNotReady, "too many queries at once"), condition.Unexpected},
		"the forwarder itself":       {said(dns.RcodeServerFailure, dns.ExtendedErrorCodeOther, "internal error"), condition.Unexpected},
		"no such domain":             {code(dns.RcodeNameError), condition.DNSNoAnswer},
		"no such records":            {code(dns.RcodeSuccess), condition.DNSNoAnswer},
		"servers of the domain fail": {code(dns.RcodeServerFailure), condition.DNSUnreachable},
		"the server refuses":         {code(dns.RcodeRefused), condition.DNSRefused},
		"a code out of place":        {code(dns.RcodeNotImplemented), condition.DNSUnreachable},
		"nobody listens":             {nobody, condition.DNSUnreachable},
		"silence":                    {silent.LocalAddr().String(), condition.DNSUnreachable},
	} {
		p, err := Discover(t.Context(), Config{Resolver: c.server, Timeout: 300 * time.Millisecond}, "corp.example.com")
		if err == nil {
			t.Errorf("%s: found %+v", name, p)
			continue
		}
		x := Explain(err)
		if x.Cause != c.cause {
			t.Errorf("%s: %v, explained as %+v", name, err, x)
		}
		if c.cause == condition.DNSRefused && !strings.Contains(x.Words, "answered ") {
			t.Errorf("%s: %q does not say what was answered", name, x.Words)
		}
		if x.Answer == "" || strings.Contains(x.Answer, "corp.example.com") {
			t.Errorf("%s: the answer %q is nothing, or repeats the question", name, x.Answer)
		}
	}
}

func TestACutAnswerIsAskedForAgainOverTCP(t *testing.T) {
	server := nameserver(t, func(network string, q dns.Question, m *dns.Msg) {
		if network == "udp" {
			m.Truncated = true
			return
		}
		m.Answer = append(m.Answer, rr(t, q.Name+" 60 IN SRV 0 100 389 DC1.Corp.Example.com."))
	})
	r := resolver{orNetDialer(nil), server}
	hosts, err := r.hostsOf(t.Context(), "_ldap._tcp.dc._msdcs.corp.example.com")
	if err != nil || len(hosts) != 1 || hosts[0] != "dc1.corp.example.com" {
		t.Errorf("got %v, %v", hosts, err)
	}
}

func TestControllersThatDoNotAnswerAreListedWithTheirReason(t *testing.T) {
	server := nameserver(t, func(_ string, q dns.Question, m *dns.Msg) {
		switch q.Qtype {
		case dns.TypeSRV:
			m.Answer = append(m.Answer, rr(t, q.Name+" 60 IN SRV 0 100 389 dc1.corp.example.com."))
		case dns.TypeA:
			m.Answer = append(m.Answer, rr(t, q.Name+" 60 IN A 127.0.0.77"))
		}
	})
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	// Nothing listens at 127.0.0.77.
	p, err := Discover(t.Context(), Config{Resolver: server, Timeout: time.Second}, "corp.example.com")
	if x := Explain(err); x.Cause != condition.PartnerUnreachable {
		t.Errorf("%v, explained as %+v", err, x)
	}
	if len(p.DCs) != 1 || p.DCs[0].Answered || p.DCs[0].Error == "" || p.DCs[0].Host != "dc1.corp.example.com" {
		t.Errorf("%+v", p.DCs)
	}
}

func TestASilentControllerDoesNotHoldACallBeyondItsContext(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, listener.Addr().String())
	}
	for _, auth := range []Auth{AuthNTLM, AuthKerberos} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		_, err = Dial(ctx, Target{Side: OurSide, Host: "dc1.example", Address: netip.MustParseAddr("127.0.0.1"), Realm: "example", Dial: dial}, Credentials{User: "u", Password: secret.New("p"), Auth: auth})
		cancel()
		if x := Explain(err); x.Cause != condition.PartnerUnreachable {
			t.Errorf("%v, explained as %+v", err, x)
		}
	}
}
