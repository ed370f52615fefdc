package trust

import (
	"net/netip"
	"slices"

	"github.com/entente-ad/entente/vpc"
)

// ntlmPorts are the ways by which a domain controller passes an NTLM logon on
// to the partner's domain controllers: named pipes, and NETLOGON's own port
// with the endpoint mapper that names it. Kerberos, LDAP and DNS need none.
func ntlmPorts() []vpc.Match {
	return []vpc.Match{
		{Protocol: vpc.TCP, From: 135, To: 135},
		{Protocol: vpc.TCP, From: 139, To: 139},
		{Protocol: vpc.TCP, From: 445, To: 445},
		{Protocol: vpc.TCP, From: DynamicFrom, To: DynamicTo},
	}
}

// Shut says what is closed to the domain controllers of a directory on their
// way out, so that nobody whom selective authentication keeps out gets in by
// NTLM: the KDC's policies are not asked there. Where every outgoing trust is
// selective there is nobody whom they may ask, so it is closed to all; else to
// the domain controllers of the partners that are, as they were found.
func Shut(trusts []Spec, status func(ID) Status) []vpc.Match {
	var prefixes []netip.Prefix
	restricted, open := false, false
	for _, t := range trusts {
		switch {
		case t.Restricts():
			restricted = true
			prefixes = append(prefixes, partnerPrefixes(status(t.ID).Partner)...)
		case t.Direction.HasOutgoing():
			open = true
		}
	}
	if restricted && !open {
		prefixes = []netip.Prefix{netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)}
	}
	if len(prefixes) == 0 {
		return nil
	}
	slices.SortFunc(prefixes, netip.Prefix.Compare)
	prefixes = slices.Compact(prefixes)
	list := ntlmPorts()
	for i := range list {
		list[i].Prefixes = prefixes
	}
	return list
}

func partnerPrefixes(p *Partner) []netip.Prefix {
	if p == nil {
		return nil
	}
	var list []netip.Prefix
	for _, dc := range p.DCs {
		if dc.Address.IsValid() {
			list = append(list, netip.PrefixFrom(dc.Address, dc.Address.BitLen()))
		}
	}
	return list
}

// Shuts reports whether a filter closes every way by which NTLM logons could
// be passed on to the partner.
func Shuts(f vpc.Filter, p Partner) bool {
	for _, dc := range p.DCs {
		for _, m := range ntlmPorts() {
			if dc.Address.IsValid() && (!f.ShutFor(m.Protocol, dc.Address, m.From) || !f.ShutFor(m.Protocol, dc.Address, m.To)) {
				return false
			}
		}
	}
	return true
}
