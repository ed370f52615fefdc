package awsapi

import (
	"slices"

	"github.com/entente-ad/entente/service"
)

// operations is the one table of everything that can be called: under which
// API, whether it changes anything, where its answer comes from, and what
// answers it. Nothing is taken from an operation's name.
func operations(s *service.Service) []operation {
	return slices.Concat([]operation{
		op(apiDS, "AddIpRoutes", writes, live, s.AddIpRoutes),
		op(apiDS, "AddRegion", writes, live, s.AddRegion),
		op(apiDS, "AddTagsToResource", writes, live, s.AddTagsToResource),
		op(apiDS, "CreateAlias", writes, live, s.CreateAlias),
		op(apiDS, "CreateComputer", writes, live, s.CreateComputer),
		op(apiDS, "CreateConditionalForwarder", writes, live, s.CreateConditionalForwarder),
		op(apiDS, "CreateLogSubscription", writes, live, s.CreateLogSubscription),
		op(apiDS, "CreateMicrosoftAD", writes, live, s.CreateMicrosoftAD),
		op(apiDS, "CreateSnapshot", writes, live, s.CreateSnapshot),
		op(apiDS, "CreateTrust", writes, live, s.CreateTrust),
		op(apiDS, "DeleteADAssessment", writes, live, s.DeleteADAssessment),
		op(apiDS, "DeleteConditionalForwarder", writes, live, s.DeleteConditionalForwarder),
		op(apiDS, "DeleteDirectory", writes, live, s.DeleteDirectory),
		op(apiDS, "DeleteLogSubscription", writes, live, s.DeleteLogSubscription),
		op(apiDS, "DeleteSnapshot", writes, live, s.DeleteSnapshot),
		op(apiDS, "DeleteTrust", writes, live, s.DeleteTrust),
		op(apiDS, "DeregisterCertificate", writes, live, s.DeregisterCertificate),
		op(apiDS, "DeregisterEventTopic", writes, live, s.DeregisterEventTopic),
		op(apiDS, "DescribeADAssessment", reads, stored, s.DescribeADAssessment),
		op(apiDS, "DescribeCertificate", reads, stored, s.DescribeCertificate),
		op(apiDS, "DescribeConditionalForwarders", reads, stored, s.DescribeConditionalForwarders),
		op(apiDS, "DescribeDirectories", reads, stored, s.DescribeDirectories),
		op(apiDS, "DescribeDomainControllers", reads, stored, s.DescribeDomainControllers),
		op(apiDS, "DescribeEventTopics", reads, stored, s.DescribeEventTopics),
		op(apiDS, "DescribeLDAPSSettings", reads, stored, s.DescribeLDAPSSettings),
		op(apiDS, "DescribeRegions", reads, stored, s.DescribeRegions),
		op(apiDS, "DescribeSettings", reads, stored, s.DescribeSettings),
		op(apiDS, "DescribeSnapshots", reads, stored, s.DescribeSnapshots),
		op(apiDS, "DescribeTrusts", reads, stored, s.DescribeTrusts),
		op(apiDS, "DisableLDAPS", writes, live, s.DisableLDAPS),
		op(apiDS, "EnableLDAPS", writes, live, s.EnableLDAPS),
		op(apiDS, "GetDirectoryLimits", reads, stored, s.GetDirectoryLimits),
		op(apiDS, "GetSnapshotLimits", reads, stored, s.GetSnapshotLimits),
		op(apiDS, "ListADAssessments", reads, stored, s.ListADAssessments),
		op(apiDS, "ListCertificates", reads, stored, s.ListCertificates),
		op(apiDS, "ListIpRoutes", reads, stored, s.ListIpRoutes),
		op(apiDS, "ListLogSubscriptions", reads, stored, s.ListLogSubscriptions),
		op(apiDS, "ListTagsForResource", reads, stored, s.ListTagsForResource),
		op(apiDS, "RegisterCertificate", writes, live, s.RegisterCertificate),
		op(apiDS, "RegisterEventTopic", writes, live, s.RegisterEventTopic),
		op(apiDS, "RemoveIpRoutes", writes, live, s.RemoveIpRoutes),
		op(apiDS, "RemoveRegion", writes, live, s.RemoveRegion),
		op(apiDS, "RemoveTagsFromResource", writes, live, s.RemoveTagsFromResource),
		op(apiDS, "ResetUserPassword", writes, live, s.ResetUserPassword),
		op(apiDS, "RestoreFromSnapshot", writes, live, s.RestoreFromSnapshot),
		op(apiDS, "StartADAssessment", writes, live, s.StartADAssessment),
		op(apiDS, "UpdateConditionalForwarder", writes, live, s.UpdateConditionalForwarder),
		op(apiDS, "UpdateNumberOfDomainControllers", writes, live, s.UpdateNumberOfDomainControllers),
		op(apiDS, "UpdateSettings", writes, live, s.UpdateSettings),
		op(apiDS, "UpdateTrust", writes, live, s.UpdateTrust),
		op(apiDS, "VerifyTrust", writes, live, s.VerifyTrust),

		op(apiOwn, "CreateAccessKey", writes, live, s.CreateAccessKey),
		op(apiOwn, "DeleteAccessKey", writes, live, s.DeleteAccessKey),
		op(apiOwn, "DescribeTrustedUser", reads, live, s.DescribeTrustedUser),
		op(apiOwn, "ExplainTrust", reads, stored, s.ExplainTrust),
		op(apiOwn, "ListAccessKeys", reads, stored, s.ListAccessKeys),
		op(apiOwn, "ListAuditEntries", reads, live, s.ListAuditEntries),
		op(apiOwn, "ListTrustApplications", reads, stored, s.ListTrustApplications),
		op(apiOwn, "ListTrustedGroupMembers", reads, live, s.ListTrustedGroupMembers),
		op(apiOwn, "ListTrustedGroups", reads, live, s.ListTrustedGroups),
		op(apiOwn, "ListTrustedUsers", reads, live, s.ListTrustedUsers),
		op(apiOwn, "StartTrustAssessment", writes, live, s.StartTrustAssessment),

		op(apiEC2, "DescribeAccountAttributes", reads, stored, s.DescribeAccountAttributes),
		op(apiEC2, "DescribeAvailabilityZones", reads, stored, s.DescribeAvailabilityZones),
		op(apiEC2, "CreateVpc", writes, live, s.CreateVpc),
		op(apiEC2, "DeleteVpc", writes, live, s.DeleteVpc),
		op(apiEC2, "DescribeVpcAttribute", reads, stored, s.DescribeVpcAttribute),
		op(apiEC2, "DescribeVpcs", reads, stored, s.DescribeVpcs),
		op(apiEC2, "ModifyVpcAttribute", writes, live, s.ModifyVpcAttribute),
		op(apiEC2, "DescribeNetworkAcls", reads, stored, s.DescribeNetworkAcls),
		op(apiEC2, "DescribeRouteTables", reads, stored, s.DescribeRouteTables),
		op(apiEC2, "CreateSubnet", writes, live, s.CreateSubnet),
		op(apiEC2, "DeleteSubnet", writes, live, s.DeleteSubnet),
		op(apiEC2, "DescribeSubnets", reads, stored, s.DescribeSubnets),
		op(apiEC2, "ModifySubnetAttribute", writes, live, s.ModifySubnetAttribute),
		op(apiEC2, "DescribeNetworkInterfaces", reads, stored, s.DescribeNetworkInterfaces),
		op(apiEC2, "CreateSecurityGroup", writes, live, s.CreateSecurityGroup),
		op(apiEC2, "DeleteSecurityGroup", writes, live, s.DeleteSecurityGroup),
		op(apiEC2, "DescribeSecurityGroups", reads, stored, s.DescribeSecurityGroups),
		op(apiEC2, "AuthorizeSecurityGroupEgress", writes, live, s.AuthorizeSecurityGroupEgress),
		op(apiEC2, "AuthorizeSecurityGroupIngress", writes, live, s.AuthorizeSecurityGroupIngress),
		op(apiEC2, "RevokeSecurityGroupEgress", writes, live, s.RevokeSecurityGroupEgress),
		op(apiEC2, "RevokeSecurityGroupIngress", writes, live, s.RevokeSecurityGroupIngress),
		op(apiEC2, "DescribeSecurityGroupRules", reads, stored, s.DescribeSecurityGroupRules),
		op(apiEC2, "ModifySecurityGroupRules", writes, live, s.ModifySecurityGroupRules),
		op(apiEC2, "UpdateSecurityGroupRuleDescriptionsEgress", writes, live, s.UpdateSecurityGroupRuleDescriptionsEgress),
		op(apiEC2, "UpdateSecurityGroupRuleDescriptionsIngress", writes, live, s.UpdateSecurityGroupRuleDescriptionsIngress),
		op(apiEC2, "CreateTags", writes, live, s.CreateTags),
		op(apiEC2, "DeleteTags", writes, live, s.DeleteTags),
		op(apiEC2, "DescribeTags", reads, stored, s.DescribeTags),

		op(apiSTS, "GetCallerIdentity", reads, live, s.GetCallerIdentity),
	}, refusedDS(), refusedEC2())
}

