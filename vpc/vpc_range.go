package vpc

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/entente-ad/entente/internal/errs"
)

// Sizes of VPCs and subnets that EC2 takes, in bits of the prefix.
const (
	widest    = 16
	narrowest = 28
)

// ParseRange reads an IPv4 range as CreateVpc and CreateSubnet take it. Host
// bits are cut off, as EC2 does it: "100.68.0.18/18" is 100.68.0.0/18. The
// error has EC2's code.
func ParseRange(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil || !p.Addr().Is4() {
		return netip.Prefix{}, ec2("InvalidParameterValue", "Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block.", printable(s))
	}
	return p.Masked(), nil
}

// CheckRange applies EC2's rules for the range of a VPC: between /16 and /28,
// and no addresses that mean something else to every host. Ranges of public
// addresses are fine, as at EC2. The error has EC2's code.
func CheckRange(p netip.Prefix) error {
	if p.Bits() < widest || p.Bits() > narrowest {
		return ec2("InvalidVpc.Range", "The CIDR '%s' is invalid. A VPC has between 16 and 65536 addresses: /28 to /16.", p)
	}
	for _, taken := range special() {
		if p.Overlaps(taken.prefix) {
			return ec2("InvalidVpc.Range", "The CIDR '%s' is invalid. It overlaps %s, %s.", p, taken.prefix, taken.what)
		}
	}
	return nil
}

type specialRange struct {
	prefix netip.Prefix
	what   string
}

// special lists the ranges that no network can have (RFC 6890).
func special() []specialRange {
	return []specialRange{
		{netip.MustParsePrefix("0.0.0.0/8"), "the addresses of this host on this network"},
		{netip.MustParsePrefix("127.0.0.0/8"), "the loopback addresses"},
		{netip.MustParsePrefix("169.254.0.0/16"), "the link-local addresses"},
		{netip.MustParsePrefix("224.0.0.0/4"), "the multicast addresses"},
		{netip.MustParsePrefix("240.0.0.0/4"), "the reserved addresses"},
	}
}

// Management is where AWS's directories have their management network: no VPC
// of a directory may overlap it.
func Management() netip.Prefix { return netip.MustParsePrefix("198.18.0.0/15") }

// CheckSubnet applies EC2's rules for a new subnet of the VPC. The error has
// EC2's code.
func (s Spec) CheckSubnet(p netip.Prefix) error {
	if p.Bits() > narrowest || p.Bits() < s.CIDR.Bits() || !s.CIDR.Contains(p.Addr()) {
		return ec2("InvalidSubnet.Range", "The CIDR '%s' is invalid.", p)
	}
	for _, n := range s.Subnets {
		if n.CIDR.Overlaps(p) {
			return ec2("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", p)
		}
	}
	return nil
}

// ec2 is an error with EC2's code.
func ec2(code, format string, args ...any) error {
	e := errs.E(errs.Invalid, format, args...)
	e.Code = code
	return e
}

// printable makes a caller's text fit for a sentence.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, s)
	if len(s) > 64 {
		return strings.ToValidUTF8(s[:64], "") + "…"
	}
	return s
}
