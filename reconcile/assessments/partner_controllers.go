package assessments

import (
	"context"
	"sync"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

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
