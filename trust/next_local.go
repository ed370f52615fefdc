package trust

import (
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/errs"
)

// makeLocalSide brings our own trusted-domain object to what is wanted, at
// one DC: the PDC emulator, or another one where it does not answer.
func (l *look) makeLocalSide() (Decision, bool) {
	w, ok := l.writer()
	if !ok {
		return l.writerAway()
	}
	if l.st.LocalSide {
		return l.keepLocalSide(w)
	}
	if l.seen.Partner == nil {
		return l.noPartner()
	}
	if f := l.clash(); f != nil {
		return l.fail(*f)
	}
	held, matches := w.TDO, w.TDO != nil && l.asWanted(*w.TDO) && w.TDO.SID == l.seen.Partner.SID
	if fault, done := w.tried(StepCreateLocalSide); done && fault != nil {
		return l.notMade(w, fault)
	}
	if fault, done := w.tried(StepDeleteLocalSide); done && fault != nil && fault.Kind != errs.NotFound {
		return l.notMade(w, fault)
	}
	switch {
	case held == nil && l.seen.Password:
		return l.create(w)
	case held == nil:
		return l.fail(finding{typ: condition.LocalSide, cause: condition.LocalSideLost, facts: l.facts(w)})
	case matches && (l.st.Writer == w.ID || !l.seen.Password):
		// A run that ended before it could write so had made it.
		l.st.LocalSide, l.st.Made, l.st.Writer, l.st.FailingSince = true, l.seen.Now, w.ID, time.Time{}
		return l.adjust(w)
	case l.seen.Password:
		// What an earlier trust left behind: its password is not ours. It
		// goes before writing is noted as begun, or a crash in between would
		// make it look like ours.
		l.st.Writer = ""
		return l.work(l.was.Writer != "", Work{DC: w.ID, Steps: []Step{StepDeleteLocalSide}})
	}
	return l.fail(finding{typ: condition.LocalSide, cause: condition.LocalSideLost, facts: l.facts(w)})
}

// keepLocalSide checks the object that was made.
func (l *look) keepLocalSide(w SeenDC) (Decision, bool) {
	for _, dc := range l.up() {
		if dc.TDO != nil && l.asWanted(*dc.TDO) {
			l.set(condition.LocalSide, nil)
			return l.adjust(w)
		}
	}
	if l.seen.Password {
		l.st.LocalSide, l.st.Writer = false, ""
		return l.makeLocalSide()
	}
	return l.fail(finding{typ: condition.LocalSide, cause: condition.LocalSideLost, facts: l.facts(w)})
}

// writer is the DC that our object is written at. Where writing was begun at
// one, it stays that one, so that no second object is made.
func (l *look) writer() (SeenDC, bool) {
	up := l.up()
	if l.st.LocalSide || l.st.Writer == "" || !l.known(l.st.Writer) {
		return up[0], true
	}
	for _, dc := range up {
		if dc.ID == l.st.Writer {
			return dc, true
		}
	}
	return SeenDC{}, false
}

// writerAway waits for the DC at which writing was begun.
func (l *look) writerAway() (Decision, bool) {
	for _, dc := range l.seen.DCs {
		if dc.ID == l.st.Writer {
			f := finding{typ: condition.Healthy, cause: condition.DomainControllerOff, facts: l.facts(dc)}.of(dc.Fault)
			l.set(f.typ, &f)
			return l.wait(Creating, nil, slowly(time.Second)), true
		}
	}
	return Decision{}, false
}

// create asks for our object to be written at w.
func (l *look) create(w SeenDC) (Decision, bool) {
	l.st.Writer = w.ID
	l.st.StateReason, l.st.Cause = "", "" // what was in the way is gone
	if l.st.State == "" || l.st.State == Failed {
		l.st.State, l.st.StateSince = Creating, l.seen.Now
	}
	steps := []Step{StepCreateLocalSide, StepSetEncryptionTypes}
	if l.spec.Type == Forest && w.ID == l.seen.DCs[0].ID {
		steps = append(steps, StepShareNames)
	}
	return l.work(true, Work{DC: w.ID, Steps: steps})
}

