package dnsforward

import (
	"net/netip"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
)

// notAskedYet is the failure of a server that nobody asked so far: it is not
// said to be healthy before it answered, but not put behind others either.
const notAskedYet = "not asked yet"

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
	switch {
	case (u.failure == "") != (failure == ""):
		u.since = now
		u.nextDue = now.Add(probePace.Least)
	case u.failure == notAskedYet: // it has been silent since it is known
		u.nextDue = now.Add(probePace.Least)
	}
	u.failure = failure
}

func (s *Server) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
