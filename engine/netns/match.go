package netns

import (
	"net"
	"net/netip"

	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/entente-ad/entente/vpc"
)

// direction says which address of a packet is the peer's.
type direction bool

const (
	fromPeer direction = false
	toPeer   direction = true
)

const reg = 1 // the register that all matches use, one after another

func equal(data []byte) expr.Any { return &expr.Cmp{Op: expr.CmpOpEq, Register: reg, Data: data} }

// matches gives one nftables rule per prefix of a match, without a verdict.
func matches(m vpc.Match, dir direction) []rule {
	number, all := m.Protocol.Number()
	if number < 0 && !all {
		return nil
	}
	var kind rule
	if !all {
		kind = protocolIs(byte(number))
		switch number {
		case unix.IPPROTO_TCP, unix.IPPROTO_UDP:
			kind = append(kind, portIn(m.From, m.To)...)
		case unix.IPPROTO_ICMP, unix.IPPROTO_ICMPV6:
			kind = append(kind, icmpIs(m.From, m.To)...)
		}
	}
	var list []rule
	for _, p := range m.Prefixes {
		list = append(list, append(peerIn(p, dir), kind...))
	}
	return list
}

// peerIn matches packets whose peer is in p.
func peerIn(p netip.Prefix, dir direction) rule {
	family, source := byte(unix.NFPROTO_IPV4), uint32(12) // where an IPv4 header has the source address
	if p.Addr().Is6() {
		family, source = unix.NFPROTO_IPV6, 8
	}
	x := rule{&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: reg}, equal([]byte{family})}
	if p.Bits() == 0 {
		return x
	}
	address := p.Masked().Addr().AsSlice()
	offset := source
	if dir == toPeer {
		offset += uint32(len(address))
	}
	x = append(x, &expr.Payload{DestRegister: reg, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: uint32(len(address))})
	if !p.IsSingleIP() {
		x = append(x, &expr.Bitwise{
			SourceRegister: reg, DestRegister: reg, Len: uint32(len(address)),
			Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()), Xor: make([]byte, len(address)),
		})
	}
	return append(x, equal(address))
}

func protocolIs(number byte) rule {
	return rule{&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: reg}, equal([]byte{number})}
}

// portIn matches the port that a packet goes to.
func portIn(from, to int) rule {
	from, to = max(from, 0), min(to, 65535)
	port := &expr.Payload{DestRegister: reg, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2}
	switch {
	case from > to: // nothing is in it
		return rule{port, equal([]byte{0, 0}), &expr.Cmp{Op: expr.CmpOpNeq, Register: reg, Data: []byte{0, 0}}}
	case from == to:
		return rule{port, equal(port2(from))}
	}
	return rule{port, &expr.Range{Op: expr.CmpOpEq, Register: reg, FromData: port2(from), ToData: port2(to)}}
}

func port2(n int) []byte { return binaryutil.BigEndian.PutUint16(uint16(n)) }

// icmpIs matches a type and a code, -1 for any.
func icmpIs(kind, code int) rule {
	if kind < 0 {
		return nil
	}
	x := rule{transportByte(0), equal([]byte{byte(kind)})}
	if code >= 0 {
		x = append(x, transportByte(1), equal([]byte{byte(code)}))
	}
	return x
}

func transportByte(offset uint32) expr.Any {
	return &expr.Payload{DestRegister: reg, Base: expr.PayloadBaseTransportHeader, Offset: offset, Len: 1}
}

// neighbours accepts what IPv6 cannot do without: neighbour discovery, which
// no router passes on (hop limit 255), and who listens to which group.
func neighbours() []rule {
	const hopLimit = 7 // where an IPv6 header has it
	ipv6 := rule{&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: reg}, equal([]byte{unix.NFPROTO_IPV6})}
	base := append(ipv6, protocolIs(unix.IPPROTO_ICMPV6)...)
	var rules []rule
	for _, c := range []struct{ from, to, hops byte }{{133, 136, 255}, {130, 132, 1}, {143, 143, 1}} {
		rules = append(rules, append(append(rule{}, base...),
			&expr.Payload{DestRegister: reg, Base: expr.PayloadBaseNetworkHeader, Offset: hopLimit, Len: 1}, equal([]byte{c.hops}),
			transportByte(0), &expr.Range{Op: expr.CmpOpEq, Register: reg, FromData: []byte{c.from}, ToData: []byte{c.to}}, accept()))
	}
	return rules
}

// onLoopback matches packets that do not leave the namespace.
func onLoopback(key expr.MetaKey) rule {
	name := make([]byte, unix.IFNAMSIZ)
	copy(name, "lo")
	return rule{&expr.Meta{Key: key, Register: reg}, equal(name)}
}

// inStates matches packets by what the kernel knows of their connection.
func inStates(bits uint32) rule {
	return rule{
		&expr.Ct{Key: expr.CtKeySTATE, Register: reg},
		&expr.Bitwise{SourceRegister: reg, DestRegister: reg, Len: 4, Mask: binaryutil.NativeEndian.PutUint32(bits), Xor: make([]byte, 4)},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: reg, Data: make([]byte, 4)},
	}
}

// keepMark writes the mark of a new connection's socket to the connection, so
// that endFlows can tell whose it is.
func keepMark() rule {
	return append(inStates(expr.CtStateBitNEW),
		&expr.Meta{Key: expr.MetaKeyMARK, Register: reg}, equal(mark()),
		&expr.Ct{Key: expr.CtKeyMARK, Register: reg, SourceRegister: true})
}

// unmarked matches packets of sockets that are not Entente's own.
func unmarked() rule {
	return rule{&expr.Meta{Key: expr.MetaKeyMARK, Register: reg}, &expr.Cmp{Op: expr.CmpOpNeq, Register: reg, Data: mark()}}
}
