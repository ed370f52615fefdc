package service

import (
	"context"
	"slices"
	"strconv"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// DescribeVpcsInput is EC2's, as far as Entente has it.
type DescribeVpcsInput struct {
	VpcIds     []string
	Filters    []EC2Filter
	MaxResults *int32
	NextToken  *string
}

// DescribeVpcsOutput is EC2's, as far as Entente has it.
type DescribeVpcsOutput struct {
	Vpcs      []EC2Vpc
	NextToken *string
}

// EC2Vpc is a VPC in EC2's words.
type EC2Vpc struct {
	VpcId           string
	State           string // "pending" or "available"
	CidrBlock       string
	DhcpOptionsId   string
	InstanceTenancy string
	IsDefault       bool
	OwnerId         string
	Tags            []EC2Tag
}

// DescribeVpcs lists the VPCs of the caller's Region, or those named.
func (s *Service) DescribeVpcs(ctx context.Context, caller audit.Caller, in *DescribeVpcsInput) (*DescribeVpcsOutput, error) {
	if err := checkFilters(in.Filters, vpcFilter(EC2Vpc{})); err != nil {
		return nil, err
	}
	all, err := s.vpcs(ctx, caller)
	if err != nil {
		return nil, err
	}
	for _, id := range in.VpcIds {
		if !slices.ContainsFunc(all, func(v vpc.Spec) bool { return string(v.ID) == id }) {
			return nil, ec2Error(errs.NotFound, "InvalidVpcID.NotFound", "The vpc ID '%s' does not exist", id)
		}
	}
	var list []EC2Vpc
	for _, spec := range all {
		v := s.describeVPC(caller, spec)
		if (len(in.VpcIds) == 0 || slices.Contains(in.VpcIds, v.VpcId)) && passes(in.Filters, vpcFilter(v)) {
			list = append(list, v)
		}
	}
	bind := paging.Bind(append([]string{caller.Account, caller.Region, "DescribeVpcs"}, in.VpcIds...)...)
	page, next, err := paging.Page(list, func(v EC2Vpc) string { return v.VpcId }, val(in.MaxResults), val(in.NextToken), bind, s.cfg.TokenKey)
	if err != nil {
		return nil, err
	}
	return &DescribeVpcsOutput{Vpcs: page, NextToken: text(next)}, nil
}

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

// describeVPC says "available" from the start: a domain controller that comes
// before its network waits for it.
func (s *Service) describeVPC(caller audit.Caller, spec vpc.Spec) EC2Vpc {
	return EC2Vpc{
		VpcId: string(spec.ID), State: "available", CidrBlock: spec.CIDR.String(), DhcpOptionsId: "default",
		InstanceTenancy: "default", IsDefault: spec.Default, OwnerId: caller.Account,
	}
}

func vpcFilter(v EC2Vpc) filterValues {
	return func(name string) ([]string, bool) {
		switch name {
		case "vpc-id":
			return []string{v.VpcId}, true
		case "is-default", "isDefault":
			return []string{strconv.FormatBool(v.IsDefault)}, true
		case "state":
			return []string{v.State}, true
		case "cidr", "cidr-block", "cidrBlock", "cidr-block-association.cidr-block":
			return []string{v.CidrBlock}, true
		case "owner-id":
			return []string{v.OwnerId}, true
		case "dhcp-options-id":
			return []string{v.DhcpOptionsId}, true
		}
		return nil, tagFilter(name)
	}
}

// tagFilter reports whether name is a filter on tags: nothing of EC2 has tags
// here, so such a filter lets nothing pass.
func tagFilter(name string) bool {
	return name == "tag-key" || len(name) > len("tag:") && name[:len("tag:")] == "tag:"
}
