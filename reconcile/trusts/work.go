package trusts

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// work does what Next asked for: DCs at once, steps of one DC in order.
func (p *pass) work(ctx context.Context, work []trust.Work) {
	var running sync.WaitGroup
	for _, w := range work {
		running.Go(func() {
			h := &hand{p: p}
			defer h.release()
			for _, step := range w.Steps {
				start := p.r.cfg.Now()
				callCtx, cancel := context.WithTimeout(ctx, callTimeout)
				err := p.do(callCtx, h, w, step)
				cancel()
				p.record(w.DC, step, start, err)
				if err != nil && !step.Optional() {
					return
				}
			}
		})
	}
	running.Wait()
}

// hand holds the session of one piece of work, from the first step that needs
// it.
type hand struct {
	p       *pass
	session *session
}

func (h *hand) take(ctx context.Context, dc *ourDC) (*session, error) {
	if h.session != nil {
		return h.session, nil
	}
	s, err := h.p.r.pool.take(ctx, dc.Instance, h.p.failing)
	h.session = s
	return s, err
}

// spoil has the session closed: what failed may be its fault.
func (h *hand) spoil() {
	if h.session != nil {
		h.session.bad = true
		h.release()
	}
}

func (h *hand) release() {
	h.p.r.pool.put(h.session)
	h.session = nil
}

// flush hands the steps recorded since the last call over to the status.
func (p *pass) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, done := range p.history {
		p.status.Value = p.status.Value.Record(done)
	}
	p.history = nil
}

// record notes a step for the history. Looks at a trust at rest are none.
func (p *pass) record(dc directory.DCID, step trust.Step, start time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch step {
	case trust.StepFindPartner:
		if err != nil || p.status.Value.Partner != nil {
			return
		}
	case trust.StepVerify, trust.StepProveChannel, trust.StepRediscover, trust.StepAskPartner:
		if err != nil || p.settled {
			return
		}
	default: // what changes something is always noted
	}
	done := trust.StepDone{At: start, Step: step, DC: dc, Took: p.r.cfg.Now().Sub(start)}
	at, i := p.dc(dc)
	if at != nil {
		done.Host = at.FQDN()
	}
	switch {
	case err != nil:
		done.Error = err.Error()
	case at != nil && (step == trust.StepVerify || step == trust.StepProveChannel):
		if v := p.seen.DCs[i].Verdict; v != nil && !v.Result.OK() {
			done.Error = "NETLOGON answers " + trust.CodeName(v.Result.Code())
		}
	}
	p.history = append(p.history, done)
}

// do does one step on one DC and takes in what came of it.
func (p *pass) do(ctx context.Context, h *hand, w trust.Work, step trust.Step) error {
	dc, i := p.dc(w.DC)
	if dc == nil {
		return errs.E(errs.Internal, "trust %s has work for %s, which is none of its domain controllers", p.spec.Key, w.DC)
	}
	err := p.call(ctx, h, dc, i, w, step)
	if step == trust.StepAskPartner {
		return err
	}
	if err != nil && step != trust.StepRediscover && step != trust.StepProveChannel && !errs.Is(err, errs.Exists) {
		h.spoil() // the next step takes another
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := &p.seen.DCs[i]
	if step == trust.StepRestartWinbindd {
		// Whatever it said before, it says anew.
		delete(seen.Tried, trust.StepRediscover)
		delete(seen.Tried, trust.StepVerify)
		delete(seen.Tried, trust.StepProveChannel)
		seen.Verdict = nil
	}
	seen.Tried[step] = nil
	if err != nil {
		seen.Tried[step] = p.fault(err)
	}
	return err
}

func (p *pass) dc(id directory.DCID) (*ourDC, int) {
	for i, dc := range p.dcs {
		if dc.DC.ID == id {
			return dc, i
		}
	}
	return nil, -1
}

// call does the step itself.
func (p *pass) call(ctx context.Context, h *hand, dc *ourDC, i int, w trust.Work, step trust.Step) error {
	switch step {
	case trust.StepAskPartner:
		return p.askPartner(ctx, dc)
	case trust.StepProveChannel:
		return p.prove(ctx, dc, i)
	case trust.StepReplicate:
		return p.replicate(ctx, h, dc, i, w.From)
	case trust.StepReloadConfig:
		return p.r.cfg.Control.ReloadConfig(ctx, dc.Instance)
	case trust.StepRestartWinbindd:
		return p.r.cfg.Control.RestartWinbindd(ctx, dc.Instance)
	default: // a call of a session
	}
	session, err := h.take(ctx, dc)
	if err != nil {
		return err
	}
	return p.callSession(ctx, session, dc, i, step)
}

// callSession does a step that is a call of a session.
func (p *pass) callSession(ctx context.Context, session *session, dc *ourDC, i int, step trust.Step) error {
	name := p.spec.Value.Remote
	switch step {
	case trust.StepCreateLocalSide:
		return p.create(ctx, session, i)
	case trust.StepSetEncryptionTypes:
		err := session.SetEncryptionTypes(ctx, name, trust.EncAES256)
		return p.ifOK(err, i, func(t *trust.TDO) { t.EncryptionTypes = trust.EncAES256 })
	case trust.StepShareNames:
		records := trust.ForestRecords(p.seen.Partner.Identity)
		err := session.SetForestInfo(ctx, name, records)
		return p.ifOK(err, i, func(t *trust.TDO) { t.ForestInfo = records })
	case trust.StepRediscover:
		return session.Rediscover(ctx, name)
	case trust.StepVerify:
		return p.verify(ctx, session, dc, i)
	case trust.StepRollPassword:
		return session.ChangePassword(ctx, name)
	case trust.StepDeleteLocalSide:
		return p.deleteTDO(ctx, session, i)
	default: // FindPartner and ForgetPassword are no work on a DC
		return errs.E(errs.Internal, "trust %s has no way to do step %s", p.spec.Key, step)
	}
}

// ifOK changes what is seen of a DC's object when the call went well.
func (p *pass) ifOK(err error, i int, change func(*trust.TDO)) error {
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if held := p.seen.DCs[i].TDO; held != nil {
		changed := *held
		change(&changed)
		p.seen.DCs[i].TDO = &changed
	}
	return nil
}

func (p *pass) setTDO(i int, t *trust.TDO) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen.DCs[i].TDO = t
}

