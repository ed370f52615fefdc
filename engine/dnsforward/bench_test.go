package dnsforward

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/miekg/dns"

	"github.com/entente-ad/entente/directory"
)

// BenchmarkUncached asks for a new name each time; tests/bench compares with
// CoreDNS.
func BenchmarkUncached(b *testing.B) {
	benchmark(b, func(i int) string { return fmt.Sprintf("n%08d.bench.example.", i) })
}

// BenchmarkCached asks for the same names again and again.
func BenchmarkCached(b *testing.B) {
	benchmark(b, func(i int) string { return fmt.Sprintf("n%08d.bench.example.", i%500) })
}

func benchmark(b *testing.B, name func(i int) string) {
	up := serveAt(b, "127.205.90.1", says("up"))
	s := runForwarder(b, Config{})
	if err := s.SetRules(1, []directory.ForwardRule{{Addresses: []netip.Addr{up.addr}, Cache: true}}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if m := s.reply(b.Context(), new(dns.Msg).SetQuestion(name(i), dns.TypeTXT)); m.Rcode != dns.RcodeSuccess {
			b.Fatal(m)
		}
	}
}
