package trust

import (
	"fmt"
	"time"

	"github.com/entente-ad/entente/condition"
)

// updateGrace is how long an update may take before it has failed; it is
// tried on.
const updateGrace = 90 * time.Second

// restrict sees to it that users of the partner are kept out where they must
// be before there is anything that lets them in, and answers UpdateTrust.
func (l *look) restrict() (Decision, bool) {
	asked := l.spec.UpdateSerial > l.st.Updated
	if asked && !l.st.LocalSide {
		l.st.Updated, asked = l.spec.UpdateSerial, false // there is nothing that could be updated
	}
	if asked && l.st.State != Updating {
		l.begin(Updating)
	}
	if l.seen.Access.covers(l.spec) {
		return l.updated(asked)
	}
	f := finding{typ: condition.SelectiveAuth, cause: condition.SelectivePending, facts: l.facts(SeenDC{})}
	f.facts.Detail = l.seen.Access.Reason
	l.set(f.typ, &f)
	switch {
	case !l.st.LocalSide:
		f.patience = updateGrace
		return l.failing(f)
	case asked && l.seen.Now.Sub(l.spec.UpdatedAt) < updateGrace:
		return l.wait(Updating, nil, quickly(maxQuickRetry)), true
	case asked || l.was.State == UpdateFailed:
		l.st.Updated = l.spec.UpdateSerial
		return l.wait(UpdateFailed, &f, slowly(time.Second)), true
	}
	// It was in force, or nobody waits for it: the trust goes on as it is.
	return Decision{}, false
}

// updated notes that an update is done; what follows is a verification.
func (l *look) updated(asked bool) (Decision, bool) {
	l.noteAccess()
	if !asked {
		return Decision{}, false
	}
	l.st.Updated, l.st.FailingSince = l.spec.UpdateSerial, time.Time{}
	return l.wait(Updated, nil, exactly(quickRetry)), true
}

// noteAccess says what selective authentication comes to.
func (l *look) noteAccess() {
	a := l.seen.Access
	switch {
	case !l.spec.SelectiveAuth:
		l.unset(condition.SelectiveAuth)
	case !l.spec.Direction.HasOutgoing():
		l.set(condition.SelectiveAuth, nil)
	case len(l.seen.NTLMOpen) > 0:
		f := finding{typ: condition.SelectiveAuth, cause: condition.SelectiveNTLM, facts: l.facts(SeenDC{}), minor: true}
		f.facts.Other = allOf(l.seen.NTLMOpen, func(s string) string { return s })
		l.set(f.typ, &f)
	case a.Exempts > 0:
		f := finding{typ: condition.SelectiveAuth, cause: condition.SelectiveExempt, facts: l.facts(SeenDC{}), minor: true}
		f.facts.Other = exemptWords(a)
		l.set(f.typ, &f)
	default:
		l.set(condition.SelectiveAuth, nil)
	}
}

func exemptWords(a AccessStatus) string {
	words := allOf(a.Exempt, func(s string) string { return s })
	if more := a.Exempts - len(a.Exempt); more > 0 {
		words += fmt.Sprintf(" and %d more", more)
	}
	return words
}

// selectiveFact says what is enforced. It has no number of computers: a status
// is written anew when a sentence changes.
func (l *look) selectiveFact() string {
	if !l.spec.Direction.HasOutgoing() {
		return fmt.Sprintf("Selective authentication is stored and has no effect: no user of %s gets in by an incoming trust.", l.spec.Remote)
	}
	return fmt.Sprintf("Every domain controller refuses users of %[1]s a ticket to each computer and service account where they are not allowed to authenticate, and every logon by NTLM: the way on to %[1]s is closed on TCP 135, 139, 445 and 49152-65535 for all but Entente itself. Until it is open again, names of its users are not resolved by these domain controllers and the trust password is not changed.", l.spec.Remote)
}

// proofSteps bring a verdict where the DC's own way to the partner is closed:
// its winbindd cannot say anything then.
func (l *look) proofSteps(dc SeenDC) []Step {
	if _, done := dc.tried(StepProveChannel); done {
		return nil
	}
	return []Step{StepProveChannel}
}

// unset takes a condition away that is none of this trust's.
func (l *look) unset(t condition.Type) {
	for i, c := range l.st.Conditions {
		if c.Type == t {
			list := append([]condition.Condition(nil), l.st.Conditions[:i]...)
			l.st.Conditions = append(list, l.st.Conditions[i+1:]...)
			return
		}
	}
}
