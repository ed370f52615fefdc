package vpc

import (
	"net/netip"
	"testing"
)

func TestHostLinkIsInTheFirstSubnet(t *testing.T) {
	spec := Spec{CIDR: netip.MustParsePrefix("10.128.0.0/27"), Subnets: []Subnet{
		{ID: "subnet-1", CIDR: netip.MustParsePrefix("10.128.0.16/28")}, // together they fill the VPC
		{ID: "subnet-2", CIDR: netip.MustParsePrefix("10.128.0.0/28")},
	}}
	link, err := spec.HostLink()
	if err != nil {
		t.Fatal(err)
	}
	want := Link{netip.MustParseAddr("10.128.0.19"), netip.MustParseAddr("10.128.0.17"), "subnet-1"}
	if link != want {
		t.Errorf("link is %v, want %v", link, want)
	}
	if first, err := Lease(spec.Subnets[0].CIDR, func(netip.Addr) bool { return false }); err != nil || first == link.Host {
		t.Errorf("the host's address is leased: %v, %v", first, err)
	}
}

func TestHostLinkNeedsRoom(t *testing.T) {
	whole := netip.MustParsePrefix("10.128.0.0/16")
	for name, spec := range map[string]Spec{
		"no subnet":              {CIDR: whole},
		"a subnet outside":       {CIDR: whole, Subnets: []Subnet{{CIDR: netip.MustParsePrefix("10.129.0.0/20")}}},
		"a subnet that is wider": {CIDR: whole, Subnets: []Subnet{{CIDR: netip.MustParsePrefix("10.0.0.0/8")}}},
		"a tiny subnet":          {CIDR: whole, Subnets: []Subnet{{CIDR: netip.MustParsePrefix("10.128.0.0/30")}}},
		"no range":               {},
		"an IPv6 range":          {CIDR: netip.MustParsePrefix("fd00::/64")},
	} {
		if link, err := spec.HostLink(); err == nil {
			t.Errorf("%s: link %v, want an error", name, link)
		}
	}
}
