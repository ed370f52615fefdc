package assessments

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// maxControllers is how many of a partner's domain controllers are looked at.
const maxControllers = 8

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
