package awsapi

import "github.com/entente-ad/entente/service"

// networks lists what is offered of EC2: that with which a user makes and finds
// the networks for a directory, and lets traffic through.
func networks(s *service.Service) []operation {
	return []operation{
		op("DescribeAccountAttributes", s.DescribeAccountAttributes),
		op("DescribeAvailabilityZones", s.DescribeAvailabilityZones),

		op("CreateVpc", s.CreateVpc),
		op("DeleteVpc", s.DeleteVpc),
		op("DescribeVpcAttribute", s.DescribeVpcAttribute),
		op("DescribeVpcs", s.DescribeVpcs),
		op("ModifyVpcAttribute", s.ModifyVpcAttribute),
		op("DescribeNetworkAcls", s.DescribeNetworkAcls),
		op("DescribeRouteTables", s.DescribeRouteTables),

		op("CreateSubnet", s.CreateSubnet),
		op("DeleteSubnet", s.DeleteSubnet),
		op("DescribeSubnets", s.DescribeSubnets),
		op("ModifySubnetAttribute", s.ModifySubnetAttribute),
		op("DescribeNetworkInterfaces", s.DescribeNetworkInterfaces),

		op("CreateSecurityGroup", s.CreateSecurityGroup),
		op("DeleteSecurityGroup", s.DeleteSecurityGroup),
		op("DescribeSecurityGroups", s.DescribeSecurityGroups),
		op("AuthorizeSecurityGroupEgress", s.AuthorizeSecurityGroupEgress),
		op("AuthorizeSecurityGroupIngress", s.AuthorizeSecurityGroupIngress),
		op("RevokeSecurityGroupEgress", s.RevokeSecurityGroupEgress),
		op("RevokeSecurityGroupIngress", s.RevokeSecurityGroupIngress),
		op("DescribeSecurityGroupRules", s.DescribeSecurityGroupRules),
		op("ModifySecurityGroupRules", s.ModifySecurityGroupRules),
		op("UpdateSecurityGroupRuleDescriptionsEgress", s.UpdateSecurityGroupRuleDescriptionsEgress),
		op("UpdateSecurityGroupRuleDescriptionsIngress", s.UpdateSecurityGroupRuleDescriptionsIngress),

		op("CreateTags", s.CreateTags),
		op("DeleteTags", s.DeleteTags),
		op("DescribeTags", s.DescribeTags),
	}
}

// ec2Refusals says why actions of EC2 are not offered that people try who make
// a network for a directory. Any other action is not known at all.
func ec2Refusals() map[string]string {
	out := map[string]string{}
	refuse := func(sentence string, names ...string) {
		for _, name := range names {
			out[name] = "The action " + name + " is not offered: " + sentence
		}
	}
	refuse("Entente runs domain controllers, and no instances.",
		"DescribeImages", "DescribeInstanceAttribute", "DescribeInstances", "DescribeKeyPairs", "RunInstances", "StartInstances", "StopInstances", "TerminateInstances")
	refuse("a VPC has its main route table with the route to itself. Domain controllers get routes to public addresses by the Directory Service's AddIpRoutes.",
		"AssociateRouteTable", "CreateRoute", "CreateRouteTable", "DeleteRoute", "DeleteRouteTable", "DisassociateRouteTable", "ReplaceRoute",
		"ReplaceRouteTableAssociation", "DisableVgwRoutePropagation", "EnableVgwRoutePropagation")
	refuse("a VPC reaches what its host reaches, without gateways. Security groups and the Directory Service's AddIpRoutes say what domain controllers may reach.",
		"AttachInternetGateway", "CreateEgressOnlyInternetGateway", "CreateInternetGateway", "CreateNatGateway", "CreateTransitGateway", "CreateVpcEndpoint",
		"CreateVpcPeeringConnection", "CreateVpnGateway", "DeleteInternetGateway", "DeleteNatGateway", "DeleteVpcEndpoints", "DescribeInternetGateways",
		"DescribeNatGateways", "DescribeVpcEndpoints", "DescribeVpcPeeringConnections", "DescribeVpnGateways", "DetachInternetGateway")
	refuse("a VPC has its default network access list, which lets everything pass. Use security groups.",
		"CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry", "ReplaceNetworkAclAssociation", "ReplaceNetworkAclEntry")
	refuse("network interfaces belong to domain controllers, come and go with them, and stay in their directory's security group.",
		"AttachNetworkInterface", "CreateNetworkInterface", "DeleteNetworkInterface", "DetachNetworkInterface", "ModifyNetworkInterfaceAttribute", "AssignPrivateIpAddresses")
	refuse("domain controllers have private addresses alone.", "AllocateAddress", "AssociateAddress", "DescribeAddresses", "ReleaseAddress")
	refuse("a VPC has one IPv4 range.", "AssociateVpcCidrBlock", "AssociateSubnetCidrBlock", "DisassociateVpcCidrBlock", "DisassociateSubnetCidrBlock")
	refuse("there are no instances that would take DHCP options.", "AssociateDhcpOptions", "CreateDhcpOptions", "DeleteDhcpOptions", "DescribeDhcpOptions")
	refuse("each Region gets its default VPC with the first call that looks for it, and keeps it.", "CreateDefaultVpc", "CreateDefaultSubnet")
	refuse("a VPC has the tenancy default, which directories need.", "ModifyVpcTenancy")
	refuse("rules name addresses and groups; there are no prefix lists.", "CreateManagedPrefixList", "DescribeManagedPrefixLists", "DescribePrefixLists")
	return out
}
