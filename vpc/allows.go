package vpc

import (
	"net/netip"
	"slices"
	"strconv"
)

// Allows reports whether a new connection to peer (egress) or from it passes,
// and by which rule. port is the port that is connected to, for ICMP the type
// (with code 0); protocols without either ignore it. The addresses of Always
// pass without a rule: Accept is then empty. Shut is not asked (see ShutFor).
func (f Filter) Allows(egress bool, p Protocol, peer netip.Addr, port int) (Accept, bool) {
	peer = peer.Unmap()
	if slices.Contains(f.Always, peer) {
		return Accept{}, true
	}
	list := f.Ingress
	if egress {
		list = f.Egress
	}
	for _, a := range list {
		if a.matches(p, peer, port) {
			return a, true
		}
	}
	return Accept{}, false
}

// ShutFor reports whether Shut closes the way out to peer for sockets without
// Mark, whatever the rules say.
func (f Filter) ShutFor(p Protocol, peer netip.Addr, port int) bool {
	peer = peer.Unmap()
	return !slices.Contains(f.Always, peer) &&
		slices.ContainsFunc(f.Shut, func(m Match) bool { return m.matches(p, peer, port) })
}

func (m Match) matches(p Protocol, peer netip.Addr, port int) bool {
	if want, all := m.Protocol.Number(); !all {
		if have, _ := p.Number(); want < 0 || want != have || !m.takes(port, 0) {
			return false
		}
	}
	return slices.ContainsFunc(m.Prefixes, func(n netip.Prefix) bool { return n.Contains(peer) })
}

// takes reports whether the ports of a protocol that has some, or an ICMP type
// and code, are the match's.
func (m Match) takes(port, code int) bool {
	switch n, _ := m.Protocol.Number(); n {
	case protoTCP, protoUDP:
		return m.From <= port && port <= m.To
	case protoICMP, protoICMPv6:
		return m.From < 0 || m.From == port && (m.To < 0 || m.To == code)
	}
	return true
}

// The numbers of the protocols that have names.
const (
	protoICMP   = 1
	protoTCP    = 6
	protoUDP    = 17
	protoICMPv6 = 58
)

// Number is the protocol's number in an IP header; all says that it stands for
// every one of them. What is no protocol has the number -1, which no packet
// has.
func (p Protocol) Number() (n int, all bool) {
	switch p {
	case All:
		return -1, true
	case TCP:
		return protoTCP, false
	case UDP:
		return protoUDP, false
	case ICMP:
		return protoICMP, false
	case ICMPv6:
		return protoICMPv6, false
	}
	n, err := strconv.Atoi(string(p))
	if err != nil || n < 0 || n > 255 {
		return -1, false
	}
	return n, false
}

// ProtocolOf names the protocol with that number as EC2 does.
func ProtocolOf(n int) Protocol {
	switch n {
	case protoTCP:
		return TCP
	case protoUDP:
		return UDP
	case protoICMP:
		return ICMP
	case protoICMPv6:
		return ICMPv6
	}
	return Protocol(strconv.Itoa(n))
}
