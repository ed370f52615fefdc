package assessments

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// partnerLook is one partner in one run.
type partnerLook struct {
	*run
	partner assessment.Partner
	before  []assessment.Report // of the partners before

	mu    sync.Mutex // guards c while domain controllers of ours look at once
	c     assessment.Case
	order []netip.Addr // of the reports
	by    map[netip.Addr][]assessment.Validation
}

// do looks in the order in which causes come before effects: DNS, then every
// domain controller that it names, then accounts. When its time is over it
// says what was found up to then. An error means that nothing is settled.
func (l *partnerLook) do(ctx context.Context) ([]assessment.Report, *assessment.Accounts, error) {
	l.c = assessment.Case{
		Ours: l.ours(), Partner: l.partner,
		Answers: map[directory.DCID][]assessment.Answer{}, Hosts: map[netip.Addr]string{},
		Looks: map[netip.Addr]map[directory.DCID]assessment.Look{},
	}
	l.by = map[netip.Addr][]assessment.Validation{}
	l.order = slices.Clone(l.partner.Servers)
	start := l.since()
	for _, a := range l.order {
		l.by[a] = []assessment.Validation{assessment.Waiting(assessment.CategoryDNS, "DNS records", start)}
	}
	if err := l.progress(ctx); err != nil {
		return nil, nil, err
	}
	looking, cancel := context.WithTimeout(ctx, l.r.cfg.Timeout)
	defer cancel()
	targets := l.names(looking)
	if err := l.judge(ctx, targets, start, false); err != nil {
		return nil, nil, err
	}
	var group sync.WaitGroup
	for _, t := range targets {
		group.Go(func() { l.controller(looking, t) })
	}
	group.Wait()
	l.moreNames(looking)
	l.accounts(looking, targets)
	if err := l.judge(ctx, targets, start, true); err != nil {
		return nil, nil, err
	}
	reports := reportsOf(l.order, l.c.Hosts, l.by)
	if looking.Err() != nil {
		why := fmt.Sprintf("The look at %s took longer than %s and was ended: see what did not answer above, and start a new assessment.", l.partner.Domain, l.r.cfg.Timeout)
		reports = noted(assessment.Cut(reports, "TimedOut", why), l.partner, "TimedOut", why, l.since())
	}
	return reports, l.c.Accounts, nil
}

// progress stores what is known up to now.
func (l *partnerLook) progress(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.status.Reports, _ = assessment.Fit(append(slices.Clone(l.before), reportsOf(l.order, l.c.Hosts, l.by)...), assessment.MaxSize)
	return l.save(ctx)
}

// judge draws the validations from what was seen up to now.
func (l *partnerLook) judge(ctx context.Context, targets []trust.PortTarget, start time.Time, last bool) error {
	now := l.since()
	by := map[netip.Addr][]assessment.Validation{}
	for _, a := range l.partner.Servers {
		by[a] = assessment.Dated(l.c.Server(a), start, now)
	}
	speaker, _ := l.speaker(targets)
	for _, t := range targets {
		if !last {
			for _, c := range []string{assessment.CategoryPorts, assessment.CategoryTime, assessment.CategoryIdentity, assessment.CategorySecurity, assessment.CategoryTrust} {
				by[t.Address] = append(by[t.Address], assessment.Waiting(c, c, now))
			}
			continue
		}
		list := l.c.Controller(t.Address, t.Address == speaker.Address)
		for _, v := range assessment.Dated(list, l.lookedAt(t.Address, start), now) {
			if !slices.ContainsFunc(by[t.Address], func(o assessment.Validation) bool { return o.Name == v.Name && o.Category == v.Category }) {
				by[t.Address] = append(by[t.Address], v)
			}
		}
	}
	l.by = by
	return l.progress(ctx)
}

// lookedAt is when the first of our domain controllers looked at an address.
func (l *partnerLook) lookedAt(a netip.Addr, otherwise time.Time) time.Time {
	first := otherwise
	for i, look := range l.c.Looks[a] {
		if !look.Start.IsZero() && (first.Equal(otherwise) || look.Start.Before(first)) {
			first = l.c.Looks[a][i].Start
		}
	}
	return first
}
