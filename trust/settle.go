package trust

import (
	"fmt"
	"strings"
	"time"

	"github.com/entente-ad/entente/condition"
)

// settle ends a pass in which nothing is left to do: it draws the trust's
// state from everything that was seen.
func (l *look) settle() Decision {
	worst := l.judge()
	if !l.spec.Direction.HasOutgoing() {
		return l.settleCreated()
	}
	if worst == nil && l.verdicts() == 0 {
		return l.keep(l.stateMeanwhile(), quickly(maxQuickRetry))
	}
	if worst == nil {
		if d, ok := l.roll(); ok {
			return d
		}
		l.st.FailingSince, l.st.Answered = time.Time{}, l.spec.VerifySerial
		return l.wait(Verified, nil, exactly(Heartbeat))
	}
	if l.st.FailingSince.IsZero() {
		l.st.FailingSince = l.seen.Now
	}
	left := worst.patience - l.seen.Now.Sub(l.st.FailingSince)
	if left > 0 && l.was.State != VerifyFailed {
		return l.wait(l.stateMeanwhile(), nil, quickly(left))
	}
	l.st.Answered = l.spec.VerifySerial
	return l.wait(VerifyFailed, worst, slowly(time.Second))
}

// settleCreated ends a pass of an incoming trust: Created is all that our
// side can know of it, and means that every DC of ours that answers has it. A
// DC that does not get it within the grace is left to replication.
func (l *look) settleCreated() Decision {
	for _, dc := range l.up() {
		if l.isPrepared(dc) {
			continue
		}
		if l.was.State != Created && l.seen.Now.Sub(l.st.Made) < passingGrace {
			return l.wait(Creating, nil, quickly(maxQuickRetry))
		}
		return l.wait(Created, nil, slowly(time.Second))
	}
	l.st.FailingSince, l.st.Answered = time.Time{}, l.spec.VerifySerial
	return l.wait(Created, nil, exactly(Heartbeat))
}

// stateMeanwhile is the state while a look has not come to an end.
func (l *look) stateMeanwhile() State {
	switch l.was.State {
	case Verified, VerifyFailed:
		return l.was.State
	default:
		return Verifying
	}
}

// verdicts counts the DCs that gave one in this pass.
func (l *look) verdicts() int {
	n := 0
	for _, dc := range l.up() {
		if dc.Verdict != nil {
			n++
		}
	}
	return n
}

// judge checks everything in the order in which causes come before effects,
// writes the conditions, and gives the first finding that keeps the trust
// from working; nil when it works.
func (l *look) judge() *finding {
	var worst *finding
	note := func(t condition.Type, f *finding) {
		l.set(t, f)
		if f != nil && !f.minor && worst == nil {
			worst = f
		}
	}
	note(condition.Healthy, l.ourDCs())
	if l.seen.PortsTried {
		note(condition.Ports, l.ports())
	}
	f, found := l.partnerFinding()
	if !found {
		l.named(f)
		note(f.typ, &f)
		return worst
	}
	note(condition.NameResolution, nil)
	note(condition.Reachability, nil)
	note(condition.Time, l.clocks())
	note(condition.Identity, l.identity())
	channel := l.channel()
	side := l.partnerSide(channel)
	if side == nil && channel == nil {
		side = l.partnerRestart()
	}
	note(condition.PartnerSide, side)
	if l.spec.Direction.HasOutgoing() {
		note(condition.SecureChannel, channel)
	}
	return worst
}

// ourDCs finds the first of our DCs that does not answer. It fails no trust:
// the others go on.
func (l *look) ourDCs() *finding {
	for _, dc := range l.seen.DCs {
		if !dc.Up() {
			f := finding{typ: condition.Healthy, cause: condition.DomainControllerOff, facts: l.facts(dc), minor: true}.of(dc.Fault)
			return &f
		}
	}
	return nil
}

// partnerFinding says why the partner was not found; found is true when it was.
func (l *look) partnerFinding() (f finding, found bool) {
	if l.seen.Partner != nil {
		return finding{}, true
	}
	fault := l.seen.PartnerFault
	if fault == nil {
		fault = &Fault{Cause: condition.Unexpected, Detail: "the partner was not looked for"}
	}
	f = finding{typ: condition.Reachability, cause: fault.Cause, facts: l.facts(l.up()[0]), patience: flickerGrace}
	switch fault.Cause {
	case condition.DNSNoAnswer, condition.DNSUnreachable, condition.DNSRefused, condition.NoForwarder:
		f.typ = condition.NameResolution
		if len(l.seen.ForwarderServers) == 0 {
			f.cause = condition.NoForwarder
		}
	default: // its DCs were named, so the names are not the matter
	}
	f = f.of(fault)
	if closed, ok := l.lookupBlocked(fault); ok && f.cause != condition.NoForwarder {
		return f.explained(closed), false
	}
	return f, false
}

// named notes that names are resolved, where the finding is about domain
// controllers that they led to: what was wrong with them before is past.
func (l *look) named(f finding) {
	if fault := l.seen.PartnerFault; f.typ == condition.Reachability && fault != nil && fault.Cause != condition.Unexpected {
		l.set(condition.NameResolution, nil)
	}
}

// clocks compares the partner's clocks with ours. NETLOGON does not see a
// difference; Kerberos refuses beyond five minutes.
func (l *look) clocks() *finding {
	for _, dc := range l.seen.Partner.DCs {
		if dc.Answered && (dc.ClockSkew > MaxClockSkew || dc.ClockSkew < -MaxClockSkew) {
			f := finding{typ: condition.Time, cause: condition.ClockSkew, facts: l.facts(SeenDC{})}
			f.facts.Partner, f.facts.Skew = describe(dc), dc.ClockSkew
			return &f
		}
	}
	return nil
}

