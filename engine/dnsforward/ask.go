package dnsforward

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/entente-ad/entente/directory"
)

// unanswered says that no server of a rule gave an answer, and why, server by
// server.
type unanswered struct {
	failures []string
	silent   bool // at least one said nothing at all
}

func (e *unanswered) Error() string { return strings.Join(e.failures, "; ") }

// outcome is how one attempt ended.
type outcome struct {
	from *upstream
	msg  *dns.Msg
	err  error
}

// usable reports whether an answer with that code is final: any other makes
// the next server be asked, and is passed on only when no server does better.
func usable(rcode int) bool {
	return rcode == dns.RcodeSuccess || rcode == dns.RcodeNameError || rcode == dns.RcodeYXDomain
}

// ask puts q to the rule's servers: healthy ones first, in their order, the
// next one as soon as one fails or stays silent for a moment; in a second
// round those that are still silent once more, since a packet may get lost.
// The error is *unanswered.
func (s *Server) ask(ctx context.Context, r *rule, q question) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	order, pause := r.order()
	race := race{
		server: s, q: q, order: order, results: make(chan outcome, 2*len(order)),
		asked: map[*upstream]time.Time{}, failed: map[*upstream]string{},
	}
	race.startNext(ctx)
	timer := time.NewTicker(pause)
	defer timer.Stop()
	for race.pending > 0 {
		select {
		case <-timer.C:
			race.startNext(ctx)
		case o := <-race.results:
			race.pending--
			if o.err == nil && usable(o.msg.Rcode) {
				race.won(o)
				return o.msg, nil
			}
			race.lost(o)
			timer.Reset(pause)
			race.startNext(ctx)
		}
	}
	if race.kept != nil {
		explain(race.kept, directory.EDEServerAnswered, race.verdict().Error())
		return race.kept, nil
	}
	return nil, race.verdict()
}

// order gives the servers with the unhealthy ones behind, and how long to
// wait before the next is asked as well.
func (r *rule) order() ([]*upstream, time.Duration) {
	if r.own {
		return r.upstreams, stagger
	}
	order := make([]*upstream, 0, len(r.upstreams))
	var behind []*upstream
	for _, u := range r.upstreams {
		if u.likely() {
			order = append(order, u)
		} else {
			behind = append(behind, u)
		}
	}
	if len(order) == 0 {
		return behind, staggerAllDown
	}
	return append(order, behind...), stagger
}

// race is one question under way. Only ask's goroutine touches it; attempts
// report through results, which has room for all of them.
type race struct {
	server  *Server
	q       question
	order   []*upstream
	next    int // index into two rounds of order
	pending int
	results chan outcome
	asked   map[*upstream]time.Time // when first
	failed  map[*upstream]string    // servers that are out, and why
	silent  bool
	kept    *dns.Msg // SERVFAIL, REFUSED and the like: better than nothing
}

// startNext asks the next server that is not out yet, if there is one.
func (r *race) startNext(ctx context.Context) {
	for ; r.next < 2*len(r.order); r.next++ {
		u := r.order[r.next%len(r.order)]
		if r.failed[u] != "" {
			continue
		}
		if r.next < len(r.order) {
			r.asked[u] = time.Now()
		}
		r.next++
		r.pending++
		r.server.asking.Go(func() { r.results <- attempt(ctx, u, r.q) })
		return
	}
}

// attempt asks one server. A packet that makes the parser panic must not end
// the process that holds the DC together.
func attempt(ctx context.Context, u *upstream, q question) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			o = outcome{from: u, err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
		}
	}()
	msg, err := u.exchange(ctx, q)
	return outcome{from: u, msg: msg, err: err}
}

// won records the answer's server as healthy and has those probed that were
// asked before it.
func (r *race) won(o outcome) {
	o.from.saw("", time.Now())
	for _, u := range r.order[:min(r.next, len(r.order))] {
		if u != o.from && r.failed[u] == "" {
			u.suspect()
		}
	}
}

// lost records why o's server is out of the race.
func (r *race) lost(o outcome) {
	if o.err == nil {
		// It answers, if not this question; the probe tells whether it does
		// not answer for the domain at all.
		r.failed[o.from] = "answered " + dns.RcodeToString[o.msg.Rcode]
		o.from.suspect()
		if r.kept == nil {
			r.kept = o.msg
		}
		return
	}
	r.failed[o.from] = o.err.Error()
	silent := errors.Is(o.err, errSilence)
	r.silent = r.silent || silent
	if !silent || time.Since(r.asked[o.from]) >= countsAsSilence {
		o.from.saw(r.failed[o.from], time.Now())
	}
	o.from.suspect()
}

// verdict says what became of each server.
func (r *race) verdict() *unanswered {
	e := &unanswered{silent: r.silent}
	for _, u := range r.order {
		if why := r.failed[u]; why != "" {
			e.failures = append(e.failures, u.addr.Addr().String()+": "+why)
		}
	}
	return e
}
