package vpc_test

import (
	"net/netip"
	"testing"

	"github.com/entente-ad/entente/vpc"
)

func TestLeaseSkipsWhatIsReserved(t *testing.T) {
	subnet := netip.MustParsePrefix("10.128.16.0/29") // .0–.7: four reserved, the last too
	taken := map[netip.Addr]bool{}
	for _, want := range []string{"10.128.16.4", "10.128.16.5", "10.128.16.6"} {
		a, err := vpc.Lease(subnet, func(a netip.Addr) bool { return taken[a] })
		if err != nil || a.String() != want {
			t.Fatalf("got %s, %v, want %s", a, err, want)
		}
		taken[a] = true
	}
	if a, err := vpc.Lease(subnet, func(a netip.Addr) bool { return taken[a] }); err == nil {
		t.Errorf("a full subnet leased %s", a)
	}
	if vpc.Leasable(subnet) != 3 || vpc.Gateway(subnet).String() != "10.128.16.1" {
		t.Error(vpc.Leasable(subnet), vpc.Gateway(subnet))
	}
	delete(taken, netip.MustParseAddr("10.128.16.5"))
	if a, _ := vpc.Lease(subnet, func(a netip.Addr) bool { return taken[a] }); a.String() != "10.128.16.5" {
		t.Errorf("got %s, want the address given back", a)
	}
}

func TestChooseAvoidsWhatIsRouted(t *testing.T) {
	for name, c := range map[string]struct {
		pool  string
		avoid []string
		want  string
	}{
		"the first":               {"10.128.0.0/9", nil, "10.128.0.0/16"},
		"the next":                {"10.128.0.0/9", []string{"10.128.0.0/16"}, "10.129.0.0/16"},
		"around smaller routes":   {"10.128.0.0/9", []string{"10.128.3.0/24", "10.129.255.255/32", "192.168.0.0/16"}, "10.130.0.0/16"},
		"around a wider route":    {"10.128.0.0/9", []string{"10.128.0.0/10"}, "10.192.0.0/16"},
		"a default route is none": {"10.128.0.0/9", []string{"0.0.0.0/0", "::/0"}, "10.128.0.0/16"},
		"a small pool":            {"192.168.64.0/20", nil, "192.168.64.0/24"},
		"host bits in the pool":   {"10.200.1.1/9", nil, "10.128.0.0/16"},
		"the smallest pool":       {"10.0.0.0/22", []string{"10.0.0.0/26"}, "10.0.0.64/26"},
		"nothing left":            {"10.128.0.0/9", []string{"10.0.0.0/8"}, ""},
		"too small":               {"10.0.0.0/23", nil, ""},
		"IPv6":                    {"2001:db8::/32", nil, ""},
	} {
		var avoid []netip.Prefix
		for _, p := range c.avoid {
			avoid = append(avoid, netip.MustParsePrefix(p))
		}
		got, err := vpc.Choose(netip.MustParsePrefix(c.pool), avoid)
		if (err == nil) != (c.want != "") || err == nil && got.String() != c.want {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
}

func TestLayoutHasTwoSubnets(t *testing.T) {
	for cidr, want := range map[string][2]string{
		"10.129.0.0/16":   {"10.129.0.0/20", "10.129.16.0/20"},
		"192.168.64.0/24": {"192.168.64.0/28", "192.168.64.16/28"},
		"10.0.0.64/26":    {"10.0.0.64/28", "10.0.0.80/28"},
	} {
		p := netip.MustParsePrefix(cidr)
		got := vpc.Layout("ap-southeast-2", p, [2]vpc.SubnetID{"subnet-1", "subnet-2"})
		if got[0].CIDR.String() != want[0] || got[1].CIDR.String() != want[1] || got[0].AZ != "ap-southeast-2a" || got[1].AZID != "apse2-az2" {
			t.Errorf("%s: %+v", cidr, got)
		}
	}
}

func TestRegions(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "use1-az1", "eu-central-1": "euc1-az1", "us-gov-west-1": "usgw1-az1", "ap-northeast-3": "apne3-az1", "il-central-1": "ilc1-az1",
	} {
		if got := vpc.Zones(region)[0].ID; got != want || !vpc.ValidRegion(region) {
			t.Errorf("%s: %s, %v", region, got, vpc.ValidRegion(region))
		}
	}
	for _, region := range []string{"", "us", "us-east", "us-east-x", "us--1aaaa", "US-EAST-1", "us-east-1/", "us-east-1-x", "us-eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeast-1"} {
		if vpc.ValidRegion(region) {
			t.Errorf("%q passes for a Region", region)
		}
	}
}