// identity compares who the partner is with whom the trust was made with.
func (l *look) identity() *finding {
	for _, dc := range l.up() {
		if dc.TDO != nil && l.seen.Partner.SID != "" && dc.TDO.SID != "" && dc.TDO.SID != l.seen.Partner.SID {
			f := finding{typ: condition.Identity, cause: condition.IdentityChanged, facts: l.facts(dc)}
			f.facts.Other = l.seen.Partner.SID
			return &f
		}
	}
	if c := l.seen.HostClash; c != nil {
		f := finding{typ: condition.Identity, cause: condition.HostNameClash, facts: l.facts(SeenDC{}), minor: true}
		f.facts.Other = fmt.Sprintf("%s (host name %s)", c.Domain, c.Host)
		return &f
	}
	return nil
}

// partnerSide judges the partner's own object, as far as it is visible. A
// partner that is more open than we need does not fail the trust, since our
// outgoing direction works.
func (l *look) partnerSide(channel *finding) *finding {
	s := l.seen.PartnerSide
	f := finding{typ: condition.PartnerSide, facts: l.facts(SeenDC{}), patience: passingGrace, minor: channel == nil}
	if channel != nil {
		f.facts = channel.facts
		f.facts.Detail, f.facts.Hint = "", ""
	}
	switch {
	case !s.Known:
		if channel == nil || channel.cause != condition.PartnerSideMissing {
			return nil
		}
		f.cause = condition.PartnerSideMissing
	case s.TDO == nil && channel == nil && l.spec.Direction.HasOutgoing():
		return nil // it takes our account, whatever it tells strangers
	case s.TDO == nil:
		f.cause = condition.PartnerSideMissing
	case TypeOf(s.TDO.Attributes) != l.spec.Type:
		f.cause, f.facts.TheirType = condition.TypeMismatch, TypeOf(s.TDO.Attributes)
		f.minor = !l.spec.Direction.HasOutgoing()
	case s.TDO.Direction != l.spec.Direction.Complement():
		f.cause, f.facts.TheirDirection = condition.DirectionMismatch, s.TDO.Direction
		// A partner that takes our account fails for another cause.
		f.minor = f.minor || s.TDO.Direction.HasIncoming()
	default:
		return nil
	}
	return &f
}

// partnerRestart says for a day after a change that the partner may have to
// restart its winbindd: from here it cannot be seen whether it did, since our
// own outgoing direction does not pass it.
func (l *look) partnerRestart() *finding {
	if !l.st.PartnerStale || l.seen.Now.Sub(l.st.Made) > 24*time.Hour {
		return nil
	}
	return &finding{typ: condition.PartnerSide, cause: condition.PartnerRestart, facts: l.facts(SeenDC{}), minor: true}
}

// channel joins the verdicts of all our DCs that answer: one that says no is
// enough, since some logons go through it.
func (l *look) channel() *finding {
	if !l.spec.Direction.HasOutgoing() {
		return nil
	}
	for _, dc := range l.up() {
		if dc.Verdict != nil && !dc.Verdict.ok() {
			return l.verdictFinding(dc)
		}
	}
	for _, dc := range l.up() {
		if dc.TDO == nil {
			return &finding{typ: condition.SecureChannel, cause: condition.ReplicationPending, facts: l.facts(dc), patience: passingGrace}
		}
	}
	return nil
}

// verdictFinding puts one DC's no into words.
func (l *look) verdictFinding(dc SeenDC) *finding {
	v := *dc.Verdict
	f := finding{typ: condition.SecureChannel, cause: v.cause(), facts: l.facts(dc), patience: passingGrace}
	f.facts.Partner, f.facts.Detail = l.partnerNamed(v.Partner), v.Error
	if v.Error == "" {
		f.facts.Status = "NETLOGON answers " + CodeName(v.Result.Code())
	}
	switch v.Result.Code() {
	case codeNoLogonServers:
		f.patience = noServerGrace
	case codeTypeInconsistent:
		f.patience = 0
	}
	switch f.cause {
	case condition.PartnerUnreachable, condition.PortClosed, condition.NoRoute:
		if closed := l.channelBlocked(dc); len(closed) > 0 {
			f = f.explained(closed)
		}
	default:
	}
	if f.cause == condition.PasswordMismatch && l.seen.PartnerSide.Known && l.seen.PartnerSide.TDO == nil {
		f.cause = condition.PartnerSideMissing
	}
	return &f
}

// partnerNamed adds the address to the host that NETLOGON names.
func (l *look) partnerNamed(host string) string {
	for _, dc := range l.seen.Partner.DCs {
		if host != "" && (strings.EqualFold(dc.Host, host) || strings.EqualFold(dc.NetBIOS, host)) {
			return describe(dc)
		}
	}
	return host
}

// describe names a DC of the partner with its address.
func describe(dc PartnerDC) string {
	if !dc.Address.IsValid() {
		return dc.Host
	}
	return fmt.Sprintf("%s (%s)", dc.Host, dc.Address)
}

// asWanted reports whether an object is what the spec wants. Its SID is not
// ours to want: identity compares it.
func (l *look) asWanted(t TDO) bool {
	return t.Direction == l.spec.Direction && TypeOf(t.Attributes) == l.spec.Type
}
