package dnsforward

import (
	"context"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/time/rate"

	"github.com/entente-ad/entente/internal/sparing"
)

// When servers are probed: one that answers now and then, and never more often
// than probeGap.
const (
	probeHealthy = 30 * time.Second
	probeGap     = time.Second
	maxProbes    = 8 // at once
)

// probePace is when those that do not answer are: soon after they fell silent,
// and less and less often while they stay so. All together get Budget probes a
// minute, each of which is a packet.
var probePace = sparing.Pace{Least: 2 * time.Second, Most: 5 * time.Minute, Budget: 40}

// The limit of probes of servers that do not answer or were never asked, which
// count as likely to answer meanwhile: firstProbes at once, for when there are
// many new ones, and then mostProbes a minute.
const (
	firstProbes = 20
	mostProbes  = 45
)

// redraw is how long it is not worked out anew how far the budget reaches.
const redraw = 5 * time.Second

// prober says which servers are probed when.
type prober struct {
	limit   *rate.Limiter
	squeeze sparing.Squeeze
	drawn   time.Time // when squeeze was
}

func newProber() *prober {
	return &prober{limit: rate.NewLimiter(rate.Limit(mostProbes/time.Minute.Seconds()), firstProbes)}
}

// draw works out how far the budget reaches, at most every redraw.
func (p *prober) draw(now time.Time, upstreams []*upstream) {
	if now.Sub(p.drawn) < redraw {
		return
	}
	var silent []sparing.Silent
	for _, u := range upstreams {
		if since, is := u.failing(); is {
			silent = append(silent, sparing.Silent{For: now.Sub(since), Packets: 1})
		}
	}
	p.squeeze, p.drawn = probePace.Squeeze(silent), now
}

// claim takes u's next probe, if it is due.
func (p *prober) claim(u *upstream, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.probing || now.Before(u.nextDue) {
		return false
	}
	if u.failure != "" {
		if now.Sub(u.since) < p.squeeze.Young {
			p.limit.ReserveN(now, 1) // at once: the others wait for it
		} else if !p.limit.AllowN(now, 1) {
			return false
		}
	}
	u.probing, u.probed = true, now
	return true
}

// failing reports whether the server is known not to answer, and since when.
func (u *upstream) failing() (since time.Time, is bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.since, u.failure != "" && u.failure != notAskedYet && !u.self
}

// suspect asks for a probe soon of a server that answered up to now. One that
// did not has its own pace.
func (u *upstream) suspect() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.failure == "" {
		u.nextDue = u.probed.Add(probeGap)
	}
}

// probe asks the server for its domain's SOA record and records how it did.
func (u *upstream) probe(ctx context.Context, squeeze sparing.Squeeze) {
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
	u.probedAt(now, failure == "", squeeze)
}

// probedAt files when the next probe is due.
func (u *upstream) probedAt(now time.Time, answers bool, squeeze sparing.Squeeze) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.probing = false
	u.nextDue = now.Add(probeHealthy)
	if !answers {
		u.nextDue = now.Add(probePace.Wait(now.Sub(u.since), squeeze))
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
	due := newProber()
	for {
		upstreams := s.rules.Load().upstreams
		due.draw(time.Now(), upstreams)
		for _, u := range upstreams {
			if u.self {
				u.saw(errSelf.Error(), time.Now())
				continue
			}
			if len(slots) == cap(slots) || !due.claim(u, time.Now()) {
				continue
			}
			slots <- struct{}{}
			squeeze := due.squeeze
			s.asking.Go(func() {
				u.probe(ctx, squeeze)
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
