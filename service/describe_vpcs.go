package service

import (
	"context"
	"strconv"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// DescribeVpcsInput is EC2's.
type DescribeVpcsInput struct {
	VpcIds     []string
	Filters    []EC2Filter
	MaxResults *int32
	NextToken  *string
}

// DescribeVpcsOutput is EC2's.
type DescribeVpcsOutput struct {
	Vpcs      []EC2Vpc
	NextToken *string
}

// EC2Vpc is a VPC in EC2's words.
type EC2Vpc struct {
	VpcId                     string
	State                     string // "pending" or "available"
	CidrBlock                 string
	CidrBlockAssociations     []EC2CidrBlockAssociation `xml:"cidrBlockAssociationSet"`
	Ipv6CidrBlockAssociations []EC2Ipv6Association      `xml:"ipv6CidrBlockAssociationSet"`
	DhcpOptionsId             string
	InstanceTenancy           string
	IsDefault                 bool
	OwnerId                   string
	Tags                      []EC2Tag
}

// EC2CidrBlockAssociation says that a VPC has a range.
type EC2CidrBlockAssociation struct {
	AssociationId  string
	CidrBlock      string
	CidrBlockState EC2CidrBlockState
}

// EC2CidrBlockState is "associated".
type EC2CidrBlockState struct{ State string }

// EC2Ipv6Association would say that a VPC or subnet has an IPv6 range. None
// has.
type EC2Ipv6Association struct{ AssociationId string }

// DescribeVpcs lists the VPCs of the caller's Region, or those named.
func (s *Service) DescribeVpcs(ctx context.Context, caller audit.Caller, in *DescribeVpcsInput) (*DescribeVpcsOutput, error) {
	if err := checkFilters(in.Filters, vpcFilter(EC2Vpc{}, nil)); err != nil {
		return nil, err
	}
	specs, err := s.vpcs(ctx, caller)
	if err != nil {
		return nil, err
	}
	if err := allThere(in.VpcIds, specs, vpcKey, "InvalidVpcID.NotFound", "vpc ID"); err != nil {
		return nil, err
	}
	p := page{"DescribeVpcs", in.VpcIds, in.Filters, in.MaxResults, in.NextToken}
	var list []EC2Vpc
	for _, spec := range specs {
		v := describeVPC(caller, spec)
		if p.named(v.VpcId) && passes(in.Filters, vpcFilter(v, spec.Tags)) {
			list = append(list, v)
		}
	}
	out := &DescribeVpcsOutput{}
	out.Vpcs, out.NextToken, err = cut(s, caller, p, list, func(v EC2Vpc) string { return v.VpcId })
	return out, err
}

func vpcKey(v vpc.Spec) string { return string(v.ID) }

// vpcs gives the VPCs of the caller's Region, by id; the default one is among
// them.
func (s *Service) vpcs(ctx context.Context, caller audit.Caller) ([]vpc.Spec, error) {
	if _, err := s.defaultVPC(ctx, caller); err != nil {
		return nil, err
	}
	var list []vpc.Spec
	for o := range store.VPCs.All(s.store) {
		if o.Value.Region == caller.Region && !o.Value.Delete {
			list = append(list, o.Value)
		}
	}
	return list, nil
}

// vpcByID finds a VPC of the caller's Region. The error has EC2's code.
func (s *Service) vpcByID(caller audit.Caller, id string) (store.Object[vpc.Spec], error) {
	if err := required("vpcId", id); err != nil {
		return store.Object[vpc.Spec]{}, err
	}
	o, ok := store.VPCs.Get(s.store, id)
	if !ok || o.Value.Region != caller.Region || o.Value.Delete {
		return o, ec2Error(errs.NotFound, "InvalidVpcID.NotFound", "The vpc ID '%s' does not exist", shorten(id))
	}
	return o, nil
}

// describeVPC says "available" from the start: a domain controller that comes
// before its network waits for it.
func describeVPC(caller audit.Caller, spec vpc.Spec) EC2Vpc {
	return EC2Vpc{
		VpcId: string(spec.ID), State: "available", CidrBlock: spec.CIDR.String(), DhcpOptionsId: "default",
		CidrBlockAssociations: []EC2CidrBlockAssociation{{
			AssociationId: vpc.Derived("vpc-cidr-assoc-", string(spec.ID)), CidrBlock: spec.CIDR.String(),
			CidrBlockState: EC2CidrBlockState{State: "associated"},
		}},
		InstanceTenancy: "default", IsDefault: spec.Default, OwnerId: caller.Account, Tags: ec2Tags(spec.Tags),
	}
}

func vpcFilter(v EC2Vpc, tags map[string]string) filterValues {
	return withTags(tags, func(name string) ([]string, bool) {
		switch name {
		case "vpc-id":
			return []string{v.VpcId}, true
		case "is-default", "isDefault":
			return []string{strconv.FormatBool(v.IsDefault)}, true
		case "state":
			return []string{v.State}, true
		case "cidr", "cidr-block", "cidrBlock", "cidr-block-association.cidr-block":
			return []string{v.CidrBlock}, true
		case "cidr-block-association.state":
			return []string{"associated"}, true
		case "cidr-block-association.association-id":
			return []string{vpc.Derived("vpc-cidr-assoc-", v.VpcId)}, true
		case "owner-id":
			return []string{v.OwnerId}, true
		case "dhcp-options-id":
			return []string{v.DhcpOptionsId}, true
		case "ipv6-cidr-block-association.ipv6-cidr-block", "ipv6-cidr-block-association.ipv6-pool",
			"ipv6-cidr-block-association.association-id", "ipv6-cidr-block-association.state":
			return nil, true
		}
		return nil, false
	})
}
