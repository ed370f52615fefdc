package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/vpc"
)

// DescribeNetworkAclsInput is EC2's.
type DescribeNetworkAclsInput struct {
	NetworkAclIds []string
	Filters       []EC2Filter
	MaxResults    *int32
	NextToken     *string
}

// DescribeNetworkAclsOutput is EC2's.
type DescribeNetworkAclsOutput struct {
	NetworkAcls []EC2NetworkACL
	NextToken   *string
}

// EC2NetworkACL is a VPC's default network access list in EC2's words. It lets
// everything pass: what is filtered is filtered by security groups.
type EC2NetworkACL struct {
	NetworkAclId string
	VpcId        string
	OwnerId      string
	IsDefault    bool                `xml:"default"`
	Entries      []EC2ACLEntry       `xml:"entrySet"`
	Associations []EC2ACLAssociation `xml:"associationSet"`
	Tags         []EC2Tag
}

// EC2ACLEntry is one line of a network access list.
type EC2ACLEntry struct {
	RuleNumber int32
	Protocol   string
	RuleAction string
	Egress     bool
	CidrBlock  string
}

// EC2ACLAssociation says that a subnet has a network access list.
type EC2ACLAssociation struct {
	NetworkAclAssociationId string
	NetworkAclId            string
	SubnetId                string
}

// DescribeNetworkAcls lists the network access lists of the caller's Region, or
// those named: the default one of each VPC.
func (s *Service) DescribeNetworkAcls(ctx context.Context, caller audit.Caller, in *DescribeNetworkAclsInput) (*DescribeNetworkAclsOutput, error) {
	if err := checkFilters(in.Filters, networkACLFilter(EC2NetworkACL{})); err != nil {
		return nil, err
	}
	vpcs, err := s.vpcs(ctx, caller)
	if err != nil {
		return nil, err
	}
	p := page{"DescribeNetworkAcls", in.NetworkAclIds, in.Filters, in.MaxResults, in.NextToken}
	var all, list []EC2NetworkACL
	for _, v := range vpcs {
		a := describeNetworkACL(caller, v)
		all = append(all, a)
		if p.named(a.NetworkAclId) && passes(in.Filters, networkACLFilter(a)) {
			list = append(list, a)
		}
	}
	key := func(a EC2NetworkACL) string { return a.NetworkAclId }
	if err := allThere(in.NetworkAclIds, all, key, "InvalidNetworkAclID.NotFound", "networkAcl ID"); err != nil {
		return nil, err
	}
	out := &DescribeNetworkAclsOutput{}
	out.NetworkAcls, out.NextToken, err = cut(s, caller, p, list, key)
	return out, err
}

func describeNetworkACL(caller audit.Caller, v vpc.Spec) EC2NetworkACL {
	a := EC2NetworkACL{NetworkAclId: vpc.Derived("acl-", string(v.ID)), VpcId: string(v.ID), OwnerId: caller.Account, IsDefault: true}
	for _, egress := range []bool{true, false} {
		// 32767 is EC2's last line, which no list lacks.
		a.Entries = append(a.Entries,
			EC2ACLEntry{RuleNumber: 100, Protocol: "-1", RuleAction: "allow", Egress: egress, CidrBlock: "0.0.0.0/0"},
			EC2ACLEntry{RuleNumber: 32767, Protocol: "-1", RuleAction: "deny", Egress: egress, CidrBlock: "0.0.0.0/0"})
	}
	for _, n := range v.Subnets {
		a.Associations = append(a.Associations, EC2ACLAssociation{
			NetworkAclAssociationId: vpc.Derived("aclassoc-", string(n.ID)), NetworkAclId: a.NetworkAclId, SubnetId: string(n.ID),
		})
	}
	return a
}

func networkACLFilter(a EC2NetworkACL) filterValues {
	var ids, subnets []string
	for _, n := range a.Associations {
		ids, subnets = append(ids, n.NetworkAclAssociationId), append(subnets, n.SubnetId)
	}
	return withTags(nil, table(map[string][]string{
		"network-acl-id":             {a.NetworkAclId},
		"vpc-id":                     {a.VpcId},
		"owner-id":                   {a.OwnerId},
		"default":                    {"true"},
		"association.association-id": ids,
		"association.network-acl-id": {a.NetworkAclId},
		"association.subnet-id":      subnets,
		"entry.cidr":                 {"0.0.0.0/0"},
		"entry.protocol":             {"-1"},
		"entry.rule-action":          {"allow", "deny"},
		"entry.egress":               {"true", "false"},
		"entry.rule-number":          {"100", "32767"},
		"entry.ipv6-cidr":            nil,
		"entry.icmp.code":            nil,
		"entry.icmp.type":            nil,
		"entry.port-range.from":      nil,
		"entry.port-range.to":        nil,
	}))
}
