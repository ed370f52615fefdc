package vpc

import "net/netip"

// Flow is a connection that exists, as the kernel tracks it.
type Flow struct {
	Inbound  bool // the peer began it
	Protocol Protocol
	Peer     netip.Addr
	Port     int  // that was connected to; 0 for protocols without ports
	Marked   bool // its socket carries Mark
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
