package trust

import (
	"net/netip"
	"slices"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/vpc"
)

// ports judges the ports that were tried. A trust that verifies works without
// the ones found closed, as far as it was verified: they are told and fail
// nothing.
func (l *look) ports() *finding {
	closed := l.closed(func(f PortFinding) bool { return f.Port.Need != NeedNone && l.needs(f) })
	if len(closed) == 0 {
		return nil
	}
	f := finding{typ: condition.Ports, facts: l.facts(SeenDC{}), minor: true}
	f.cause, f.facts.Closed, f.facts.Works = closed[0].Cause(), closed, true
	return &f
}

// needs reports whether a direction of the trust goes over what was found:
// packets go out for our outgoing direction and to find the partner, and come
// in for the incoming one.
func (l *look) needs(f PortFinding) bool {
	if f.Inbound {
		return l.spec.Direction.HasIncoming()
	}
	return l.spec.Direction.HasOutgoing() || f.Port.Need == NeedVerify || f.Port.From == dnsPort
}

// closed lists the findings that pass keep.
func (l *look) closed(keep func(PortFinding) bool) []PortFinding {
	var list []PortFinding
	for _, f := range l.seen.Ports {
		if f.Side != SideNone && f.Side != SideUnknown && keep(f) {
			list = append(list, f)
		}
	}
	return list
}

// lookupBlocked says which side keeps a fault's questions from being answered:
// cause and findings; ok is false when no port that was tried explains it.
func (l *look) lookupBlocked(fault *Fault) (closed []PortFinding, ok bool) {
	switch fault.Cause {
	case condition.DNSUnreachable, condition.DNSRefused:
		return l.serversBlocked()
	case condition.PartnerUnreachable, condition.PortClosed, condition.NoRoute, condition.Unexpected:
		closed = l.closed(func(f PortFinding) bool {
			return !f.Inbound && f.Port.Need != NeedNone && f.Port.From != dnsPort
		})
		return closed, slices.ContainsFunc(closed, l.isFinder)
	default:
		return nil, false
	}
}

// isFinder reports whether the port is the one that a domain controller is
// found by.
func (l *look) isFinder(f PortFinding) bool { return !f.Inbound && f.Port.Need == NeedVerify }

const dnsPort = 53

// serversBlocked gives what stops the questions to the forwarder's servers,
// when something stops every one of them, over UDP as over TCP: the forwarder
// takes the one when the other is silent.
func (l *look) serversBlocked() (closed []PortFinding, ok bool) {
	open := func(a netip.Addr) bool {
		shut := map[vpc.Protocol]bool{}
		for _, f := range l.closed(func(f PortFinding) bool { return f.Address == a && f.Port.From == dnsPort && !f.Inbound }) {
			shut[f.Port.Protocol] = true
		}
		return !shut[vpc.UDP] || !shut[vpc.TCP]
	}
	if len(l.seen.ForwarderServers) == 0 || slices.ContainsFunc(l.seen.ForwarderServers, open) {
		return nil, false
	}
	closed = l.closed(func(f PortFinding) bool {
		return f.Port.From == dnsPort && !f.Inbound && slices.Contains(l.seen.ForwarderServers, f.Address)
	})
	return closed, true
}

// explained gives a finding about an unreachable partner the cause and the
// words of the ports that explain it.
func (f finding) explained(closed []PortFinding) finding {
	f.cause, f.facts.Closed = closed[0].Cause(), closed
	f.facts.Detail, f.facts.Status, f.facts.Hint = "", "", ""
	return f
}

// channelBlocked says which ports of the partner explain that its secure
// channel from one DC of ours could not be made.
func (l *look) channelBlocked(dc SeenDC) []PortFinding {
	return l.closed(func(f PortFinding) bool {
		return f.DC == dc.ID && !f.Inbound && f.Port.Need != NeedNone
	})
}
