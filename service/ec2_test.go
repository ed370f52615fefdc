package service_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// ec2Code is an error's EC2 code, "" for none.
func ec2Code(err error) string {
	var e *errs.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func (r *rig) vpc(cidr string) string {
	r.t.Helper()
	return must(r.CreateVpc(r.t.Context(), caller, &service.CreateVpcInput{CidrBlock: cidr}))(r.t).Vpc.VpcId
}

func (r *rig) subnet(vpcID, cidr, zone string) string {
	r.t.Helper()
	return must(r.CreateSubnet(r.t.Context(), caller, &service.CreateSubnetInput{VpcId: vpcID, CidrBlock: cidr, AvailabilityZone: zone}))(r.t).Subnet.SubnetId
}

func (r *rig) group(vpcID, name string) string {
	r.t.Helper()
	return must(r.CreateSecurityGroup(r.t.Context(), caller, &service.CreateSecurityGroupInput{GroupName: name, Description: "d", VpcId: vpcID}))(r.t).GroupId
}

// stored gives a security group as it is in the store.
func (r *rig) stored(id string) vpc.Group {
	r.t.Helper()
	g, ok := store.SecurityGroups.Get(r.store, id)
	if !ok {
		r.t.Fatalf("no group %s", id)
	}
	return g.Value
}

func tcp(port int32, cidrs ...string) service.EC2IpPermission {
	p := service.EC2IpPermission{IpProtocol: "tcp", FromPort: &port, ToPort: &port}
	for _, c := range cidrs {
		p.IpRanges = append(p.IpRanges, service.EC2IpRange{CidrIp: c})
	}
	return p
}

// ec2Refusal is one call of EC2's that must change nothing.
type ec2Refusal struct {
	name string
	err  func() error
	code string
}

func (r *rig) refusesEC2(calls []ec2Refusal) {
	r.t.Helper()
	before := r.dump() + table(r, store.SecurityGroups)
	for _, c := range calls {
		err := c.err()
		if ec2Code(err) != c.code {
			r.t.Errorf("%s: got code %q (%v), want %s", c.name, ec2Code(err), err, c.code)
		}
		if after := r.dump() + table(r, store.SecurityGroups); after != before {
			r.t.Errorf("%s: the store changed", c.name)
			before = after
		}
	}
}

func TestANewVPCComesAndGoesWithItsGroup(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	made := must(r.CreateVpc(ctx, caller, &service.CreateVpcInput{CidrBlock: "10.20.0.18/16", InstanceTenancy: "default",
		TagSpecifications: []service.EC2TagSpecification{{ResourceType: "vpc", Tags: []service.EC2Tag{{Key: "Name", Value: new("x")}}}}}))(t).Vpc
	if made.CidrBlock != "10.20.0.0/16" || made.State != "available" || made.IsDefault || len(made.CidrBlockAssociations) != 1 || *made.Tags[0].Value != "x" {
		t.Errorf("%+v", made)
	}
	byVPC := []service.EC2Filter{{Name: "vpc-id", Values: []string{made.VpcId}}}
	groups := must(r.DescribeSecurityGroups(ctx, caller, &service.DescribeSecurityGroupsInput{Filters: byVPC}))(t).SecurityGroups
	if len(groups) != 1 || groups[0].GroupName != "default" || groups[0].IpPermissions[0].Groups[0].GroupId != groups[0].GroupId || groups[0].IpPermissionsEgress[0].IpRanges[0].CidrIp != "0.0.0.0/0" {
		t.Errorf("%+v", groups)
	}
	tables := must(r.DescribeRouteTables(ctx, caller, &service.DescribeRouteTablesInput{Filters: append(byVPC, service.EC2Filter{Name: "association.main", Values: []string{"true"}})}))(t).RouteTables
	lists := must(r.DescribeNetworkAcls(ctx, caller, &service.DescribeNetworkAclsInput{Filters: append(byVPC, service.EC2Filter{Name: "default", Values: []string{"true"}})}))(t).NetworkAcls
	if len(tables) != 1 || tables[0].Routes[0].DestinationCidrBlock != "10.20.0.0/16" || len(lists) != 1 || !lists[0].IsDefault {
		t.Errorf("%+v %+v", tables, lists)
	}
	for attribute, modify := range map[string]*service.ModifyVpcAttributeInput{
		"enableDnsHostnames":               {VpcId: made.VpcId, EnableDnsHostnames: &service.EC2Bool{Value: true}},
		"enableDnsSupport":                 {VpcId: made.VpcId, EnableDnsSupport: &service.EC2Bool{Value: false}},
		"enableNetworkAddressUsageMetrics": {VpcId: made.VpcId, EnableNetworkAddressUsageMetrics: &service.EC2Bool{Value: true}},
	} {
		value := func() bool {
			out := must(r.DescribeVpcAttribute(ctx, caller, &service.DescribeVpcAttributeInput{VpcId: made.VpcId, Attribute: attribute}))(t)
			for _, b := range []*service.EC2Bool{out.EnableDnsHostnames, out.EnableDnsSupport, out.EnableNetworkAddressUsageMetrics} {
				if b != nil {
					return b.Value
				}
			}
			t.Fatalf("%s is not there", attribute)
			return false
		}
		was := value()
		must(r.ModifyVpcAttribute(ctx, caller, modify))(t)
		if value() == was {
			t.Errorf("%s did not change", attribute)
		}
	}
	subnet := r.subnet(made.VpcId, "10.20.1.7/24", "us-east-1c")
	r.refusesEC2([]ec2Refusal{{"a VPC with a subnet", func() error { return second(r.DeleteVpc(ctx, caller, &service.DeleteVpcInput{VpcId: made.VpcId})) }, "DependencyViolation"}})
	must(r.DeleteSubnet(ctx, caller, &service.DeleteSubnetInput{SubnetId: subnet}))(t)
	group := r.group(made.VpcId, "web")
	r.refusesEC2([]ec2Refusal{{"a VPC with a group", func() error { return second(r.DeleteVpc(ctx, caller, &service.DeleteVpcInput{VpcId: made.VpcId})) }, "DependencyViolation"}})
	must(r.DeleteSecurityGroup(ctx, caller, &service.DeleteSecurityGroupInput{GroupId: group}))(t)
	must(r.DeleteVpc(ctx, caller, &service.DeleteVpcInput{VpcId: made.VpcId}))(t)
	gone, _ := store.VPCs.Get(r.store, made.VpcId)
	if !gone.Value.Delete {
		t.Error("the reconciler would not take the network away")
	}
	if _, ok := store.SecurityGroups.Get(r.store, groups[0].GroupId); ok {
		t.Error("the default group is still there")
	}
	r.refusesEC2([]ec2Refusal{
		{"deleted twice", func() error { return second(r.DeleteVpc(ctx, caller, &service.DeleteVpcInput{VpcId: made.VpcId})) }, "InvalidVpcID.NotFound"},
		{"described when gone", func() error {
			return second(r.DescribeVpcs(ctx, caller, &service.DescribeVpcsInput{VpcIds: []string{made.VpcId}}))
		}, "InvalidVpcID.NotFound"},
	})
}

func TestWhatVPCsAndSubnetsRefuse(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	id := r.vpc("10.20.0.0/16")
	r.subnet(id, "10.20.0.0/24", "us-east-1a")
	def := must(r.DescribeVpcs(ctx, caller, &service.DescribeVpcsInput{Filters: []service.EC2Filter{{Name: "is-default", Values: []string{"true"}}}}))(t).Vpcs[0].VpcId
	newVPC := func(in service.CreateVpcInput) func() error {
		return func() error { return second(r.CreateVpc(ctx, caller, &in)) }
	}
	newSubnet := func(in service.CreateSubnetInput) func() error {
		return func() error { return second(r.CreateSubnet(ctx, caller, &in)) }
	}
	ok := service.EC2TagSpecification{ResourceType: "vpc", Tags: []service.EC2Tag{{Key: "a"}, {Key: "a"}}}
	elsewhere := caller
	elsewhere.Region = "eu-west-1"
	r.refusesEC2([]ec2Refusal{
		{"no range", newVPC(service.CreateVpcInput{}), "MissingParameter"},
		{"no CIDR", newVPC(service.CreateVpcInput{CidrBlock: "ten"}), "InvalidParameterValue"},
		{"too wide", newVPC(service.CreateVpcInput{CidrBlock: "10.0.0.0/8"}), "InvalidVpc.Range"},
		{"dedicated", newVPC(service.CreateVpcInput{CidrBlock: "10.0.0.0/16", InstanceTenancy: "dedicated"}), "UnsupportedOperation"},
		{"no tenancy", newVPC(service.CreateVpcInput{CidrBlock: "10.0.0.0/16", InstanceTenancy: "mine"}), "InvalidParameterValue"},
		{"IPv6", newVPC(service.CreateVpcInput{CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true}), "UnsupportedOperation"},
		{"IPAM", newVPC(service.CreateVpcInput{Ipv4IpamPoolId: "ipam-pool-1"}), "UnsupportedOperation"},
		{"tag twice", newVPC(service.CreateVpcInput{CidrBlock: "10.0.0.0/16", TagSpecifications: []service.EC2TagSpecification{ok}}), "InvalidParameterValue"},
		{"tags of something else", newVPC(service.CreateVpcInput{CidrBlock: "10.0.0.0/16", TagSpecifications: []service.EC2TagSpecification{{ResourceType: "subnet"}}}), "InvalidParameterValue"},
		{"the default VPC", func() error { return second(r.DeleteVpc(ctx, caller, &service.DeleteVpcInput{VpcId: def})) }, "OperationNotPermitted"},
		{"no VPC named", func() error { return second(r.DeleteVpc(ctx, caller, &service.DeleteVpcInput{})) }, "MissingParameter"},
		{"another Region's", func() error { return second(r.DeleteVpc(ctx, elsewhere, &service.DeleteVpcInput{VpcId: id})) }, "InvalidVpcID.NotFound"},
		{"no attribute", func() error {
			return second(r.ModifyVpcAttribute(ctx, caller, &service.ModifyVpcAttributeInput{VpcId: id}))
		}, "MissingParameter"},
		{"two attributes", func() error {
			return second(r.ModifyVpcAttribute(ctx, caller, &service.ModifyVpcAttributeInput{VpcId: id, EnableDnsSupport: &service.EC2Bool{}, EnableDnsHostnames: &service.EC2Bool{}}))
		}, "InvalidParameterCombination"},
		{"unknown attribute", func() error {
			return second(r.DescribeVpcAttribute(ctx, caller, &service.DescribeVpcAttributeInput{VpcId: id, Attribute: "colour"}))
		}, "InvalidParameterValue"},

		{"subnet of no VPC", newSubnet(service.CreateSubnetInput{VpcId: "vpc-1", CidrBlock: "10.20.1.0/24"}), "InvalidVpcID.NotFound"},
		{"subnet without VPC", newSubnet(service.CreateSubnetInput{CidrBlock: "10.20.1.0/24"}), "MissingParameter"},
		{"subnet without range", newSubnet(service.CreateSubnetInput{VpcId: id}), "MissingParameter"},
		{"subnet outside", newSubnet(service.CreateSubnetInput{VpcId: id, CidrBlock: "10.21.0.0/24"}), "InvalidSubnet.Range"},
		{"subnet too narrow", newSubnet(service.CreateSubnetInput{VpcId: id, CidrBlock: "10.20.1.0/29"}), "InvalidSubnet.Range"},
		{"subnet overlaps", newSubnet(service.CreateSubnetInput{VpcId: id, CidrBlock: "10.20.0.128/25"}), "InvalidSubnet.Conflict"},
		{"no such zone", newSubnet(service.CreateSubnetInput{VpcId: id, CidrBlock: "10.20.1.0/24", AvailabilityZone: "us-east-1q"}), "InvalidParameterValue"},
		{"zone twice", newSubnet(service.CreateSubnetInput{VpcId: id, CidrBlock: "10.20.1.0/24", AvailabilityZone: "us-east-1a", AvailabilityZoneId: "use1-az1"}), "InvalidParameterCombination"},
		{"Outpost", newSubnet(service.CreateSubnetInput{VpcId: id, CidrBlock: "10.20.1.0/24", OutpostArn: "arn"}), "UnsupportedOperation"},
		{"IPv6 subnet", newSubnet(service.CreateSubnetInput{VpcId: id, Ipv6Native: true}), "UnsupportedOperation"},
		{"no such subnet", func() error {
			return second(r.DeleteSubnet(ctx, caller, &service.DeleteSubnetInput{SubnetId: "subnet-1"}))
		}, "InvalidSubnetID.NotFound"},
	})
	err := second(r.CreateSubnet(ctx, caller, &service.CreateSubnetInput{VpcId: id, CidrBlock: "10.20.1.0/24", AvailabilityZone: "us-west-2a"}))
	const zones = "Value (us-west-2a) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: us-east-1a, us-east-1b, us-east-1c."
	if err == nil || err.Error() != zones {
		t.Errorf("got %v", err)
	}
}

func TestADirectoryInAVPCOfItsOwn(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	id := r.vpc("10.20.0.0/16")
	subnets := []string{r.subnet(id, "10.20.0.0/28", "us-east-1a"), r.subnet(id, "10.20.255.240/28", "us-east-1c")}
	in := &directoryservice.CreateMicrosoftADInput{Name: new("ours.test"), Password: new(password), VpcSettings: r.network(caller)}
	in.VpcSettings.VpcId, in.VpcSettings.SubnetIds = &id, subnets
	d := *must(r.CreateMicrosoftAD(ctx, caller, in))(t).DirectoryId

	spec, _ := store.Directories.Get(r.store, d)
	interfaces := must(r.DescribeNetworkInterfaces(ctx, caller, &service.DescribeNetworkInterfacesInput{Filters: []service.EC2Filter{
		{Name: "vpc-id", Values: []string{id}}, {Name: "description", Values: []string{"*" + d}}, {Name: "requester-managed", Values: []string{"true"}},
	}}))(t).NetworkInterfaces
	if len(interfaces) != 2 || !slices.ContainsFunc(interfaces, func(n service.EC2NetworkInterface) bool {
		return n.PrivateIpAddress == "10.20.0.4" && n.NetworkInterfaceId == vpc.InterfaceID(string(spec.Value.DCs[0].ID)) && n.SubnetId == subnets[0] && n.Status == "in-use"
	}) {
		t.Errorf("%+v", interfaces)
	}
	elsewhere := caller
	elsewhere.Region = "eu-west-1"
	if n := must(r.DescribeNetworkInterfaces(ctx, elsewhere, &service.DescribeNetworkInterfacesInput{}))(t).NetworkInterfaces; len(n) != 0 {
		t.Errorf("another Region shows %+v", n)
	}
	reserved := r.vpc("198.18.0.0/16")
	r.subnet(reserved, "198.18.0.0/24", "us-east-1a")
	r.refusesEC2([]ec2Refusal{
		{"a subnet with domain controllers", func() error {
			return second(r.DeleteSubnet(ctx, caller, &service.DeleteSubnetInput{SubnetId: subnets[0]}))
		}, "DependencyViolation"},
		{"their VPC", func() error { return second(r.DeleteVpc(ctx, caller, &service.DeleteVpcInput{VpcId: id})) }, "DependencyViolation"},
		{"an unknown interface", func() error {
			return second(r.DescribeNetworkInterfaces(ctx, caller, &service.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{"eni-0123456789abcdef0"}}))
		}, "InvalidNetworkInterfaceID.NotFound"},
	})
	in = &directoryservice.CreateMicrosoftADInput{Name: new("two.test"), Password: new(password), VpcSettings: r.network(caller)}
	in.VpcSettings.VpcId = &reserved
	if err := second(r.CreateMicrosoftAD(ctx, caller, in)); !errs.Is(err, errs.Refused) || !strings.Contains(err.Error(), "198.18.0.0/15") {
		t.Errorf("a VPC in the management range: %v", err)
	}
	must(r.DeleteDirectory(ctx, caller, &directoryservice.DeleteDirectoryInput{DirectoryId: &d}))(t)
	if err := second(r.DeleteSubnet(ctx, caller, &service.DeleteSubnetInput{SubnetId: subnets[0]})); ec2Code(err) != "DependencyViolation" {
		t.Errorf("a subnet whose directory is still being deleted: %v", err)
	}
}

// members puts a directory's domain controllers into a group, as creating the
// directory does.
func (r *rig) members(d directory.ID, group string) {
	r.t.Helper()
	spec, _ := store.Directories.Get(r.store, string(d))
	spec.Value.SecurityGroup = vpc.GroupID(group)
	put(r, store.Directories, string(d), spec.Value)
}
