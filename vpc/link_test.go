package vpc

import (
	"net/netip"
	"testing"
)

func TestHostLinkIsTheEndOfTheRange(t *testing.T) {
	spec := Spec{CIDR: netip.MustParsePrefix("10.128.0.0/16"), Subnets: []Subnet{
		{ID: "subnet-1", CIDR: netip.MustParsePrefix("10.128.0.0/20")},
		{ID: "subnet-2", CIDR: netip.MustParsePrefix("10.128.16.0/20")},
	}}
	link, err := spec.HostLink()
	if err != nil {
		t.Fatal(err)
	}
	want := Link{netip.MustParsePrefix("10.128.255.252/30"), netip.MustParseAddr("10.128.255.253"), netip.MustParseAddr("10.128.255.254")}
	if link != want {
		t.Errorf("link is %v, want %v", link, want)
	}
}

func TestHostLinkNeedsRoom(t *testing.T) {
	whole := netip.MustParsePrefix("10.128.0.0/16")
	for name, spec := range map[string]Spec{
		"a subnet at the end":    {CIDR: whole, Subnets: []Subnet{{CIDR: netip.MustParsePrefix("10.128.240.0/20")}}},
		"a subnet outside":       {CIDR: whole, Subnets: []Subnet{{CIDR: netip.MustParsePrefix("10.129.0.0/20")}}},
		"a subnet that is wider": {CIDR: whole, Subnets: []Subnet{{CIDR: netip.MustParsePrefix("10.0.0.0/8")}}},
		"a tiny range":           {CIDR: netip.MustParsePrefix("10.128.0.0/29")},
		"no range":               {},
		"an IPv6 range":          {CIDR: netip.MustParsePrefix("fd00::/64")},
	} {
		if link, err := spec.HostLink(); err == nil {
			t.Errorf("%s: link %v, want an error", name, link)
		}
	}
}
