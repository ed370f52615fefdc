package vpc

import (
	"fmt"
	"net/netip"
	"slices"
)

// Private is the address space that every domain controller has routes to
// (RFC 1918).
func Private() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"),
	}
}

// Routed reports whether a domain controller has a way to a: it is in private
// address space or in one of extra, which is InterfaceStatus.Routes.
func Routed(extra []netip.Prefix, a netip.Addr) bool {
	a = a.Unmap()
	contains := func(p netip.Prefix) bool { return p.Contains(a) }
	return slices.ContainsFunc(Private(), contains) || slices.ContainsFunc(extra, contains)
}

// CheckRoom refuses a VPC that this host can have no network for, naming what
// is in the way: a range that the host has addresses in or routes to, unless
// that one is wider, or the range of a VPC that has a network, wider or not.
func CheckRoom(v Spec, host []netip.Prefix, networks []Spec) error {
	for _, other := range networks {
		if other.ID != v.ID && other.CIDR.Overlaps(v.CIDR) {
			return fmt.Errorf("the range %s of %s overlaps %s of %s, in which there is a directory", v.CIDR, v.ID, other.CIDR, other.ID)
		}
	}
	for _, p := range host {
		if p.Bits() >= v.CIDR.Bits() && p.Overlaps(v.CIDR) {
			return fmt.Errorf("the range %s of %s overlaps %s, which this host uses already", v.CIDR, v.ID, p)
		}
	}
	return nil
}
