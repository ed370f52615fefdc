package vpc

import (
	"net/netip"
	"strconv"
	"strings"
)

// ParseProtocol reads a protocol as EC2 takes it: by name, by number, or "-1"
// for all. The error has EC2's code.
func ParseProtocol(s string) (Protocol, error) {
	switch name := Protocol(strings.ToLower(s)); name {
	case TCP, UDP, ICMP, ICMPv6, All:
		return name, nil
	}
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil || strconv.FormatUint(n, 10) != s {
		return "", ec2("InvalidParameterValue", "Invalid value '%s' for IP protocol. Unknown protocol.", printable(s))
	}
	return ProtocolOf(int(n)), nil
}

// HasPorts reports whether rules of the protocol have ports or ICMP types.
func (p Protocol) HasPorts() bool {
	switch p {
	case TCP, UDP, ICMP, ICMPv6:
		return true
	default:
		return false
	}
}

// ParsePorts reads a rule's ports, or ICMP's type and code, as EC2 takes them
// for that protocol; nil is one that is not given. Those of protocols without
// ports are ignored, as EC2 does it. The error has EC2's code.
func ParsePorts(p Protocol, from, to *int) (int, int, error) {
	missing := from == nil || to == nil
	switch {
	case !p.HasPorts():
		return 0, 0, nil
	case p == ICMPv6 && from == nil && to == nil:
		return -1, -1, nil
	case missing && (p == TCP || p == UDP):
		return 0, 0, ec2("InvalidParameterValue", "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.")
	case missing:
		return 0, 0, ec2("InvalidParameterValue", "Invalid value 'Must specify both from and to ports with ICMP.' for portRange.")
	case p == TCP || p == UDP:
		return *from, *to, checkPorts(*from, *to)
	}
	return *from, *to, checkTypes(*from, *to)
}

func checkPorts(from, to int) error {
	for _, port := range []int{from, to} {
		if port < 0 || port > 65535 {
			return ec2("InvalidPermission.Malformed", "TCP/UDP port (%d) out of range", port)
		}
	}
	if from > to {
		return ec2("InvalidParameterValue", "Invalid TCP/UDP port range (%d:%d)", from, to)
	}
	return nil
}

func checkTypes(typ, code int) error {
	switch {
	case typ < -1 || typ > 255:
		return ec2("InvalidPermission.Malformed", "ICMP type (%d) out of range", typ)
	case code < -1 || code > 255 || typ == -1 && code != -1:
		return ec2("InvalidPermission.Malformed", "ICMP code (%d) out of range", code)
	}
	return nil
}

// ParsePeerCIDR reads the addresses of a rule's peer. Host bits are cut off, as
// EC2 does it. An IPv4 address in IPv6 clothes is refused: it would match
// nothing. v6 says which of both families is meant. The error has EC2's code.
func ParsePeerCIDR(s string, v6 bool) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil || p.Addr().Is4() == v6 || p.Addr().Is4In6() {
		return netip.Prefix{}, ec2("InvalidParameterValue", "CIDR block %s is malformed", printable(s))
	}
	return p.Masked(), nil
}

// maxText is the length of names and descriptions, in characters.
const maxText = 255

// textCharacters are those of names and descriptions, beside letters and
// digits.
const textCharacters = " ._-:/()#,@[]+=&;{}!$*"

// CheckDescription applies EC2's rules for a rule's description. The error has
// EC2's code.
func CheckDescription(s string) error {
	if !plainText(s) {
		return ec2("InvalidParameterValue", "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*")
	}
	return nil
}

func plainText(s string) bool {
	return len(s) <= maxText && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(textCharacters, r)
	})
}
