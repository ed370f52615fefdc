package dnsforward

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/entente-ad/entente/directory"
)

// notAskedYet is the failure of a server that nobody asked so far: it is not
// said to be healthy before it answered, but not put behind others either.
const notAskedYet = "not asked yet"

// When servers are probed: one that answers now and then, one that does not
// more often, and never more often than probeGap.
const (
	probeHealthy   = 30 * time.Second
	probeUnhealthy = 2 * time.Second
	probeGap       = time.Second
	maxProbes      = 8 // at once
)

// upstream is one DNS server of one rule and what is known of its health.
// Health is about reaching the server and about its will to answer for the
// domain: NXDOMAIN is an answer, SERVFAIL and REFUSED for the domain itself
// are not.
type upstream struct {
	domain directory.FQDN
	addr   netip.AddrPort
	own    bool // the DC's own server: asked without recursion, never probed
	self   bool // the address is the DC's own: asking it would go round in circles

	sockets sockets

	mu      sync.Mutex // guards what follows
	failure string     // "" when healthy
	since   time.Time
	probed  time.Time // when the last probe began
	nextDue time.Time
	probing bool
}

func (u *upstream) health() directory.UpstreamHealth {
	u.mu.Lock()
	defer u.mu.Unlock()
	return directory.UpstreamHealth{
		Domain: u.domain, Address: u.addr.Addr(),
		Healthy: u.failure == "", Error: u.failure, Since: u.since,
	}
}

// likely reports whether an answer is to be expected.
func (u *upstream) likely() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.failure == "" || u.failure == notAskedYet
}

// saw records how the server did: failure is "" when it answered.
func (u *upstream) saw(failure string, now time.Time) {
	if u.own {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if (u.failure == "") != (failure == "") || u.failure == notAskedYet {
		u.since = now
	}
	u.failure = failure
}

// suspect asks for a probe soon.
func (u *upstream) suspect() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.nextDue = u.probed.Add(probeGap)
}

// claim takes the next probe, if one is due.
func (u *upstream) claim(now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.probing || now.Before(u.nextDue) {
		return false
	}
	u.probing, u.probed = true, now
	return true
}

// probe asks the server for its domain's SOA record and records how it did.
func (u *upstream) probe(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	q := question{name: dns.Fqdn(string(u.domain)), qtype: dns.TypeSOA, class: dns.ClassINET}
	msg, err := u.exchange(ctx, q)
	failure := ""
	switch {
	case err != nil:
		failure = err.Error()
	case !usable(msg.Rcode):
		failure = "answers " + dns.RcodeToString[msg.Rcode] + " for " + display(u.domain)
	}
	now := time.Now()
	if ctx.Err() != context.Canceled { // the forwarder stops: that says nothing
		u.saw(failure, now)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.probing = false
	u.nextDue = now.Add(probeHealthy)
	if failure != "" {
		u.nextDue = now.Add(probeUnhealthy)
	}
}

// probeLoop probes what is due until ctx ends.
func (s *Server) probeLoop(ctx context.Context) {
	tick := time.NewTicker(probeGap / 2)
	defer tick.Stop()
	defer func() {
		for _, u := range s.rules.Load().all() {
			u.sockets.close()
		}
	}()
	slots := make(chan struct{}, maxProbes)
	for {
		for _, u := range s.rules.Load().upstreams {
			if u.self {
				u.saw(errSelf.Error(), time.Now())
				continue
			}
			if len(slots) == cap(slots) || !u.claim(time.Now()) {
				continue
			}
			slots <- struct{}{}
			s.asking.Go(func() {
				u.probe(ctx)
				<-slots
			})
		}
		for _, u := range s.rules.Load().all() {
			u.sockets.sweep(time.Now())
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-tick.C:
		}
	}
}

func (s *Server) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
