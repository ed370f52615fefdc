package dnsforward

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"github.com/entente-ad/entente/directory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// dnsPort is a port that is free on all of 127.205.0.0/16, where the tests'
// servers are.
var dnsPort = sync.OnceValue(func() uint16 {
	c, err := net.ListenPacket("udp", "127.205.0.1:0")
	if err != nil {
		panic(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Port()
})

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

// server is a real DNS server on a loopback address.
type server struct {
	addr    netip.Addr
	queries atomic.Int64 // all that came in, UDP and TCP
	tcp     atomic.Int64
	handle  atomic.Pointer[dns.HandlerFunc]
	stop    func()
}

// serveAt starts a server that answers by h until the test ends.
func serveAt(t testing.TB, addr string, h dns.HandlerFunc) *server {
	t.Helper()
	s := &server{addr: ip(addr)}
	s.handle.Store(&h)
	at := netip.AddrPortFrom(s.addr, dnsPort()).String()
	packets, err := net.ListenPacket("udp", at)
	if err != nil {
		t.Fatal(err)
	}
	streams, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, r *dns.Msg) {
		s.queries.Add(1)
		if _, ok := w.RemoteAddr().(*net.TCPAddr); ok {
			s.tcp.Add(1)
		}
		(*s.handle.Load())(w, r)
	})
	var wg sync.WaitGroup
	var started sync.WaitGroup
	servers := []*dns.Server{{PacketConn: packets, Handler: handler, UDPSize: 4096}, {Listener: streams, Handler: handler}}
	for _, srv := range servers {
		started.Add(1)
		srv.NotifyStartedFunc = started.Done
		wg.Go(func() { _ = srv.ActivateAndServe() })
	}
	started.Wait()
	s.stop = sync.OnceFunc(func() {
		for _, srv := range servers {
			_ = srv.Shutdown()
		}
		wg.Wait()
	})
	t.Cleanup(s.stop)
	return s
}

func (s *server) become(h dns.HandlerFunc) { s.handle.Store(&h) }

// says answers every question with one TXT record, and SOA with one.
func says(text string) dns.HandlerFunc {
	return func(w dns.ResponseWriter, r *dns.Msg) {
		m := new(dns.Msg).SetReply(r)
		hdr := dns.RR_Header{Name: r.Question[0].Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60}
		m.Answer = []dns.RR{&dns.TXT{Hdr: hdr, Txt: []string{text}}}
		_ = w.WriteMsg(m)
	}
}

// authority answers every question as says does, for a zone of its own.
func authority(text string) dns.HandlerFunc {
	return func(w dns.ResponseWriter, r *dns.Msg) {
		m := new(dns.Msg).SetReply(r)
		m.Authoritative = true
		hdr := dns.RR_Header{Name: r.Question[0].Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60}
		m.Answer = []dns.RR{&dns.TXT{Hdr: hdr, Txt: []string{text}}}
		_ = w.WriteMsg(m)
	}
}

// code answers every question with a return code.
func code(rcode int) dns.HandlerFunc {
	return func(w dns.ResponseWriter, r *dns.Msg) {
		_ = w.WriteMsg(new(dns.Msg).SetRcode(r, rcode))
	}
}

// mute never answers.
func mute(dns.ResponseWriter, *dns.Msg) {}

// runForwarder starts a forwarder for dc.example that stops with the test.
func runForwarder(t testing.TB, cfg Config) *Server {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.205.255.53:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listen = c.LocalAddr().(*net.UDPAddr).AddrPort()
	c.Close()
	cfg.UpstreamPort = dnsPort()
	cfg.Log = slog.New(slog.DiscardHandler)
	s := New(cfg)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	eventually(t, "the forwarder listens", func() bool {
		c, err := net.Dial("tcp", cfg.Listen.String())
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return s
}

func setRules(t *testing.T, s *Server, revision int64, rules ...directory.ForwardRule) {
	t.Helper()
	if err := s.SetRules(revision, rules); err != nil {
		t.Fatal(err)
	}
}

func to(domain directory.FQDN, servers ...*server) directory.ForwardRule {
	r := directory.ForwardRule{Domain: domain, Cache: true}
	for _, s := range servers {
		r.Addresses = append(r.Addresses, s.addr)
	}
	return r
}

// ask sends a query with EDNS and gives the answer.
func ask(t testing.TB, s *Server, name string, qtype uint16, change ...func(*dns.Msg)) *dns.Msg {
	t.Helper()
	return askBy(t, "udp", s, name, qtype, change...)
}

func askBy(t testing.TB, network string, s *Server, name string, qtype uint16, change ...func(*dns.Msg)) *dns.Msg {
	t.Helper()
	q := new(dns.Msg).SetQuestion(dns.Fqdn(name), qtype)
	q.SetEdns0(4096, false)
	for _, f := range change {
		f(q)
	}
	c := dns.Client{Net: network, Timeout: 10 * time.Second}
	m, _, err := c.Exchange(q, s.cfg.Listen.String())
	if err != nil {
		t.Fatalf("%s %s: %v", network, name, err)
	}
	return m
}

func text(m *dns.Msg) string {
	for _, rr := range m.Answer {
		if txt, ok := rr.(*dns.TXT); ok {
			return txt.Txt[0]
		}
	}
	return dns.RcodeToString[m.Rcode]
}

func reason(m *dns.Msg) (code uint16, text string) {
	if opt := m.IsEdns0(); opt != nil {
		for _, o := range opt.Option {
			if ede, ok := o.(*dns.EDNS0_EDE); ok {
				return ede.InfoCode, ede.ExtraText
			}
		}
	}
	return 0, ""
}

func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for range 1500 {
		if cond() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never happened: %s", what)
}
