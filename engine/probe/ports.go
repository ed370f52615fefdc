package probe

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

// Ports tries every port of the table at each target, from one of our domain
// controllers, all at once. domain is what the targets serve. What comes back
// is in the order of targets and of the table; DNS servers are tried on port 53
// alone.
func (p *Prober) Ports(ctx context.Context, from directory.Instance, domain directory.FQDN, targets []trust.PortTarget) []trust.PortProbe {
	dial := p.cfg.Dial(from.DC.ID)
	var probes []trust.PortProbe
	for _, t := range targets {
		for _, port := range t.Ports() {
			probes = append(probes, trust.PortProbe{
				DC: from.DC.ID, From: from.FQDN(), Host: t.Host, Address: t.Address, Port: port, Number: port.From,
			})
		}
	}
	var group sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range probes {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			p.try(ctx, dial, domain, &probes[i])
		})
	}
	group.Wait()
	return probes
}

const portDNS = 53

// try tries one port and notes what came of it.
func (p *Prober) try(ctx context.Context, dial Dialer, domain directory.FQDN, probe *trust.PortProbe) {
	ctx, cancel := context.WithTimeout(ctx, 2*p.cfg.Timeout)
	defer cancel()
	if probe.Port.From != probe.Port.To {
		number, err := p.dynamicPort(ctx, dial, probe.Address)
		if err != nil {
			probe.Number, probe.Outcome, probe.Detail = 0, trust.PortUntried, "TCP 135 does not tell the port: "+err.Error()
			return
		}
		probe.Number = number
	}
	var err error
	if probe.Port.Protocol == vpc.UDP {
		err = p.tryUDP(ctx, dial, domain, probe.Address, probe.Number)
	} else {
		err = p.tryTCP(ctx, dial, probe.Address, probe.Number)
	}
	probe.Outcome = classify(err)
	if probe.Outcome == trust.PortUntried {
		probe.Detail = err.Error()
	}
}

// tryTCP connects. One try more tells a lost packet from a closed port, since
// the kernel repeats itself only after a second.
func (p *Prober) tryTCP(ctx context.Context, dial Dialer, a netip.Addr, number int) error {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	c, err := dial(ctx, "tcp", join(a, number))
	if err != nil {
		return err
	}
	return c.Close()
}

// tryUDP sends the port's request up to three times until anything comes back.
func (p *Prober) tryUDP(ctx context.Context, dial Dialer, domain directory.FQDN, a netip.Addr, number int) error {
	request, err := datagram(number, domain)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	c, done, err := open(ctx, dial, "udp", join(a, number))
	if err != nil {
		return err
	}
	defer done()
	const tries = 3
	answer := make([]byte, 4096)
	for try := range tries {
		if _, err = c.Write(request); err != nil {
			return err
		}
		if try < tries-1 {
			_ = c.SetReadDeadline(time.Now().Add(p.cfg.Timeout / tries))
		} else if deadline, ok := ctx.Deadline(); ok {
			_ = c.SetReadDeadline(deadline)
		}
		if _, err = c.Read(answer); err == nil || classify(err) != trust.PortSilent {
			return err
		}
	}
	return err
}
