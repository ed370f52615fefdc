package trusts

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// ourDC is one of our domain controllers in a pass.
type ourDC struct{ directory.Instance }

// observe looks at everything that Next needs, all at once.
func (p *pass) observe(ctx context.Context) error {
	p.seen = p.world.seen()
	p.seen.Now = p.r.cfg.Now()
	p.seen.Squeeze = p.r.dead.squeezed(p.seen.Now)
	if p.world.gone {
		return nil
	}
	instances := p.world.directory.Members(p.world.status)
	p.seen.DCs = make([]trust.SeenDC, len(instances))
	var looks sync.WaitGroup
	for i, instance := range instances {
		dc := &ourDC{instance}
		p.dcs = append(p.dcs, dc)
		looks.Go(func() { p.seen.DCs[i] = p.look(ctx, dc) })
	}
	if p.mayFind(instances) {
		looks.Go(func() { p.find(ctx, p.lookout(instances)) })
	}
	err := p.unseal(ctx)
	looks.Wait()
	if p.mayFind(instances) {
		p.findAgain(ctx)
	}
	return err
}

// mayFind reports whether looking for the partner makes sense: not when the
// trust goes, and not before its forwarder is there, which would only fill
// caches with a no.
func (p *pass) mayFind(instances []directory.Instance) bool {
	t := p.spec.Value
	early := p.seen.ForwarderPending && !p.status.Value.LocalSide && p.seen.Now.Sub(t.CreatedAt) < trust.ForwarderGrace
	return !t.Delete && len(instances) > 0 && !early
}

// unseal fetches the trust password while it is kept.
func (p *pass) unseal(ctx context.Context) error {
	if p.status.Revision != 0 && p.status.Value.LocalSide && !p.status.Value.Secret {
		return nil // forgotten
	}
	password, ok, err := p.r.cfg.Store.Secret(ctx, trust.SecretPassword(p.spec.Value.ID))
	if err != nil {
		return err
	}
	p.password, p.seen.Password = password, ok
	return nil
}

// look asks one of our DCs for its object. A session that was kept may have
// died; then a new one is tried. It is given back at once: others want it while
// this pass waits for its partner.
func (p *pass) look(ctx context.Context, dc *ourDC) trust.SeenDC {
	seen := trust.SeenDC{ID: dc.DC.ID, Host: dc.FQDN(), Address: dc.DC.Address, Tried: map[trust.Step]*trust.Fault{}}
	if st, ok := p.world.status.DCByID(dc.DC.ID); !ok || !st.Provisioned {
		seen.Fault = &trust.Fault{Cause: condition.DomainControllerOff, Detail: "the domain controller is not made yet"}
		return seen
	}
	s, err := p.r.pool.take(ctx, dc.Instance, p.failing)
	for {
		if err != nil {
			seen.Fault = p.fault(err)
			return seen
		}
		seen.TDO, err = readTDO(ctx, s, p.spec.Value.Remote)
		s.bad = err != nil
		p.r.pool.put(s)
		if err == nil {
			return seen
		}
		if !s.reused {
			continue // gives up with the error
		}
		s, err = p.r.pool.fresh(ctx, dc.Instance, p.failing)
	}
}

// readTDO reads an object; nil means that there is none.
func readTDO(ctx context.Context, s Side, name directory.FQDN) (*trust.TDO, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	tdo, err := s.Trust(ctx, name)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &tdo, nil
}

// lookout is the DC from whose network the partner is looked for: the first
// one that works.
func (p *pass) lookout(instances []directory.Instance) directory.Instance {
	for _, i := range instances {
		if st, ok := p.world.status.DCByID(i.DC.ID); ok && st.State == directory.DCActive {
			return i
		}
	}
	return instances[0]
}

// find looks for the partner from one of our DCs.
func (p *pass) find(ctx context.Context, from directory.Instance) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	start := p.r.cfg.Now()
	partner, err := p.r.cfg.Find.Find(ctx, from, p.spec.Value.Remote)
	if len(partner.DCs) > 0 {
		p.found = partner
	}
	if err != nil {
		p.seen.Partner, p.seen.PartnerFault = nil, p.notFound(partner, err)
		p.record(from.DC.ID, trust.StepFindPartner, start, err)
		return
	}
	slices.SortFunc(partner.DCs, func(a, b trust.PartnerDC) int { return cmp.Compare(a.Host, b.Host) })
	p.seen.Partner, p.seen.PartnerFault = &partner, nil
	p.record(from.DC.ID, trust.StepFindPartner, start, nil)
}

// findAgain looks from another DC when the first one turned out to be down.
func (p *pass) findAgain(ctx context.Context) {
	if p.seen.Partner != nil || len(p.dcs) == 0 {
		return
	}
	first := p.lookout(p.world.directory.Members(p.world.status)).DC.ID
	for i, dc := range p.dcs {
		if dc.DC.ID == first && p.seen.DCs[i].Up() {
			return
		}
	}
	for i, dc := range p.dcs {
		if p.seen.DCs[i].Up() {
			p.find(ctx, dc.Instance)
			return
		}
	}
}

// notFound tells why the partner was not found. Where DNS named its DCs and
// none answered, that is the cause, however each of them did not.
func (p *pass) notFound(partner trust.Partner, err error) *trust.Fault {
	f := p.fault(err)
	answered := slices.ContainsFunc(partner.DCs, func(dc trust.PartnerDC) bool { return dc.Answered })
	if len(partner.DCs) > 0 && !answered && (f.Cause == condition.Unexpected || f.Cause == condition.PortClosed) {
		f.Cause = condition.PartnerUnreachable
	}
	return f
}

// fault tells an error's cause once, for Next and the words.
func (p *pass) fault(err error) *trust.Fault {
	f := p.r.cfg.Explain(err)
	return &f
}
