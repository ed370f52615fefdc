package probe

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/directory"
)

// Names asks each server for each record, from one of our domain controllers;
// the zero address stands for that controller's own forwarder. Answers come in
// the order of servers and of records.
func (p *Prober) Names(ctx context.Context, from directory.Instance, servers []netip.Addr, records []assessment.Record) []assessment.Answer {
	dial := p.cfg.Dial(from.DC.ID)
	var answers []assessment.Answer
	for _, s := range servers {
		for _, r := range records {
			answers = append(answers, assessment.Answer{Record: r, Server: s})
		}
	}
	var group sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range answers {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			p.ask(ctx, dial, &answers[i])
		})
	}
	group.Wait()
	return answers
}

// ednsSize is the UDP answer size asked for: what passes without fragments.
const ednsSize = 1232

// ask puts one question over UDP, twice if need be, and over TCP when the
// answer is cut.
func (p *Prober) ask(ctx context.Context, dial Dialer, a *assessment.Answer) {
	address := p.cfg.Resolver
	patience := 2 * p.cfg.Timeout // the forwarder waits for silent servers itself
	if a.Server.IsValid() {
		address, patience = join(a.Server, portDNS), p.cfg.Timeout
	}
	q := new(dns.Msg).SetQuestion(dns.Fqdn(a.Name), dns.StringToType[a.Type])
	q.SetEdns0(ednsSize, false)
	var answer *dns.Msg
	var err error
	for range 2 {
		if answer, err = exchange(ctx, patience, dial, "udp", address, q); err == nil || !a.Server.IsValid() {
			break
		}
	}
	if err == nil && answer.Truncated {
		answer, err = exchange(ctx, patience, dial, "tcp", address, q)
	}
	if err != nil {
		a.Outcome, a.Detail = assessment.Unanswered, string(classify(err))
		return
	}
	read(a, answer)
}

// exchange asks one question and waits for its answer.
func exchange(ctx context.Context, patience time.Duration, dial Dialer, network, address string, q *dns.Msg) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	socket, done, err := open(ctx, dial, network, address)
	if err != nil {
		return nil, err
	}
	defer done()
	c := &dns.Conn{Conn: socket, UDPSize: ednsSize}
	if err := c.WriteMsg(q); err != nil {
		return nil, err
	}
	for {
		answer, err := c.ReadMsg()
		if err != nil || answer.Id == q.Id {
			return answer, err
		}
	}
}

// read fills a with what a server answered. Our own forwarder says in an
// Extended DNS Error (RFC 8914) whose failure it is.
func read(a *assessment.Answer, m *dns.Msg) {
	a.Detail = dns.RcodeToString[m.Rcode]
	told := extended(m)
	switch {
	case m.Rcode == dns.RcodeSuccess, m.Rcode == dns.RcodeNameError:
		a.Outcome = assessment.NoRecord
	case m.Rcode == dns.RcodeRefused && told != nil && told.InfoCode == dns.ExtendedErrorCodeNotAuthoritative && !a.Server.IsValid():
		a.Outcome = assessment.NoForwarder
	case told != nil && (told.InfoCode == dns.ExtendedErrorCodeNoReachableAuthority || told.InfoCode == dns.ExtendedErrorCodeNetworkError):
		a.Outcome, a.Detail = assessment.Unanswered, told.ExtraText
	default:
		a.Outcome = assessment.Refused
	}
	for _, rr := range m.Answer {
		switch r := rr.(type) {
		case *dns.SRV:
			if r.Target != "." {
				a.Targets = append(a.Targets, fmt.Sprintf("%s:%d", directory.Normalise(r.Target), r.Port))
			}
		case *dns.A:
			if a.Type == "A" {
				a.Targets = append(a.Targets, r.A.String())
			}
		}
	}
	if len(a.Targets) > 0 {
		a.Outcome, a.Detail = assessment.Answered, ""
		slices.Sort(a.Targets)
		a.Targets = slices.Compact(a.Targets)
	}
}

// extended gives the last Extended DNS Error of an answer, which is our
// forwarder's own where it added one.
func extended(m *dns.Msg) *dns.EDNS0_EDE {
	opt := m.IsEdns0()
	if opt == nil {
		return nil
	}
	var last *dns.EDNS0_EDE
	for _, o := range opt.Option {
		if e, ok := o.(*dns.EDNS0_EDE); ok {
			last = e
		}
	}
	return last
}
