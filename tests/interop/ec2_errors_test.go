package interop

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestEC2sErrors meets each code that clients act on, with EC2's own words
// where they are known. The rules behind them are tested in vpc and service.
func TestEC2sErrors(t *testing.T) {
	f := form{t, serve(t), region}
	var vpc, other, group, foreign made
	f.must("CreateVpc", values("CidrBlock", "10.20.0.0/16"), &vpc)
	f.must("CreateVpc", values("CidrBlock", "10.20.0.0/16"), &other)
	f.must("CreateSubnet", values("VpcId", vpc.VPC, "CidrBlock", "10.20.0.0/24"), nil)
	f.must("CreateSecurityGroup", values("GroupName", "web", "GroupDescription", "d", "VpcId", vpc.VPC), &group)
	f.must("CreateSecurityGroup", values("GroupName", "web", "GroupDescription", "d", "VpcId", other.VPC), &foreign)
	def := f.group(vpc.VPC, "default")

	allow := func(pairs ...string) url.Values {
		v := values("GroupId", group.Group)
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set("IpPermissions.1."+pairs[i], pairs[i+1])
		}
		return v
	}
	f.must("AuthorizeSecurityGroupIngress", allow("IpProtocol", "tcp", "FromPort", "80", "ToPort", "80", "IpRanges.1.CidrIp", "10.0.0.0/8"), nil)
	f.must("AuthorizeSecurityGroupIngress", allow("IpProtocol", "-1", "Groups.1.GroupId", def), nil)
	tooMany := allow("IpProtocol", "-1")
	for i := range 60 {
		tooMany.Set(fmt.Sprintf("IpPermissions.1.IpRanges.%d.CidrIp", i+1), fmt.Sprintf("10.1.%d.0/24", i))
	}
	const none = "-0123456789abcdef0"
	subnet := func(pairs ...string) url.Values { return values(append(pairs, "VpcId", vpc.VPC)...) }
	for _, r := range []struct {
		code, action string
		values       url.Values
		message      string // "" where EC2's is not known
	}{
		{"InvalidVpcID.NotFound", "DeleteVpc", values("VpcId", "vpc"+none), "The vpc ID 'vpc-0123456789abcdef0' does not exist"},
		{"InvalidVpc.Range", "CreateVpc", values("CidrBlock", "10.0.0.0/8"), ""},
		{"InvalidVpc.Range", "CreateVpc", values("CidrBlock", "0.0.0.0/0"), ""},
		{"InvalidParameterValue", "CreateVpc", values("CidrBlock", "010.0.0.0/16"), "Value (010.0.0.0/16) for parameter cidrBlock is invalid. This is not a valid CIDR block."},
		{"InvalidParameterValue", "CreateVpc", values("CidrBlock", "::ffff:10.0.0.0/112"), ""},
		{"MissingParameter", "CreateVpc", values(), "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided."},
		{"UnsupportedOperation", "CreateVpc", values("CidrBlock", "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock", "true"), ""},
		{"InvalidSubnetID.NotFound", "DescribeSubnets", values("SubnetId.1", "subnet"+none), "The subnet ID 'subnet-0123456789abcdef0' does not exist"},
		{"InvalidSubnet.Range", "CreateSubnet", subnet("CidrBlock", "10.21.0.0/24"), "The CIDR '10.21.0.0/24' is invalid."},
		{"InvalidSubnet.Conflict", "CreateSubnet", subnet("CidrBlock", "10.20.0.128/25"), "The CIDR '10.20.0.128/25' conflicts with another subnet"},
		{"InvalidParameterValue", "CreateSubnet", subnet("CidrBlock", "10.20.1.0/24", "AvailabilityZone", "us-east-1a"),
			"Value (us-east-1a) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: eu-central-1a, eu-central-1b, eu-central-1c."},
		{"InvalidParameterCombination", "CreateSubnet", subnet("CidrBlock", "10.20.1.0/24", "AvailabilityZone", region+"a", "AvailabilityZoneId", "euc1-az1"), ""},
		{"InvalidGroup.NotFound", "DescribeSecurityGroups", values("GroupId.1", "sg"+none), "The security group 'sg-0123456789abcdef0' does not exist"},
		{"InvalidGroupId.Malformed", "DescribeSecurityGroups", values("GroupId.1", "web"), `Invalid id: "web" (expecting "sg-...")`},
		{"InvalidGroup.Duplicate", "CreateSecurityGroup", subnet("GroupName", "WEB", "GroupDescription", "d"), "The security group 'WEB' already exists for VPC '" + vpc.VPC + "'"},
		{"InvalidParameterValue", "CreateSecurityGroup", subnet("GroupName", "sg-1", "GroupDescription", "d"), "Value (sg-1) for parameter GroupName is invalid. Group names may not be in the format sg-*."},
		{"InvalidPermission.Duplicate", "AuthorizeSecurityGroupIngress", allow("IpProtocol", "6", "FromPort", "80", "ToPort", "80", "IpRanges.1.CidrIp", "10.1.2.3/8"),
			`the specified rule "peer: 10.0.0.0/8, TCP, from port: 80, to port: 80, ALLOW" already exists`},
		{"InvalidPermission.Malformed", "AuthorizeSecurityGroupIngress", allow("IpProtocol", "tcp", "FromPort", "-1", "ToPort", "80", "IpRanges.1.CidrIp", "10.0.0.0/8"), "TCP/UDP port (-1) out of range"},
		{"InvalidParameterValue", "AuthorizeSecurityGroupEgress", allow("IpProtocol", "tcp", "IpRanges.1.CidrIp", "10.0.0.0/8"), "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."},
		{"InvalidParameterValue", "AuthorizeSecurityGroupEgress", allow("IpProtocol", "-1", "IpRanges.1.CidrIp", "10.0.0.0/33"), "CIDR block 10.0.0.0/33 is malformed"},
		{"InvalidParameterValue", "AuthorizeSecurityGroupEgress", allow("IpProtocol", "-1", "Ipv6Ranges.1.CidrIpv6", "::ffff:10.0.0.0/104"), "CIDR block ::ffff:10.0.0.0/104 is malformed"},
		{"InvalidGroup.NotFound", "AuthorizeSecurityGroupEgress", allow("IpProtocol", "-1", "Groups.1.GroupId", foreign.Group), "You have specified two resources that belong to different networks."},
		{"RulesPerSecurityGroupLimitExceeded", "AuthorizeSecurityGroupIngress", tooMany, "The maximum number of rules per security group has been reached."},
		{"InvalidPermission.NotFound", "RevokeSecurityGroupIngress", allow("IpProtocol", "tcp", "FromPort", "81", "ToPort", "81", "IpRanges.1.CidrIp", "10.0.0.0/8"), "The specified rule does not exist in this security group."},
		{"InvalidSecurityGroupRuleId.NotFound", "RevokeSecurityGroupIngress", values("GroupId", group.Group, "SecurityGroupRuleId.1", "sgr"+none), "The security group rule ID 'sgr-0123456789abcdef0' does not exist"},
		{"CannotDelete", "DeleteSecurityGroup", values("GroupId", def), `the specified group: "` + def + `" name: "default" cannot be deleted by a user`},
		{"DependencyViolation", "DeleteVpc", values("VpcId", vpc.VPC), "The vpc '" + vpc.VPC + "' has dependencies and cannot be deleted."},
		{"UnsupportedOperation", "CreateInternetGateway", values(), ""},
		{"InvalidAction", "DescribeVolumes", values(), ""},
		{"UnknownParameter", "DescribeVpcs", values("Colour", "red"), "The parameter Colour is not recognized"},
		{"InvalidParameterValue", "DescribeVpcs", values("Filter.1.Name", "colour", "Filter.1.Value.1", "red"), "The filter 'colour' is invalid"},
		{"InvalidParameterValue", "DescribeVpcs", values("MaxResults", "4"), "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5."},
	} {
		e := f.call(r.action, r.values, nil)
		if e.Code != r.code || e.Status != http.StatusBadRequest || r.message != "" && e.Message != r.message {
			t.Errorf("%s %v: got %d %s: %s\nwant %s: %s", r.action, r.values, e.Status, e.Code, e.Message, r.code, r.message)
		}
		if !strings.HasSuffix(strings.TrimSpace(e.Message), ".") && r.message == "" {
			t.Errorf("%s %v: %q is no sentence", r.action, r.values, e.Message)
		}
	}
	if e := f.call("DeleteVpc", values("VpcId", vpc.VPC, "DryRun", "true"), nil); e.Status != http.StatusPreconditionFailed || e.Code != "DryRunOperation" {
		t.Errorf("a dry run: %+v", e)
	}
}

// group finds a security group by its name.
func (f form) group(vpc, name string) string {
	f.Helper()
	var out struct {
		IDs []string `xml:"securityGroupInfo>item>groupId"`
	}
	f.must("DescribeSecurityGroups", values("Filter.1.Name", "group-name", "Filter.1.Value.1", name, "Filter.2.Name", "vpc-id", "Filter.2.Value.1", vpc), &out)
	if len(out.IDs) != 1 {
		f.Fatalf("%d groups %s in %s", len(out.IDs), name, vpc)
	}
	return out.IDs[0]
}