// refusedDS says for each operation of AWS's Directory Service that is not
// offered why not, in a sentence for the caller.
func refusedDS() []operation {
	const (
		smartCards = "Smart card authentication is not offered."
		schema     = "Schema extensions are not offered."
		updates    = "Directories are not updated by this call: operating system, network type and size are the server's."
		data       = "The Directory Service Data API is not offered: use LDAP with the user Admin instead."
		sharing    = "Directories cannot be shared: there is one account."
		hybrid     = "Hybrid directories are not offered: create a directory with CreateMicrosoftAD and a trust with CreateTrust instead."
		enrolling  = "Certificate enrollment is not offered: there is no certificate authority service to enroll with."
	)
	return slices.Concat(
		refuse(apiDS, reads, smartCards, "DescribeClientAuthenticationSettings"),
		refuse(apiDS, writes, smartCards, "DisableClientAuthentication", "EnableClientAuthentication"),
		refuse(apiDS, reads, schema, "ListSchemaExtensions"),
		refuse(apiDS, writes, schema, "CancelSchemaExtension", "StartSchemaExtension"),
		refuse(apiDS, reads, updates, "DescribeUpdateDirectory"),
		refuse(apiDS, writes, updates, "UpdateDirectorySetup"),
		refuse(apiDS, reads, data, "DescribeDirectoryDataAccess"),
		refuse(apiDS, writes, data, "DisableDirectoryDataAccess", "EnableDirectoryDataAccess"),
		refuse(apiDS, writes, "Multi-factor authentication with RADIUS is not offered.", "DisableRadius", "EnableRadius", "UpdateRadius"),
		refuse(apiDS, writes, "Single sign-on to applications is not offered: there are no applications.", "DisableSso", "EnableSso"),
		refuse(apiDS, reads, sharing, "DescribeSharedDirectories"),
		refuse(apiDS, writes, sharing, "AcceptSharedDirectory", "RejectSharedDirectory", "ShareDirectory", "UnshareDirectory"),
		refuse(apiDS, writes, "Simple AD is not offered: create a directory with CreateMicrosoftAD instead.", "CreateDirectory"),
		refuse(apiDS, writes, "AD Connector is not offered: create a directory with CreateMicrosoftAD and a trust with CreateTrust instead.", "ConnectDirectory"),
		refuse(apiDS, reads, hybrid, "DescribeHybridADUpdate"),
		refuse(apiDS, writes, hybrid, "CreateHybridAD", "UpdateHybridAD"),
		refuse(apiDS, reads, enrolling, "DescribeCAEnrollmentPolicy"),
		refuse(apiDS, writes, enrolling, "DisableCAEnrollmentPolicy", "EnableCAEnrollmentPolicy"),
	)
}

