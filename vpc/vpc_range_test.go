package vpc

import (
	"net/netip"
	"strings"
	"testing"
)

func TestRangesOfVPCs(t *testing.T) {
	for in, want := range map[string]string{
		"10.0.0.0/16": "10.0.0.0/16", "100.68.0.18/18": "100.68.0.0/18", "192.168.1.0/28": "192.168.1.0/28",
		"203.0.113.0/24": "203.0.113.0/24", "8.8.0.0/16": "8.8.0.0/16", "198.18.0.0/16": "198.18.0.0/16", // public ranges are fine at EC2
		"10.0.0.0/15": "InvalidVpc.Range", "10.0.0.0/8": "InvalidVpc.Range", "0.0.0.0/0": "InvalidVpc.Range", "10.0.0.0/29": "InvalidVpc.Range", "10.0.0.1/32": "InvalidVpc.Range",
		"127.0.0.0/16": "InvalidVpc.Range", "169.254.1.0/24": "InvalidVpc.Range", "224.0.0.0/24": "InvalidVpc.Range", "239.1.0.0/16": "InvalidVpc.Range",
		"0.0.0.0/16": "InvalidVpc.Range", "255.255.255.240/28": "InvalidVpc.Range", "240.0.0.0/16": "InvalidVpc.Range",
		"": "InvalidParameterValue", "10.0.0.0": "InvalidParameterValue", "10.0.0.0/33": "InvalidParameterValue", "010.0.0.0/16": "InvalidParameterValue",
		"10.0.0.0/016": "InvalidParameterValue", "10.0/16": "InvalidParameterValue", "fd00::/56": "InvalidParameterValue", "::ffff:10.0.0.0/112": "InvalidParameterValue",
		"10.0.0.0/16 ": "InvalidParameterValue", strings.Repeat("1", 5000): "InvalidParameterValue",
	} {
		p, err := ParseRange(in)
		if err == nil {
			err = CheckRange(p)
		}
		if err != nil && codeOf(err) != want || err == nil && p.String() != want {
			t.Errorf("%.40q: got %s, %v", in, p, err)
		}
		if err != nil && len(err.Error()) > 250 {
			t.Errorf("%.40q: the error has %d characters", in, len(err.Error()))
		}
	}
}

func TestSubnetsFitAndDoNotOverlap(t *testing.T) {
	s := Spec{CIDR: netip.MustParsePrefix("10.0.0.0/20"), Subnets: []Subnet{
		{CIDR: netip.MustParsePrefix("10.0.1.0/24")}, {CIDR: netip.MustParsePrefix("10.0.2.0/28")},
	}}
	for in, code := range map[string]string{
		"10.0.0.0/24": "", "10.0.2.16/28": "", "10.0.15.240/28": "", "10.0.8.0/21": "",
		"10.0.0.0/29": "InvalidSubnet.Range", "10.0.16.0/24": "InvalidSubnet.Range", "10.0.0.0/19": "InvalidSubnet.Range", "192.168.0.0/24": "InvalidSubnet.Range", "0.0.0.0/0": "InvalidSubnet.Range",
		"10.0.1.0/24": "InvalidSubnet.Conflict", "10.0.1.128/25": "InvalidSubnet.Conflict", "10.0.0.0/22": "InvalidSubnet.Conflict", "10.0.0.0/20": "InvalidSubnet.Conflict", "10.0.2.0/28": "InvalidSubnet.Conflict",
	} {
		if err := s.CheckSubnet(netip.MustParsePrefix(in)); codeOf(err) != code {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestDerivedIdsDiffer(t *testing.T) {
	a, b := Derived("rtb-", "vpc-1"), Derived("acl-", "vpc-1")
	if a != Derived("rtb-", "vpc-1") || a == Derived("rtb-", "vpc-2") || a[4:] == b[4:] || len(a) != len("rtb-")+17 {
		t.Error(a, b)
	}
}
