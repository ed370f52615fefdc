package trusts

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// Prober tries the ports of the table for real. *probe.Prober is one.
type Prober interface {
	// Ports tries every port at each target from one of our DCs, within a few
	// seconds.
	Ports(ctx context.Context, from directory.Instance, domain directory.FQDN, targets []trust.PortTarget) []trust.PortProbe
}

// When ports are tried.
const (
	portsEvery   = 30 * time.Second // while they answer
	portsAgain   = 5 * time.Second  // while one does not
	portsPatient = 2 * time.Second  // a trust that fails for a moment is not held up
	maxPortHosts = 4                // of the partner's domain controllers
)

// portsTried is what came of trying ports, kept between passes.
type portsTried struct {
	at        time.Time
	signature string // of the world
	probes    []trust.PortProbe
	targets   []trust.PortTarget
	fault     condition.Cause // why the partner was not found then; "" where it was
}

// wallOf is what stands around one of our DCs.
func (r *Reconciler) wallOf(dir directory.Spec, dc directory.DC) trust.Wall {
	o, ok := store.InterfaceStatus.PeekObject(r.cfg.Store, string(dc.ID))
	return trust.WallOf(dir, dc, o.Value, ok)
}

// recallPorts fills what is known of ports from the pass before, drawn anew
// against the rules that are in force now; before any was tried, it fills in
// what our own side closes, which needs no trying.
func (p *pass) recallPorts() {
	if !p.tried.at.IsZero() && p.tried.signature == p.signature {
		p.judgePorts()
		return
	}
	walls, targets := p.walls(), p.targets()
	for i, dc := range p.dcs {
		if !p.seen.DCs[i].Up() {
			continue
		}
		for _, t := range targets {
			p.seen.Ports = append(p.seen.Ports, walls[dc.DC.ID].Closes(dc.DC.ID, dc.FQDN(), t)...)
		}
	}
}

// walls are what stands around each of our DCs.
func (p *pass) walls() map[directory.DCID]trust.Wall {
	walls := map[directory.DCID]trust.Wall{}
	for _, dc := range p.world.directory.DCs {
		walls[dc.ID] = p.r.wallOf(p.world.directory, dc)
	}
	return walls
}

// portsDue reports whether the end of this pass is the time to try ports.
func (p *pass) portsDue(d trust.Decision) bool {
	now := p.r.cfg.Now()
	if p.r.cfg.Ports == nil || p.spec.Value.Delete || p.world.gone || p.portsDone || !p.mayFind(p.world.directory.Instances()) {
		return false
	}
	failing := !d.Status.FailingSince.IsZero()
	switch d.Status.State {
	case trust.Creating, trust.Verifying, trust.Updating:
		if !failing || now.Sub(d.Status.FailingSince) < portsPatient {
			return false
		}
	case trust.Verified, trust.Created:
		if failing && now.Sub(d.Status.FailingSince) < portsPatient {
			return false // it may have passed at the next look
		}
	default: // it failed, and the ports may say why
	}
	if p.tried.at.IsZero() || p.tried.signature != p.signature || !sameTargets(p.tried.targets, p.targets()) {
		return true
	}
	if f := p.seen.PartnerFault; f != nil && !p.asked {
		// What is dead is tried once, and once more where it died another way.
		return p.tried.at.Before(p.status.Value.DeadSince) || p.tried.fault != f.Cause
	}
	every := portsEvery
	if failing || slices.ContainsFunc(p.seen.Ports, func(f trust.PortFinding) bool { return f.Port.Need != trust.NeedNone && f.Side != trust.SideNone }) {
		every = portsAgain
	}
	return now.Sub(p.tried.at) >= every
}

func sameTargets(a, b []trust.PortTarget) bool { return slices.Equal(a, b) }

