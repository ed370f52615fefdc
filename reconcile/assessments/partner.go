package assessments

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/trust"
)

// The bounds of one look at a partner.
const (
	maxControllers = 8
	maxAccounts    = 20 // named in a sentence
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
// domain controller that it names, then accounts.
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
	targets := l.names(ctx)
	if err := l.judge(ctx, targets, start, false); err != nil {
		return nil, nil, err
	}
	var group sync.WaitGroup
	for _, t := range targets {
		group.Go(func() { l.controller(ctx, t) })
	}
	group.Wait()
	l.moreNames(ctx)
	l.accounts(ctx, targets)
	err := l.judge(ctx, targets, start, true)
	return reportsOf(l.order, l.c.Hosts, l.by), l.c.Accounts, err
}

// progress stores what is known up to now.
func (l *partnerLook) progress(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.status.Reports = append(slices.Clone(l.before), reportsOf(l.order, l.c.Hosts, l.by)...)
	return l.save(ctx)
}

// names asks DNS for everything and gives the domain controllers that it names;
// where DNS names none, its servers are tried as such.
func (l *partnerLook) names(ctx context.Context) []trust.PortTarget {
	l.ask(ctx, assessment.Records(l.partner.Domain, "", ""))
	var servers []trust.PortTarget
	for _, a := range l.partner.Servers {
		servers = append(servers, trust.PortTarget{Address: a, DNSOnly: true})
	}
	l.ports(ctx, servers)
	hosts := l.hosts()
	var records []assessment.Record
	for _, h := range hosts {
		records = append(records, assessment.Record{Name: h, Type: "A", For: "reaching this domain controller"})
	}
	l.ask(ctx, records)
	var targets []trust.PortTarget
	for _, h := range hosts {
		for _, a := range l.addresses(h) {
			if len(targets) < maxControllers && !slices.ContainsFunc(targets, func(t trust.PortTarget) bool { return t.Address == a }) {
				targets = append(targets, trust.PortTarget{Host: h, Address: a})
				l.c.Hosts[a] = h
			}
		}
	}
	if len(targets) == 0 {
		for _, a := range l.partner.Servers {
			targets = append(targets, trust.PortTarget{Address: a})
		}
	}
	for _, t := range targets {
		l.order = append(l.order, t.Address)
	}
	return targets
}

// ask puts questions to every server from every domain controller of ours, and
// to its own forwarder.
func (l *partnerLook) ask(ctx context.Context, records []assessment.Record) {
	servers := slices.Clone(l.partner.Servers)
	if l.partner.Forwarder {
		servers = append(servers, netip.Addr{})
	}
	l.each(func(_ int, from directory.Instance) {
		answers := l.r.cfg.Probe.Names(ctx, from, servers, records)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.c.Answers[from.DC.ID] = append(l.c.Answers[from.DC.ID], answers...)
	})
}

// hosts lists the domain controllers that any answer names.
func (l *partnerLook) hosts() []string {
	var list []string
	locator := "_ldap._tcp.dc._msdcs." + string(l.partner.Domain)
	for _, i := range l.from {
		for _, a := range l.c.Answers[i.DC.ID] {
			for _, t := range a.Targets {
				if host, _, ok := strings.Cut(t, ":"); ok && a.Name == locator && !slices.Contains(list, host) {
					list = append(list, host)
				}
			}
		}
	}
	slices.Sort(list)
	return list[:min(len(list), maxControllers)]
}

// addresses lists a host's addresses as any answer has them.
func (l *partnerLook) addresses(host string) []netip.Addr {
	var list []netip.Addr
	for _, i := range l.from {
		for _, a := range l.c.Answers[i.DC.ID] {
			if a.Name != host || a.Type != "A" {
				continue
			}
			for _, t := range a.Targets {
				if addr, err := netip.ParseAddr(t); err == nil && !slices.Contains(list, addr) {
					list = append(list, addr)
				}
			}
		}
	}
	return list
}

