package trust

import (
	"fmt"
	"strings"
	"time"

	"github.com/entente-ad/entente/condition"
)

// fact says in a sentence what was found where a condition holds; "" when
// there is nothing to say. It has no number that changes from look to look:
// a status is written anew when a message is.
func (l *look) fact(t condition.Type) string {
	switch t {
	case condition.Healthy:
		return "Answering: " + allOf(l.up(), func(dc SeenDC) string { return dc.Host }) + "."
	case condition.LocalSide:
		return fmt.Sprintf("%s holds a trust of type %s, %q.", l.seen.Ours.DNSName, l.spec.Type, l.spec.Direction)
	case condition.PartnerSide:
		return l.partnerSideFact()
	case condition.SecureChannel:
		if len(l.verified()) == 0 {
			return "" // no DC was asked in this pass
		}
		if l.spec.Restricts() {
			return fmt.Sprintf("NETLOGON of %s accepts the secure channel that Entente makes from ", l.spec.Remote) + allOf(l.verified(), func(dc SeenDC) string { return dc.Host }) + "."
		}
		return "Verified by NETLOGON from " + allOf(l.verified(), func(dc SeenDC) string { return dc.Host }) + "."
	case condition.Encryption:
		return l.encryptionFact()
	case condition.SelectiveAuth:
		return l.selectiveFact()
	default:
		return l.partnerFact(t)
	}
}

// partnerFact is fact for what was found of the partner.
func (l *look) partnerFact(t condition.Type) string {
	p := l.seen.Partner
	if p == nil && t == condition.NameResolution {
		return fmt.Sprintf("DNS names domain controllers of %s.", l.spec.Remote)
	}
	if p == nil {
		return ""
	}
	switch t {
	case condition.NameResolution:
		return "DNS names " + allOf(p.DCs, func(dc PartnerDC) string { return dc.Host }) + "."
	case condition.Reachability:
		return l.reachabilityFact()
	case condition.Ports:
		return "Every port that the trust needs lets through what it should."
	case condition.Time:
		return clocksFact(p.DCs)
	case condition.Identity:
		return fmt.Sprintf("%s, %s, of the forest %s.", p.NetBIOSName, p.SID, p.Forest)
	default:
		return ""
	}
}

// reachabilityFact names the partner's DC that trust calls go to.
func (l *look) reachabilityFact() string {
	var best *PartnerDC
	for i, dc := range l.seen.Partner.DCs {
		if dc.Answered && (best == nil || dc.PDC && !best.PDC) {
			best = &l.seen.Partner.DCs[i]
		}
	}
	switch {
	case best == nil:
		return ""
	case best.PDC:
		return describe(*best) + " answers; it is the PDC emulator."
	}
	return describe(*best) + " answers."
}

// clocksFact tells the largest difference, in minutes: what is stored of
// clocks is as coarse.
func clocksFact(dcs []PartnerDC) string {
	var most time.Duration
	for _, dc := range dcs {
		if dc.Answered {
			most = max(most, dc.ClockSkew.Abs())
		}
	}
	if minutes := int(most.Round(time.Minute) / time.Minute); minutes > 0 {
		return fmt.Sprintf("The clocks of both sides differ by about %d min; Kerberos allows 5.", minutes)
	}
	return "The clocks of both sides agree."
}

func (l *look) partnerSideFact() string {
	if side := l.seen.PartnerSide; side.Known && side.TDO != nil {
		return fmt.Sprintf("%s holds a trust of type %s, %q.", l.spec.Remote, TypeOf(side.TDO.Attributes), side.TDO.Direction)
	}
	if l.spec.Direction.HasOutgoing() {
		return fmt.Sprintf("%s lets this trust in; it tells strangers no more.", l.spec.Remote)
	}
	return fmt.Sprintf("%s does not tell strangers what it holds, so it is taken as right.", l.spec.Remote)
}

func (l *look) encryptionFact() string {
	for _, dc := range l.up() {
		if dc.TDO != nil && dc.TDO.EncryptionTypes&EncAES256 != 0 {
			return "AES256."
		}
	}
	return "AES."
}

// verified lists the DCs that gave a good verdict in this pass.
func (l *look) verified() []SeenDC {
	var list []SeenDC
	for _, dc := range l.up() {
		if dc.Verdict != nil && dc.Verdict.ok() {
			list = append(list, dc)
		}
	}
	return list
}

// allOf joins names: "a", "a and b", "a, b and c".
func allOf[T any](list []T, name func(T) string) string {
	names := make([]string, len(list))
	for i, x := range list {
		names[i] = name(x)
	}
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
