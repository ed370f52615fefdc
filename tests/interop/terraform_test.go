package interop

import (
	"slices"
	"testing"
)

// TestTerraformsNetworkCalls makes the calls that Terraform's aws_vpc,
// aws_subnet, aws_default_security_group and aws_security_group make (provider
// 5.100.0, recorded), in that order, and checks what Terraform reads of the
// answers: create, read, change, read, destroy.
func TestTerraformsNetworkCalls(t *testing.T) {
	f := form{t, serve(t), region}
	vpc := f.createsVPC()
	f.readsVPC(vpc, "one")
	subnet := f.createsSubnet(vpc)
	f.ownsDefaultGroup(vpc)
	group := f.createsGroup(vpc)

	f.must("CreateTags", values("ResourceId.1", vpc, "Tag.1.Key", "Name", "Tag.1.Value", "two"), nil)
	f.must("DeleteTags", values("ResourceId.1", vpc, "Tag.1.Key", "old", "Tag.1.Value", ""), nil)
	f.readsVPC(vpc, "two")

	f.must("DescribeNetworkInterfaces", values("Filter.1.Name", "group-id", "Filter.1.Value.1", group), nil)
	f.must("DeleteSecurityGroup", values("GroupId", group), nil)
	f.gone("InvalidGroup.NotFound", "DescribeSecurityGroups", "GroupId.1", group)
	f.must("DescribeNetworkInterfaces", values("Filter.1.Name", "subnet-id", "Filter.1.Value.1", subnet), nil)
	f.must("DeleteSubnet", values("SubnetId", subnet), nil)
	f.gone("InvalidSubnetID.NotFound", "DescribeSubnets", "SubnetId.1", subnet)
	f.must("DeleteVpc", values("VpcId", vpc), nil)
	f.gone("InvalidVpcID.NotFound", "DescribeVpcs", "VpcId.1", vpc)
}

func (f form) gone(code, action string, pairs ...string) {
	f.Helper()
	if e := f.call(action, values(pairs...), nil); e.Code != code {
		f.Errorf("%s: got %q, want %s", action, e.Code, code)
	}
}

func (f form) createsVPC() string {
	f.Helper()
	var out made
	f.must("CreateVpc", values("CidrBlock", "10.0.0.0/16", "InstanceTenancy", "default", "AmazonProvidedIpv6CidrBlock", "false",
		"TagSpecification.1.ResourceType", "vpc", "TagSpecification.1.Tag.1.Key", "Name", "TagSpecification.1.Tag.1.Value", "one"), &out)
	f.must("ModifyVpcAttribute", values("VpcId", out.VPC, "EnableDnsHostnames.Value", "true"), nil)
	return out.VPC
}

// readsVPC is the refresh of aws_vpc.
func (f form) readsVPC(vpc, name string) {
	f.Helper()
	var v struct {
		State   []string `xml:"vpcSet>item>state"`
		CIDR    []string `xml:"vpcSet>item>cidrBlock"`
		Default []string `xml:"vpcSet>item>isDefault"`
		Tenancy []string `xml:"vpcSet>item>instanceTenancy"`
		Options []string `xml:"vpcSet>item>dhcpOptionsId"`
		Blocks  []string `xml:"vpcSet>item>cidrBlockAssociationSet>item>cidrBlockState>state"`
		Tags    []string `xml:"vpcSet>item>tagSet>item>value"`
	}
	f.must("DescribeVpcs", values("VpcId.1", vpc), &v)
	for got, want := range map[*[]string]string{&v.State: "available", &v.CIDR: "10.0.0.0/16", &v.Default: "false", &v.Tenancy: "default", &v.Options: "default", &v.Blocks: "associated", &v.Tags: name} {
		if !slices.Equal(*got, []string{want}) {
			f.Errorf("VPC %s: got %v, want %s", vpc, *got, want)
		}
	}
	for attribute, want := range map[string]string{"enableDnsHostnames": "true", "enableDnsSupport": "true", "enableNetworkAddressUsageMetrics": "false"} {
		var a struct {
			Hostnames string `xml:"enableDnsHostnames>value"`
			Support   string `xml:"enableDnsSupport>value"`
			Metrics   string `xml:"enableNetworkAddressUsageMetrics>value"`
		}
		f.must("DescribeVpcAttribute", values("VpcId", vpc, "Attribute", attribute), &a)
		if a.Hostnames+a.Support+a.Metrics != want {
			f.Errorf("%s: got %+v", attribute, a)
		}
	}
	var found struct {
		ACL   []string `xml:"networkAclSet>item>networkAclId"`
		Table []string `xml:"routeTableSet>item>routeTableId"`
		Group []string `xml:"securityGroupInfo>item>groupId"`
	}
	f.must("DescribeNetworkAcls", values("Filter.1.Name", "default", "Filter.1.Value.1", "true", "Filter.2.Name", "vpc-id", "Filter.2.Value.1", vpc), &found)
	f.must("DescribeRouteTables", values("Filter.1.Name", "association.main", "Filter.1.Value.1", "true", "Filter.2.Name", "vpc-id", "Filter.2.Value.1", vpc), &found)
	f.must("DescribeSecurityGroups", values("Filter.1.Name", "group-name", "Filter.1.Value.1", "default", "Filter.2.Name", "vpc-id", "Filter.2.Value.1", vpc), &found)
	if len(found.ACL) != 1 || len(found.Table) != 1 || len(found.Group) != 1 {
		f.Errorf("got %+v", found)
	}
}

