package directory

import (
	"net/netip"
	"strings"
)

// Claim is a uniqueness key and the object that has it. The store keeps them;
// package service takes them when a directory is made, and the directory's
// reconciler gives them back in the transaction that removes the object.
type Claim struct{ Key, Owner string }

// Claims lists every uniqueness key that a directory holds: its names, its
// alias, and the host names and addresses of its domain controllers.
func Claims(s Spec) []Claim {
	id := string(s.ID)
	claims := []Claim{
		{ClaimName(s.Name), id},
		{ClaimNetBIOS(s.ShortName), id},
		{ClaimAlias(id), id},
	}
	if s.Alias != "" {
		claims = append(claims, Claim{ClaimAlias(s.Alias), id})
	}
	for _, r := range s.Additional {
		if r.Alias != "" {
			claims = append(claims, Claim{ClaimAlias(r.Alias), id})
		}
	}
	for _, dc := range s.DCs {
		claims = append(claims, dc.Claims()...)
	}
	return claims
}

// Claims lists the uniqueness keys of one domain controller.
func (d DC) Claims() []Claim {
	return []Claim{{ClaimHost(d.HostName), string(d.ID)}, {ClaimAddress(d.Address), string(d.ID)}}
}

// ClaimName is the key that makes a DNS name unique among managed
// directories.
func ClaimName(n FQDN) string { return "directory-name/" + string(n) }

// ClaimNetBIOS is the key that makes a NetBIOS domain name unique among
// managed directories.
func ClaimNetBIOS(n NetBIOSName) string { return "directory-netbios/" + strings.ToUpper(string(n)) }

// ClaimAlias is the key that makes an alias unique, in any case of letters.
func ClaimAlias(alias string) string { return "alias/" + lower(alias) }

// ClaimHost is the key that makes a DC's host name unique across all
// directories (decision 15).
func ClaimHost(host string) string { return "dc-host/" + lower(host) }

// ClaimAddress is the key that leases an address to one DC.
func ClaimAddress(a netip.Addr) string { return "address/" + a.String() }