// adjust sets what an object may lack: encryption types, and names of the
// partner's forest, which only the PDC emulator takes.
func (l *look) adjust(w SeenDC) (Decision, bool) {
	var steps []Step
	var weak *Fault
	here := w.TDO != nil && l.asWanted(*w.TDO)
	if here && w.TDO.EncryptionTypes&EncAES256 == 0 {
		if fault, done := w.tried(StepSetEncryptionTypes); !done {
			steps = append(steps, StepSetEncryptionTypes)
		} else {
			weak = fault
		}
	}
	pdc := l.seen.DCs[0]
	if l.spec.Type == Forest && l.seen.Partner != nil && w.ID == pdc.ID && here && len(w.TDO.ForestInfo) == 0 {
		if _, done := w.tried(StepShareNames); !done {
			steps = append(steps, StepShareNames)
		}
	}
	if len(steps) > 0 {
		return l.work(false, Work{DC: w.ID, Steps: steps})
	}
	l.set(condition.LocalSide, nil)
	if weak != nil {
		f := finding{typ: condition.Encryption, cause: condition.WeakEncryption, facts: l.facts(w)}.of(weak)
		l.set(condition.Encryption, &f)
	} else {
		l.set(condition.Encryption, nil)
	}
	return Decision{}, false
}

// noPartner waits for the partner to be found. After a while the trust is
// Failed, as at AWS, but it is looked for on: a cause outside that goes away
// heals the trust (docs/decisions).
func (l *look) noPartner() (Decision, bool) {
	if l.seen.ForwarderPending && l.seen.Now.Sub(l.spec.CreatedAt) < ForwarderGrace {
		return l.wait(Creating, nil, exactly(quickRetry)), true
	}
	f, _ := l.partnerFinding()
	l.named(f)
	f.patience = creationGrace
	return l.failing(f)
}

// clash finds what makes a trust between the two domains impossible.
func (l *look) clash() *finding {
	p, ours := l.seen.Partner, l.seen.Ours
	f := finding{typ: condition.Identity, cause: condition.NameClash, facts: l.facts(SeenDC{})}
	switch {
	case p.SID != "" && p.SID == ours.SID:
		f.facts.Other = "the SID of this directory, " + ours.SID
	case p.NetBIOSName == ours.NetBIOSName:
		f.facts.Other = "the NetBIOS name of this directory, " + string(ours.NetBIOSName)
	case p.DNSName != "" && p.DNSName != l.spec.Remote:
		f.facts.Other = "the name that its domain controllers give themselves, " + string(p.DNSName)
	case l.spec.Type == Forest && !p.ForestRoot():
		f.cause, f.facts.Other = condition.NotForestRoot, string(p.Forest)
	default:
		l.set(condition.Identity, nil)
		return nil
	}
	return &f
}

// notMade ends a pass in which our object could not be written.
func (l *look) notMade(w SeenDC, fault *Fault) (Decision, bool) {
	f := finding{typ: condition.LocalSide, cause: fault.Cause, facts: l.facts(w), patience: creationGrace}
	if f.cause == "" {
		f.cause = condition.Unexpected
	}
	if fault.Kind == errs.Exists || f.cause == condition.NameClash {
		f.typ, f.cause, f.patience = condition.Identity, condition.NameClash, 0
		f.facts.Other = "another trust or account of this directory"
		f.facts.Hint = fault.Hint // whose name is in the way, and what frees it
	}
	return l.failing(f.of(fault))
}

// fail ends a pass: our side cannot be made as it is.
func (l *look) fail(f finding) (Decision, bool) {
	f.patience = 0
	return l.failing(f)
}

// failing ends a pass in which our side is not made: Creating for as long as
// patience lasts, then Failed. What is wrong is said from the first look on.
func (l *look) failing(f finding) (Decision, bool) {
	l.set(f.typ, &f)
	if l.st.FailingSince.IsZero() {
		l.st.FailingSince = l.seen.Now
	}
	left := f.patience - l.seen.Now.Sub(l.st.FailingSince)
	if left > 0 && l.was.State != Failed {
		return l.wait(Creating, &f, l.soon(left)), true
	}
	d := l.wait(Failed, &f, slowly(time.Second))
	d.Status.Answered = l.spec.VerifySerial
	return d, true
}
