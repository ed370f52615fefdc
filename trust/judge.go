package trust

import (
	"fmt"

	"github.com/entente-ad/entente/condition"
)

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