// ports tries the ports of targets from every domain controller of ours.
func (l *partnerLook) ports(ctx context.Context, targets []trust.PortTarget) {
	walls := l.walls()
	l.each(func(_ int, from directory.Instance) {
		probes := l.r.cfg.Probe.Ports(ctx, from, l.partner.Domain, targets)
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, q := range probes {
			l.c.Ports = append(l.c.Ports, walls[from.DC.ID].Attribute(q))
		}
		for _, t := range targets {
			if !t.DNSOnly {
				l.c.Ports = append(l.c.Ports, walls[from.DC.ID].Inbound(from.DC.ID, from.FQDN(), t.Host, t.Address)...)
			}
		}
	})
}

// controller looks at one domain controller from all of ours.
func (l *partnerLook) controller(ctx context.Context, to trust.PortTarget) {
	var group sync.WaitGroup
	group.Go(func() { l.ports(ctx, []trust.PortTarget{to}) })
	group.Go(func() {
		l.each(func(_ int, from directory.Instance) {
			look := l.r.cfg.Probe.Look(ctx, from, l.partner.Domain, to)
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.c.Looks[to.Address] == nil {
				l.c.Looks[to.Address] = map[directory.DCID]assessment.Look{}
			}
			l.c.Looks[to.Address][from.DC.ID] = look
			if l.c.Hosts[to.Address] == "" && look.Ping != nil {
				l.c.Hosts[to.Address] = look.Ping.NetBIOSHost
			}
		})
	})
	group.Wait()
}

// moreNames asks for the records whose names the domain itself tells.
func (l *partnerLook) moreNames(ctx context.Context) {
	p := l.ping()
	if p == nil {
		return
	}
	asked := assessment.Records(l.partner.Domain, "", "")
	records := slices.DeleteFunc(assessment.Records(l.partner.Domain, p.Forest, p.GUID), func(r assessment.Record) bool { return slices.Contains(asked, r) })
	l.ask(ctx, records)
}

// ping is what the domain says of itself, by its PDC emulator if that
// answers.
func (l *partnerLook) ping() *assessment.Ping {
	var best *assessment.Ping
	for _, looks := range l.c.Looks {
		for _, look := range looks {
			if look.Ping != nil && (best == nil || look.Ping.PDC && !best.PDC) {
				best = look.Ping
			}
		}
	}
	return best
}

// speaker is the target that speaks for the domain: its PDC emulator, or the
// first one that said anything.
func (l *partnerLook) speaker(targets []trust.PortTarget) (trust.PortTarget, bool) {
	var heard *trust.PortTarget
	for i, t := range targets {
		for _, look := range l.c.Looks[t.Address] {
			if look.Ping != nil && look.Ping.PDC {
				return t, true
			}
			if heard == nil && (look.Ping != nil || look.SID != "" || look.SMB != nil || look.Levels != nil) {
				heard = &targets[i]
			}
		}
	}
	if heard == nil {
		return trust.PortTarget{}, false
	}
	return *heard, true
}

// accounts looks at the partner's accounts where that is possible, and at ours
// for one that is in the trust's way.
func (l *partnerLook) accounts(ctx context.Context, targets []trust.PortTarget) {
	seen := &assessment.Accounts{}
	l.c.Accounts = seen
	to, ok := l.speaker(targets)
	if !ok {
		return
	}
	if p := l.ping(); p != nil && p.NetBIOSDomain != "" {
		name := strings.ToUpper(p.NetBIOSDomain) + "$"
		if taken, err := l.r.cfg.Accounts.Taken(ctx, l.from[0], name); err == nil && taken {
			l.c.Ours.Taken = name
		}
	}
	var password secret.Text
	switch {
	case l.spec.User != "":
		var err error
		if password, err = l.password(ctx); err != nil {
			seen.Why = "the password of the account cannot be read."
			return
		}
	case l.partner.Trust == "" || !l.partner.Direction.HasIncoming():
		seen.Why = "that needs an account of " + string(l.partner.Domain) + " (UserName and Password of StartTrustAssessment) or a trust that lets our users in there."
		return
	}
	names, more, err := l.r.cfg.Accounts.NoPreauth(ctx, l.from[0], l.partner.Domain, to, l.spec.User, password, maxAccounts)
	if err != nil {
		seen.Why = err.Error() + "."
		return
	}
	seen.Looked, seen.NoPreauth, seen.More = true, names, more
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