// targets are the partner's domain controllers as they were found in this pass
// or else before, and the forwarder's DNS servers.
func (p *pass) targets() []trust.PortTarget {
	var list []trust.PortTarget
	partner := p.found
	if len(partner.DCs) == 0 && p.status.Value.Partner != nil {
		partner = *p.status.Value.Partner
	}
	for _, dc := range partner.DCs {
		if dc.Address.IsValid() && len(list) < maxPortHosts {
			list = append(list, trust.PortTarget{Host: dc.Host, Address: dc.Address})
		}
	}
	for _, server := range p.seen.ForwarderServers {
		if !slices.ContainsFunc(list, func(t trust.PortTarget) bool { return t.Address == server }) {
			list = append(list, trust.PortTarget{Address: server, DNSOnly: true})
		}
	}
	return list
}

// tryPorts tries every port from each of our DCs that answers, a second time
// where that may tell more.
func (p *pass) tryPorts(ctx context.Context) {
	p.portsDone = true
	targets, walls := p.targets(), p.walls()
	results := make([][]trust.PortProbe, len(p.dcs))
	var group sync.WaitGroup
	for i, dc := range p.dcs {
		if !p.seen.DCs[i].Up() || len(targets) == 0 {
			continue
		}
		group.Go(func() {
			results[i] = p.r.cfg.Ports.Ports(ctx, dc.Instance, p.spec.Value.Remote, targets)
			if again := trust.Unsure(attributed(walls[dc.DC.ID], results[i]), targets); len(again) > 0 {
				results[i] = better(results[i], p.r.cfg.Ports.Ports(ctx, dc.Instance, p.spec.Value.Remote, again))
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return
	}
	p.tried = portsTried{at: p.r.cfg.Now(), signature: p.signature, probes: slices.Concat(results...), targets: targets}
	if p.seen.PartnerFault != nil {
		p.tried.fault = p.seen.PartnerFault.Cause
	}
	p.judgePorts()
}

// attributed says of each port that was tried who stops it.
func attributed(w trust.Wall, probes []trust.PortProbe) []trust.PortFinding {
	list := make([]trust.PortFinding, 0, len(probes))
	for _, q := range probes {
		list = append(list, w.Attribute(q))
	}
	return list
}

// better takes an answer that came at the second try.
func better(first, second []trust.PortProbe) []trust.PortProbe {
	list := make([]trust.PortProbe, 0, len(first))
	for _, q := range first {
		for _, s := range second {
			if s.Address == q.Address && s.Port == q.Port && q.Outcome != trust.PortAnswers && s.Outcome == trust.PortAnswers {
				q = s
			}
		}
		list = append(list, q)
	}
	return list
}

// judgePorts says of each port who stops it.
func (p *pass) judgePorts() {
	walls := p.walls()
	var found []trust.PortFinding
	type peer struct {
		dc   directory.DCID
		addr netip.Addr
	}
	inbound := map[peer]bool{}
	for _, q := range p.tried.probes {
		wall, ok := walls[q.DC]
		if !ok {
			continue
		}
		if f := wall.Attribute(q); f.Side != trust.SideNone {
			found = append(found, f)
		}
		if q.Host != "" && !inbound[peer{q.DC, q.Address}] {
			inbound[peer{q.DC, q.Address}] = true
			found = append(found, wall.Inbound(q.DC, q.From, q.Host, q.Address)...)
		}
	}
	p.seen.PortsTried, p.seen.Ports = true, found
}

// again asks Next once more, now that ports were tried. That is not a look of
// its own: the pace is that of the look.
func (p *pass) again(first trust.Decision) trust.Decision {
	d := trust.Next(p.spec.Value, p.status.Value, p.seen)
	if len(d.Work) == 0 && !d.Done && d.Status.State == first.Status.State {
		d.Status.Tries, d.Status.NextLook, d.Wait = first.Status.Tries, first.Status.NextLook, first.Wait
	}
	return d
}

// directoryOf finds the directory that a DC belongs to.
func (r *Reconciler) directoryOf(dc string) (directory.ID, bool) {
	for o := range store.Directories.All(r.cfg.Store) {
		if slices.ContainsFunc(o.Value.DCs, func(d directory.DC) bool { return strings.EqualFold(string(d.ID), dc) }) {
			return o.Value.ID, true
		}
	}
	return "", false
}
