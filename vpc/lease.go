package vpc

import (
	"fmt"
	"net/netip"
)

// reservedFirst is how many addresses at the start of a subnet are nobody's to
// lease, as at AWS: network, gateway, DNS, future use. The last one, the
// broadcast address, is not leased either.
const reservedFirst = 4

// Lease gives the first address of a subnet that may be leased and is not
// taken.
func Lease(subnet netip.Prefix, taken func(netip.Addr) bool) (netip.Addr, error) {
	for a := range leasable(subnet) {
		if !taken(a) {
			return a, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("subnet %s has no free address left", subnet)
}

// Leasable counts the addresses of a subnet that may be leased.
func Leasable(subnet netip.Prefix) int {
	return max(0, 1<<(32-subnet.Bits())-reservedFirst-1)
}

func leasable(subnet netip.Prefix) func(yield func(netip.Addr) bool) {
	return func(yield func(netip.Addr) bool) {
		a := subnet.Masked().Addr()
		for range reservedFirst {
			a = a.Next()
		}
		for next := a.Next(); subnet.Contains(next); a, next = next, next.Next() {
			if !yield(a) {
				return
			}
		}
	}
}

// Gateway is the router's address in a subnet: the first after the network's.
func Gateway(subnet netip.Prefix) netip.Addr { return subnet.Masked().Addr().Next() }