// refusedEC2 says why actions of EC2 are not offered that people try who make
// a network for a directory. Any other action is not known at all.
func refusedEC2() []operation {
	const (
		instances = "Entente runs domain controllers, and no instances."
		routes    = "a VPC has its main route table with the route to itself. Domain controllers get routes to public addresses by the Directory Service's AddIpRoutes."
		gateways  = "a VPC reaches what its host reaches, without gateways. Security groups and the Directory Service's AddIpRoutes say what domain controllers may reach."
		lists     = "a VPC has its default network access list, which lets everything pass. Use security groups."
		nics      = "network interfaces belong to domain controllers, come and go with them, and stay in their directory's security group."
		private   = "domain controllers have private addresses alone."
		oneRange  = "a VPC has one IPv4 range."
		dhcp      = "there are no instances that would take DHCP options."
		defaults  = "each Region gets its default VPC with the first call that looks for it, and keeps it."
		prefixes  = "rules name addresses and groups; there are no prefix lists."
	)
	return slices.Concat(
		refuse(apiEC2, reads, instances, "DescribeImages", "DescribeInstanceAttribute", "DescribeInstances", "DescribeKeyPairs"),
		refuse(apiEC2, writes, instances, "RunInstances", "StartInstances", "StopInstances", "TerminateInstances"),
		refuse(apiEC2, writes, routes, "AssociateRouteTable", "CreateRoute", "CreateRouteTable", "DeleteRoute", "DeleteRouteTable", "DisassociateRouteTable",
			"ReplaceRoute", "ReplaceRouteTableAssociation", "DisableVgwRoutePropagation", "EnableVgwRoutePropagation"),
		refuse(apiEC2, reads, gateways, "DescribeInternetGateways", "DescribeNatGateways", "DescribeVpcEndpoints", "DescribeVpcPeeringConnections", "DescribeVpnGateways"),
		refuse(apiEC2, writes, gateways, "AttachInternetGateway", "CreateEgressOnlyInternetGateway", "CreateInternetGateway", "CreateNatGateway",
			"CreateTransitGateway", "CreateVpcEndpoint", "CreateVpcPeeringConnection", "CreateVpnGateway", "DeleteInternetGateway", "DeleteNatGateway",
			"DeleteVpcEndpoints", "DetachInternetGateway"),
		refuse(apiEC2, writes, lists, "CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry", "ReplaceNetworkAclAssociation", "ReplaceNetworkAclEntry"),
		refuse(apiEC2, writes, nics, "AttachNetworkInterface", "CreateNetworkInterface", "DeleteNetworkInterface", "DetachNetworkInterface",
			"ModifyNetworkInterfaceAttribute", "AssignPrivateIpAddresses"),
		refuse(apiEC2, reads, private, "DescribeAddresses"),
		refuse(apiEC2, writes, private, "AllocateAddress", "AssociateAddress", "ReleaseAddress"),
		refuse(apiEC2, writes, oneRange, "AssociateVpcCidrBlock", "AssociateSubnetCidrBlock", "DisassociateVpcCidrBlock", "DisassociateSubnetCidrBlock"),
		refuse(apiEC2, reads, dhcp, "DescribeDhcpOptions"),
		refuse(apiEC2, writes, dhcp, "AssociateDhcpOptions", "CreateDhcpOptions", "DeleteDhcpOptions"),
		refuse(apiEC2, writes, defaults, "CreateDefaultVpc", "CreateDefaultSubnet"),
		refuse(apiEC2, writes, "a VPC has the tenancy default, which directories need.", "ModifyVpcTenancy"),
		refuse(apiEC2, reads, prefixes, "DescribeManagedPrefixLists", "DescribePrefixLists"),
		refuse(apiEC2, writes, prefixes, "CreateManagedPrefixList"),
	)
}
