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

// Link is what joins a VPC's router to its host: the last /30 of the VPC's
// range, where no default subnet reaches.
type Link struct {
	Prefix netip.Prefix
	Host   netip.Addr
	Router netip.Addr
}

// HostLink gives the link of the VPC with that range. The range must be IPv4
// and no longer than /28, and the subnets must leave its end free.
func (s Spec) HostLink() (Link, error) {
	if !s.CIDR.Addr().Is4() || s.CIDR.Bits() > 28 {
		return Link{}, fmt.Errorf("VPC range %s is not an IPv4 range of at least 16 addresses", s.CIDR)
	}
	p := nth(s.CIDR, 30, 1<<(30-s.CIDR.Bits())-1)
	for _, n := range s.Subnets {
		if n.CIDR.Overlaps(p) {
			return Link{}, fmt.Errorf("subnet %s (%s) leaves no room for the link to the host, %s", n.ID, n.CIDR, p)
		}
		if n.CIDR.Bits() < s.CIDR.Bits() || !s.CIDR.Contains(n.CIDR.Addr()) {
			return Link{}, fmt.Errorf("subnet %s (%s) is not inside the VPC's range %s", n.ID, n.CIDR, s.CIDR)
		}
	}
	host := p.Addr().Next()
	return Link{Prefix: p, Host: host, Router: host.Next()}, nil
}
