package dnsforward

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/entente-ad/entente/directory"
)

// client takes what the forwarder writes.
type client struct {
	dns.ResponseWriter
	addr net.Addr
	got  []byte
}

func (c *client) RemoteAddr() net.Addr { return c.addr }
func (c *client) Write(b []byte) (int, error) {
	c.got = b
	return len(b), nil
}

// FuzzQueryPath feeds any query and any answer of a server through everything
// between the sockets: no panic, an answer that packs, fits the client and
// repeats the query's id.
func FuzzQueryPath(f *testing.F) {
	query := func(name string, qtype uint16, change func(*dns.Msg)) []byte {
		m := new(dns.Msg).SetQuestion(name, qtype)
		change(m)
		b, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	answer := func(change func(*dns.Msg)) []byte {
		m := new(dns.Msg).SetQuestion("corp.example.", dns.TypeSOA)
		m.Response = true
		change(m)
		b, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	soa, err := dns.NewRR("corp.example. 60 IN SOA ns.corp.example. h.corp.example. 1 2 3 4 5")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(query("corp.example.", dns.TypeSOA, func(*dns.Msg) {}), answer(func(m *dns.Msg) { m.Answer = []dns.RR{soa} }), false)
	f.Add(query("corp.example.", dns.TypeAXFR, func(m *dns.Msg) { m.SetEdns0(4096, true) }), []byte{}, true)
	f.Add(query("none.corp.example.", dns.TypeA, func(m *dns.Msg) { m.SetEdns0(0, false) }),
		answer(func(m *dns.Msg) { m.Rcode, m.Ns = dns.RcodeNameError, []dns.RR{soa} }), false)
	f.Add(query("corp.example.", dns.TypeA, func(*dns.Msg) {}), answer(func(m *dns.Msg) {
		m.SetEdns0(1232, true)
		m.Rcode = dns.RcodeBadCookie
	}), false)
	f.Add([]byte{0, 1, 0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0}, []byte{0, 0, 0x80}, false)

	s := New(Config{OwnAddresses: []netip.Addr{ip("10.205.0.1")}, Log: slog.New(slog.DiscardHandler)})
	rule := directory.ForwardRule{Domain: "self.example", Addresses: []netip.Addr{ip("10.205.0.1")}, Cache: true}
	if err := s.SetRules(1, []directory.ForwardRule{rule}); err != nil {
		f.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

	f.Fuzz(func(t *testing.T, q, a []byte, tcp bool) {
		req := new(dns.Msg)
		if req.Unpack(q) != nil || req.Response {
			return // the server drops or refuses it before us
		}
		c := &client{addr: &net.UDPAddr{}}
		if tcp {
			c.addr = &net.TCPAddr{}
		}
		check := func() {
			got := new(dns.Msg)
			if err := got.Unpack(c.got); err != nil {
				t.Fatalf("answer does not unpack: %v", err)
			}
			if got.Id != req.Id || !got.Response || len(c.got) > clientSize(c, req) {
				t.Fatalf("%d bytes for a client that takes %d: %v", len(c.got), clientSize(c, req), got)
			}
		}
		if len(req.Question) != 1 || s.rules.Load().match(questionOf(req).name) == nil || refuse(req) != nil || !req.RecursionDesired {
			s.serve(context.Background(), c, req)
			check()
			if len(req.Question) != 1 {
				return
			}
		}
		msg := new(dns.Msg)
		if msg.Unpack(a) != nil || wellFormed(msg) != nil {
			return // the exchange fails before us
		}
		kept := newAnswers()
		kept.put(questionOf(req), msg, now)
		if again := kept.get(questionOf(req), now); again != nil {
			s.write(c, req, passOn(req, again, false))
			check()
		}
		s.write(c, req, passOn(req, msg.Copy(), true))
		check()
	})
}
