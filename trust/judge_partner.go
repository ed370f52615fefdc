package trust

import (
	"fmt"
	"strings"
	"time"

	"github.com/entente-ad/entente/condition"
)

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

// asWanted reports whether an object is what the spec wants. Its SID is not
// ours to want: identity compares it.
func (l *look) asWanted(t TDO) bool {
	return t.Direction == l.spec.Direction && TypeOf(t.Attributes) == l.spec.Type
}

// describe names a DC of the partner with its address.
func describe(dc PartnerDC) string {
	if !dc.Address.IsValid() {
		return dc.Host
	}
	return fmt.Sprintf("%s (%s)", dc.Host, dc.Address)
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
