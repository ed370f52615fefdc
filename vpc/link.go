package vpc

import (
	"fmt"
	"net/netip"
)

// NIC is a domain controller's place in a VPC.
type NIC struct {
	Name    string // the domain controller's id, "dc-0123456789"
	VPC     Spec
	Subnet  SubnetID
	Address netip.Addr
}

// SubnetByID finds a subnet of the VPC.
func (s Spec) SubnetByID(id SubnetID) (Subnet, bool) {
	for _, n := range s.Subnets {
		if n.ID == id {
			return n, true
		}
	}
	return Subnet{}, false
}

// Link is what joins a VPC's router to its host. The host's end has the last
// of the addresses that are reserved at the start of the VPC's first subnet,
// so that subnets may fill the whole VPC and the host speaks from inside it.
type Link struct {
	Host   netip.Addr
	Router netip.Addr // the subnet's gateway, which is the router
	Subnet SubnetID   // in which the router answers for Host
}

// HostLink gives the link of the VPC, which must be of IPv4 and have a subnet.
func (s Spec) HostLink() (Link, error) {
	if !s.CIDR.Addr().Is4() {
		return Link{}, fmt.Errorf("VPC range %s is not an IPv4 range", s.CIDR)
	}
	if len(s.Subnets) == 0 {
		return Link{}, fmt.Errorf("VPC %s has no subnet yet", s.ID)
	}
	for _, n := range s.Subnets {
		if n.CIDR.Bits() < s.CIDR.Bits() || !s.CIDR.Contains(n.CIDR.Addr()) {
			return Link{}, fmt.Errorf("subnet %s (%s) is not inside the VPC's range %s", n.ID, n.CIDR, s.CIDR)
		}
	}
	first := s.Subnets[0]
	if Leasable(first.CIDR) == 0 {
		return Link{}, fmt.Errorf("subnet %s (%s) has no room for the link to the host", first.ID, first.CIDR)
	}
	router := Gateway(first.CIDR)
	return Link{Host: router.Next().Next(), Router: router, Subnet: first.ID}, nil
}
