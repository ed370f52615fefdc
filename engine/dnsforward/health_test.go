package dnsforward

import (
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/entente-ad/entente/directory"
)

func TestTheNextServerAnswersWhenTheFirstDoesNot(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]dns.HandlerFunc{
		"silent": mute, "SERVFAIL": code(dns.RcodeServerFailure), "REFUSED": code(dns.RcodeRefused),
		"wrong id":       func(w dns.ResponseWriter, r *dns.Msg) { r.Id++; says("forged")(w, r) },
		"other question": func(w dns.ResponseWriter, r *dns.Msg) { r.Question[0].Name = "other."; says("forged")(w, r) },
		"not DNS":        func(w dns.ResponseWriter, r *dns.Msg) { _, _ = w.Write([]byte("no")) },
	} {
		t.Run(name, func(t *testing.T) {
			bad, good := serveAt(t, "127.205.11.1", first), serveAt(t, "127.205.11.2", says("good"))
			s := runForwarder(t, Config{})
			setRules(t, s, 1, to("corp.example", bad, good))
			if got := text(ask(t, s, "corp.example", dns.TypeTXT)); got != "good" {
				t.Error(got)
			}
		})
	}
}

func TestFourServersOfWhichTheLastAnswers(t *testing.T) {
	t.Parallel()
	good := serveAt(t, "127.205.12.4", says("good"))
	silent, failing := serveAt(t, "127.205.12.1", mute), serveAt(t, "127.205.12.3", code(dns.RcodeServerFailure))
	s := runForwarder(t, Config{})
	setRules(t, s, 1, directory.ForwardRule{
		Domain:    "corp.example", // the second has nothing listening
		Addresses: []netip.Addr{silent.addr, ip("127.205.12.2"), failing.addr, good.addr},
	})
	if got := text(ask(t, s, "corp.example", dns.TypeTXT)); got != "good" {
		t.Error(got)
	}
	eventually(t, "three are known to be unhealthy", func() bool {
		h := s.Health()
		return h[0].Error != notAskedYet && !h[0].Healthy && !h[1].Healthy && !h[2].Healthy && h[3].Healthy
	})
	// From now on the good one is asked first.
	before := silent.queries.Load() + failing.queries.Load()
	for range 5 {
		ask(t, s, "host.corp.example", dns.TypeTXT)
	}
	if probes := silent.queries.Load() + failing.queries.Load() - before; probes > 4 {
		t.Errorf("unhealthy servers got %d queries", probes)
	}
}

func TestHealthOfAServerThatGoesAndComesBack(t *testing.T) {
	t.Parallel()
	up := serveAt(t, "127.205.13.1", says("up"))
	s := runForwarder(t, Config{})
	setRules(t, s, 1, to("corp.example", up))
	eventually(t, "healthy without a query", func() bool { return s.Health()[0].Healthy })
	since := s.Health()[0].Since

	// Rules that keep the server keep what is known of it.
	setRules(t, s, 2, to("corp.example", up), to("other.example", up))
	if h := s.Health()[0]; !h.Healthy || !h.Since.Equal(since) || h.Domain != "corp.example" || h.Address != up.addr {
		t.Errorf("after a swap: %+v", h)
	}

	up.become(mute)
	if m := ask(t, s, "gone.corp.example", dns.TypeTXT); m.Rcode != dns.RcodeServerFailure {
		t.Error(m)
	}
	if h := s.Health()[0]; h.Healthy || h.Error == "" || h.Since.Equal(since) {
		t.Errorf("a silent server: %+v", h)
	}
	up.become(code(dns.RcodeRefused))
	eventually(t, "the reason follows", func() bool { return s.Health()[0].Error == "answers REFUSED for corp.example" })
	up.become(says("up"))
	eventually(t, "healthy again", func() bool { return s.Health()[0].Healthy && s.Health()[0].Error == "" })
}

func TestTheCacheKeepsAnswersUntilTheRulesChange(t *testing.T) {
	t.Parallel()
	up := serveAt(t, "127.205.14.1", says("old"))
	own := serveAt(t, "127.205.14.2", says("own"))
	s := runForwarder(t, Config{OwnDomain: "dc.example", OwnServer: netip.AddrPortFrom(own.addr, dnsPort())})
	uncached := to("fresh.example", up)
	uncached.Cache = false
	setRules(t, s, 1, to("corp.example", up), uncached)
	for range 2 {
		ask(t, s, "corp.example", dns.TypeTXT)
		ask(t, s, "fresh.example", dns.TypeTXT)
		ask(t, s, "dc.example", dns.TypeTXT)
	}
	up.become(says("new"))
	own.become(says("newly own"))
	for name, want := range map[string]string{"corp.example": "old", "CORP.Example": "old", "fresh.example": "new", "dc.example": "newly own"} {
		if got := text(ask(t, s, name, dns.TypeTXT)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	setRules(t, s, 2, to("corp.example", up), uncached)
	if got := text(ask(t, s, "corp.example", dns.TypeTXT)); got != "new" {
		t.Errorf("after the rules were set again: %s", got)
	}
}

func TestWhatIsKept(t *testing.T) {
	soa, err := dns.NewRR("corp.example. 3600 IN SOA ns. hostmaster. 1 2 3 4 900")
	if err != nil {
		t.Fatal(err)
	}
	a, err := dns.NewRR("host.corp.example. 100 IN A 10.205.0.1")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	q := question{name: "host.corp.example.", qtype: dns.TypeA, class: dns.ClassINET}
	for name, c := range map[string]struct {
		msg  dns.Msg
		kept time.Duration // how long; 0 means not at all
	}{
		"an answer, for its time to live":    {dns.Msg{Answer: []dns.RR{a}}, 100 * time.Second},
		"NXDOMAIN, for a moment":             {dns.Msg{MsgHdr: dns.MsgHdr{Rcode: dns.RcodeNameError}, Ns: []dns.RR{soa}}, maxNegative},
		"no data, for a moment":              {dns.Msg{Ns: []dns.RR{soa}}, maxNegative},
		"NXDOMAIN without a SOA record, not": {dns.Msg{MsgHdr: dns.MsgHdr{Rcode: dns.RcodeNameError}}, 0},
		"SERVFAIL, not":                      {dns.Msg{MsgHdr: dns.MsgHdr{Rcode: dns.RcodeServerFailure}}, 0},
		"REFUSED, not":                       {dns.Msg{MsgHdr: dns.MsgHdr{Rcode: dns.RcodeRefused}}, 0},
		"an answer without records, not":     {dns.Msg{}, 0},
		"an answer that was cut off, not":    {dns.Msg{MsgHdr: dns.MsgHdr{Truncated: true}, Answer: []dns.RR{a}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			kept := newAnswers()
			kept.put(q, &c.msg, now)
			if got := kept.get(q, now.Add(c.kept-time.Second)); (got != nil) != (c.kept > 0) {
				t.Errorf("just before the end: %v", got)
			}
			if got := kept.get(q, now.Add(c.kept)); got != nil {
				t.Errorf("at the end: %v", got)
			}
			if got := kept.get(question{name: q.name, qtype: dns.TypeAAAA, class: q.class}, now); got != nil {
				t.Errorf("another type: %v", got)
			}
		})
	}
	kept := newAnswers()
	kept.put(q, &dns.Msg{Answer: []dns.RR{a}}, now)
	if ttl := kept.get(q, now.Add(30*time.Second)).Answer[0].Header().Ttl; ttl != 70 {
		t.Errorf("after 30 of 100 seconds %d are left", ttl)
	}
}