func (f form) createsSubnet(vpc string) string {
	f.Helper()
	var out made
	f.must("CreateSubnet", values("VpcId", vpc, "CidrBlock", "10.0.1.0/24", "AvailabilityZone", region+"b",
		"TagSpecification.1.ResourceType", "subnet", "TagSpecification.1.Tag.1.Key", "Name", "TagSpecification.1.Tag.1.Value", "one"), &out)
	f.must("ModifySubnetAttribute", values("SubnetId", out.Subnet, "MapPublicIpOnLaunch.Value", "true"), nil)
	var n struct {
		State  string `xml:"subnetSet>item>state"`
		Public string `xml:"subnetSet>item>mapPublicIpOnLaunch"`
		Type   string `xml:"subnetSet>item>privateDnsNameOptionsOnLaunch>hostnameType"`
		Zone   string `xml:"subnetSet>item>availabilityZoneId"`
	}
	f.must("DescribeSubnets", values("SubnetId.1", out.Subnet), &n)
	if n.State != "available" || n.Public != "true" || n.Type != "ip-name" || n.Zone != "euc1-az2" {
		f.Errorf("got %+v", n)
	}
	return out.Subnet
}

// permissions is what Terraform reads of a group's rules.
type permissions struct {
	In   []permission `xml:"securityGroupInfo>item>ipPermissions>item"`
	Out  []permission `xml:"securityGroupInfo>item>ipPermissionsEgress>item"`
	Tags []string     `xml:"securityGroupInfo>item>tagSet>item>value"`
}

type permission struct {
	Protocol string   `xml:"ipProtocol"`
	From     *int     `xml:"fromPort"`
	CIDRs    []string `xml:"ipRanges>item>cidrIp"`
	CIDR6s   []string `xml:"ipv6Ranges>item>cidrIpv6"`
	Groups   []string `xml:"groups>item>groupId"`
}

// ownsDefaultGroup is the creation of aws_default_security_group: it takes all
// rules away and sets its own.
func (f form) ownsDefaultGroup(vpc string) {
	f.Helper()
	id := f.group(vpc, "default")
	f.must("CreateTags", values("ResourceId.1", id, "Tag.1.Key", "Name", "Tag.1.Value", "one"), nil)
	f.must("RevokeSecurityGroupEgress", values("GroupId", id, "IpPermissions.1.IpProtocol", "-1", "IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"), nil)
	f.must("RevokeSecurityGroupIngress", values("GroupId", id, "IpPermissions.1.IpProtocol", "-1", "IpPermissions.1.Groups.1.GroupId", id, "IpPermissions.1.Groups.1.UserId", "000000000000"), nil)
	f.must("AuthorizeSecurityGroupIngress", values("GroupId", id, "IpPermissions.1.IpProtocol", "-1", "IpPermissions.1.FromPort", "0", "IpPermissions.1.ToPort", "0", "IpPermissions.1.Groups.1.GroupId", id), nil)
	var p permissions
	f.must("DescribeSecurityGroups", values("GroupId.1", id), &p)
	if len(p.In) != 1 || p.In[0].From != nil || !slices.Equal(p.In[0].Groups, []string{id}) || len(p.Out) != 0 || !slices.Equal(p.Tags, []string{"one"}) {
		f.Errorf("got %+v", p)
	}
}

// createsGroup is the creation of aws_security_group: the rule that EC2 made
// goes first, for IPv6 too, where it may be missing.
func (f form) createsGroup(vpc string) string {
	f.Helper()
	var out made
	f.must("CreateSecurityGroup", values("GroupName", "web", "GroupDescription", "Managed by Terraform", "VpcId", vpc), &out)
	all := values("GroupId", out.Group, "IpPermissions.1.IpProtocol", "-1", "IpPermissions.1.FromPort", "0", "IpPermissions.1.ToPort", "0", "IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0")
	f.must("RevokeSecurityGroupEgress", all, nil)
	all6 := values("GroupId", out.Group, "IpPermissions.1.IpProtocol", "-1", "IpPermissions.1.FromPort", "0", "IpPermissions.1.ToPort", "0", "IpPermissions.1.Ipv6Ranges.1.CidrIpv6", "::/0")
	if e := f.call("RevokeSecurityGroupEgress", all6, nil); e.Code != "InvalidPermission.NotFound" {
		f.Errorf("got %+v", e)
	}
	all.Set("IpPermissions.1.Ipv6Ranges.1.CidrIpv6", "::/0")
	f.must("AuthorizeSecurityGroupEgress", all, nil)
	f.must("AuthorizeSecurityGroupIngress", values("GroupId", out.Group, "IpPermissions.1.IpProtocol", "tcp", "IpPermissions.1.FromPort", "80", "IpPermissions.1.ToPort", "90",
		"IpPermissions.1.IpRanges.1.CidrIp", "10.0.0.0/8"), nil)
	var p permissions
	f.must("DescribeSecurityGroups", values("GroupId.1", out.Group), &p)
	if len(p.Out) != 1 || len(p.Out[0].CIDRs) != 1 || len(p.Out[0].CIDR6s) != 1 || p.Out[0].From != nil || len(p.In) != 1 || *p.In[0].From != 80 {
		f.Errorf("got %+v", p)
	}
	return out.Group
}
