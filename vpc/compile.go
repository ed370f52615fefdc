package vpc

import (
	"cmp"
	"net/netip"
	"slices"
)

// Compile gives the filter of a network interface that is in these groups.
// members lists the addresses of the interfaces that are in a group: they
// stand in for it where it is a peer. The result does not depend on the order
// of groups and rules. Always and Shut are the caller's to add.
func Compile(groups []Group, members func(GroupID) []netip.Addr) Filter {
	var f Filter
	for _, g := range groups {
		for _, r := range g.Rules {
			a := Accept{Rule: r.ID, Group: g.ID, Match: Match{
				Protocol: r.Protocol, From: r.From, To: r.To, Prefixes: r.Peer.prefixes(members),
			}}
			if r.Egress {
				f.Egress = append(f.Egress, a)
			} else {
				f.Ingress = append(f.Ingress, a)
			}
		}
	}
	byRule := func(a, b Accept) int { return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Rule, b.Rule)) }
	slices.SortStableFunc(f.Ingress, byRule)
	slices.SortStableFunc(f.Egress, byRule)
	return f
}

func (p Peer) prefixes(members func(GroupID) []netip.Addr) []netip.Prefix {
	switch {
	case p.Group == "" && !p.CIDR.IsValid():
		return nil // a rule about nobody lets nobody through
	case p.Group == "":
		return []netip.Prefix{p.CIDR.Masked()}
	}
	var list []netip.Prefix
	for _, a := range members(p.Group) {
		list = append(list, netip.PrefixFrom(a, a.BitLen()))
	}
	slices.SortFunc(list, comparePrefixes)
	return slices.Compact(list)
}

func comparePrefixes(a, b netip.Prefix) int {
	return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
}
