package vpc

import (
	"net/netip"
	"slices"
)

// Flow is a connection that exists, as the kernel tracks it.
type Flow struct {
	Inbound  bool // the peer began it
	Protocol Protocol
	Peer     netip.Addr
	Port     int  // that was connected to; 0 for protocols without ports
	Marked   bool // its socket carries Mark
}

// Includes reports whether f has every rule of old and shuts nothing that old
// does not: then whatever old kept, f keeps. Rules that only cover old ones are
// not seen.
func (f Filter) Includes(old Filter) bool {
	for _, a := range old.Always {
		if !slices.Contains(f.Always, a) {
			return false
		}
	}
	return covers(f.Ingress, old.Ingress) && covers(f.Egress, old.Egress) &&
		slices.EqualFunc(f.Shut, old.Shut, sameMatch)
}

func covers(list, old []Accept) bool {
	for _, o := range old {
		if !slices.ContainsFunc(list, func(a Accept) bool { return sameMatch(a.Match, o.Match) }) {
			return false
		}
	}
	return true
}

func sameMatch(a, b Match) bool {
	return a.Protocol == b.Protocol && a.From == b.From && a.To == b.To && slices.Equal(a.Prefixes, b.Prefixes)
}

// Keeps reports whether a flow that exists may go on. Of ICMP only what is
// allowed whatever its type may: the rest is short-lived and begins anew.
func (f Filter) Keeps(flow Flow) bool {
	if !flow.Inbound && !flow.Marked && f.ShutFor(flow.Protocol, flow.Peer, flow.Port) {
		return false
	}
	port := flow.Port
	if flow.Protocol == ICMP || flow.Protocol == ICMPv6 {
		port = -1
	}
	_, ok := f.Allows(!flow.Inbound, flow.Protocol, flow.Peer, port)
	return ok
}