func (p *pass) create(ctx context.Context, session *session, i int) error {
	tdo := trust.Wanted(p.spec.Value, p.seen.Partner.Identity)
	if err := session.CreateTrust(ctx, trust.NewTDO{TDO: tdo, Password: p.password}); err != nil {
		return err
	}
	p.setTDO(i, &tdo)
	return nil
}

func (p *pass) deleteTDO(ctx context.Context, session *session, i int) error {
	if err := session.DeleteTrust(ctx, p.spec.Value.Remote); err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	p.setTDO(i, nil)
	return nil
}

// replicate pulls the change to dc and looks what it has now.
func (p *pass) replicate(ctx context.Context, h *hand, dc *ourDC, i int, from directory.DCID) error {
	source, _ := p.dc(from)
	if source == nil {
		return errs.E(errs.Internal, "trust %s has nowhere to replicate from", p.spec.Key)
	}
	err := p.r.cfg.Control.Replicate(ctx, dc.Instance, source.Instance)
	session, sessionErr := h.take(ctx, dc)
	if sessionErr != nil {
		return errors.Join(err, sessionErr)
	}
	if tdo, readErr := readTDO(ctx, session, p.spec.Value.Remote); readErr == nil {
		p.setTDO(i, tdo)
	}
	return err
}

func (p *pass) verify(ctx context.Context, session *session, dc *ourDC, i int) error {
	result, err := session.Verify(ctx, p.spec.Value.Remote)
	v := &trust.Verdict{DC: dc.DC.ID, At: p.r.cfg.Now(), Result: result, Partner: strings.TrimPrefix(result.TrustedDC, `\\`)}
	if err != nil {
		v.Error = err.Error()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen.DCs[i].Verdict = v
	return err
}

// askPartner asks the partner's PDC emulator, or the first DC that answers,
// for its own side. That it does not tell strangers is no failure.
func (p *pass) askPartner(ctx context.Context, dc *ourDC) error {
	side := trust.PartnerSide{Asked: true}
	target, ok := p.partnerDC()
	var err error
	if ok {
		var tdo trust.TDO
		tdo, err = p.r.cfg.Find.Side(ctx, dc.Instance, target, p.world.directory.Name)
		switch {
		case err == nil:
			side.Known, side.TDO = true, &tdo
		case errs.Is(err, errs.NotFound):
			side.Known, err = true, nil
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen.PartnerSide = side
	return err
}

func (p *pass) partnerDC() (trust.PartnerDC, bool) {
	var first *trust.PartnerDC
	for _, dc := range p.seen.Partner.DCs {
		switch {
		case !dc.Answered:
		case dc.PDC:
			return dc, true
		case first == nil:
			first = &dc
		}
	}
	if first == nil {
		return trust.PartnerDC{}, false
	}
	return *first, true
}
