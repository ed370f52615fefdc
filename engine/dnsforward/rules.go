package dnsforward

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sync/singleflight"

	"github.com/entente-ad/entente/directory"
)

// ruleSet is everything that depends on the rules. It is not changed after it
// was built; SetRules replaces it.
type ruleSet struct {
	revision  int64
	rules     map[string]*rule // by lower-case name with trailing dot; "." is the default
	upstreams []*upstream      // those of the rules handed over, for Health and probes
	self      *upstream        // the DC's own server
	cache     *answers
	flights   singleflight.Group // one question is under way once: this ends loops too
}

// rule is where one domain's names are asked.
type rule struct {
	domain    string // as in ruleSet.rules
	upstreams []*upstream
	cached    bool
	own       bool // the DC's own server, asked without recursion
	reverse   bool // with own: a zone of addresses, which that server need not have
}

// SetRules replaces all rules by those given, complete, and empties the cache.
// Servers that stay keep what is known of their health. Names in the DC's own
// domain stay with the DC unless a rule names a domain below it. An error
// names the rule that cannot be, and leaves everything as it was.
func (s *Server) SetRules(revision int64, rules []directory.ForwardRule) error {
	s.setMu.Lock()
	defer s.setMu.Unlock()
	seen := map[directory.FQDN]bool{}
	checked := make([]directory.ForwardRule, 0, len(rules))
	for _, r := range rules {
		r.Domain = directory.Normalise(string(r.Domain))
		if err := check(r); err != nil {
			return err
		}
		if seen[r.Domain] {
			return fmt.Errorf("two forwarding rules for %s", display(r.Domain))
		}
		seen[r.Domain] = true
		checked = append(checked, r)
	}
	old := s.rules.Load()
	now := s.newRuleSet(revision, checked, old.upstreams, time.Now())
	s.rules.Store(now)
	asked := map[*upstream]bool{}
	for _, u := range now.upstreams {
		asked[u] = true
	}
	for _, u := range old.all() {
		if !asked[u] {
			u.sockets.close()
		}
	}
	s.log.Info("forwarding rules set", "revision", revision, "rules", len(checked))
	s.poke()
	return nil
}

func check(r directory.ForwardRule) error {
	if r.Domain != "" {
		if _, ok := dns.IsDomainName(string(r.Domain)); !ok {
			return fmt.Errorf("forwarding rule for %q: not a domain name", r.Domain)
		}
	}
	if n := len(r.Addresses); n == 0 || n > directory.MaxForwarderAddresses {
		return fmt.Errorf("forwarding rule for %s: %d addresses, 1 to %d are possible", display(r.Domain), n, directory.MaxForwarderAddresses)
	}
	for _, a := range r.Addresses {
		if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() {
			return fmt.Errorf("forwarding rule for %s: %s is not the address of a DNS server", display(r.Domain), a)
		}
	}
	return nil
}

func display(d directory.FQDN) string {
	if d == "" {
		return "everything else"
	}
	return string(d)
}

// ruleServer is a DNS server of the rule for a domain.
type ruleServer struct {
	domain directory.FQDN
	addr   netip.AddrPort
}

func (s *Server) newRuleSet(revision int64, rules []directory.ForwardRule, old []*upstream, now time.Time) *ruleSet {
	set := &ruleSet{revision: revision, rules: map[string]*rule{}, cache: newAnswers()}
	known := map[ruleServer]*upstream{}
	for _, u := range old {
		known[ruleServer{u.domain, u.addr}] = u
	}
	for _, r := range rules {
		made := &rule{domain: dns.Fqdn(string(r.Domain)), cached: r.Cache}
		for _, a := range r.Addresses {
			u := s.upstreamFor(r.Domain, a.Unmap(), known, now)
			if !slices.Contains(made.upstreams, u) { // an address given twice is asked once
				made.upstreams = append(made.upstreams, u)
				set.upstreams = append(set.upstreams, u)
			}
		}
		set.rules[made.domain] = made
	}
	set.self = &upstream{addr: s.cfg.OwnServer, own: true}
	own := []*upstream{set.self}
	for _, p := range s.cfg.OwnNetworks {
		for _, zone := range reverseZones(p) {
			if set.rules[zone] == nil {
				set.rules[zone] = &rule{domain: zone, own: true, reverse: true, upstreams: own}
			}
		}
	}
	if s.cfg.OwnDomain != "" {
		domain := dns.Fqdn(string(directory.Normalise(string(s.cfg.OwnDomain))))
		set.rules[domain] = &rule{domain: domain, own: true, upstreams: own}
	}
	return set
}

// all lists every server that the set asks.
func (set *ruleSet) all() []*upstream { return append(slices.Clip(set.upstreams), set.self) }

// upstreamFor finds the upstream of that domain and address among the known
// ones, or makes it and adds it to them.
func (s *Server) upstreamFor(domain directory.FQDN, addr netip.Addr, known map[ruleServer]*upstream, now time.Time) *upstream {
	key := ruleServer{domain, netip.AddrPortFrom(addr, s.cfg.UpstreamPort)}
	if known[key] == nil {
		known[key] = &upstream{
			domain: domain, addr: key.addr, since: now, failure: notAskedYet,
			self: slices.Contains(s.cfg.OwnAddresses, addr) || key.addr == s.cfg.Listen || key.addr == s.cfg.OwnServer,
		}
	}
	return known[key]
}

// match finds the rule of the most specific domain that qname is in or below;
// nil when there is none. qname is in lower case with a trailing dot.
func (set *ruleSet) match(qname string) *rule {
	for off, end := 0, false; !end; off, end = dns.NextLabel(qname, off) {
		if r := set.rules[qname[off:]]; r != nil {
			return r
		}
	}
	return set.rules["."]
}

// reverseZones names the in-addr.arpa or ip6.arpa zones that cover p, at
// whole labels: 10.1.2.0/23 gives two zones.
func reverseZones(p netip.Prefix) []string {
	p, step := p.Masked(), 8
	if p.Addr().Is6() {
		step = 4
	}
	up := (p.Bits() + step - 1) / step * step
	var zones []string
	addr := p.Addr()
	for range 1 << (up - p.Bits()) {
		labels, err := dns.ReverseAddr(addr.String())
		if err != nil {
			return nil
		}
		skip := (addr.BitLen() - up) / step
		zones = append(zones, strings.Join(strings.SplitAfter(labels, ".")[skip:], ""))
		addr = nextBlock(addr, up)
	}
	return zones
}

// nextBlock is the first address behind the block of that many bits that a
// begins.
func nextBlock(a netip.Addr, bits int) netip.Addr {
	b := a.AsSlice()
	if bits == 0 {
		return a
	}
	i := (bits - 1) / 8
	carry := 1 << (7 - (bits-1)%8)
	for ; i >= 0 && carry > 0; i-- {
		sum := int(b[i]) + carry
		b[i], carry = byte(sum), sum>>8
	}
	next, _ := netip.AddrFromSlice(b)
	return next
}
