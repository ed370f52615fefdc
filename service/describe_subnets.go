package service

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// DescribeSubnetsInput is EC2's, as far as Entente has it.
type DescribeSubnetsInput struct {
	SubnetIds  []string
	Filters    []EC2Filter
	MaxResults *int32
	NextToken  *string
}

// DescribeSubnetsOutput is EC2's, as far as Entente has it.
type DescribeSubnetsOutput struct {
	Subnets   []EC2Subnet
	NextToken *string
}

// EC2Subnet is a subnet in EC2's words.
type EC2Subnet struct {
	SubnetId                    string
	SubnetArn                   string
	State                       string
	VpcId                       string
	CidrBlock                   string
	AvailabilityZone            string
	AvailabilityZoneId          string
	AvailableIpAddressCount     int32
	DefaultForAz                bool
	MapPublicIpOnLaunch         bool
	AssignIpv6AddressOnCreation bool
	OwnerId                     string
	Tags                        []EC2Tag
}

// DescribeSubnets lists the subnets of the caller's Region, or those named.
func (s *Service) DescribeSubnets(ctx context.Context, caller audit.Caller, in *DescribeSubnetsInput) (*DescribeSubnetsOutput, error) {
	if err := checkFilters(in.Filters, subnetFilter(EC2Subnet{})); err != nil {
		return nil, err
	}
	vpcs, err := s.vpcs(ctx, caller)
	if err != nil {
		return nil, err
	}
	var all []EC2Subnet
	for _, v := range vpcs {
		for _, n := range v.Subnets {
			all = append(all, s.describeSubnet(caller, v, n))
		}
	}
	slices.SortFunc(all, func(a, b EC2Subnet) int { return cmp.Compare(a.SubnetId, b.SubnetId) })
	for _, id := range in.SubnetIds {
		if !slices.ContainsFunc(all, func(n EC2Subnet) bool { return n.SubnetId == id }) {
			return nil, ec2Error(errs.NotFound, "InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist", id)
		}
	}
	list := slices.DeleteFunc(all, func(n EC2Subnet) bool {
		return len(in.SubnetIds) > 0 && !slices.Contains(in.SubnetIds, n.SubnetId) || !passes(in.Filters, subnetFilter(n))
	})
	bind := paging.Bind(append([]string{caller.Account, caller.Region, "DescribeSubnets"}, in.SubnetIds...)...)
	page, next, err := paging.Page(list, func(n EC2Subnet) string { return n.SubnetId }, val(in.MaxResults), val(in.NextToken), bind, s.cfg.TokenKey)
	if err != nil {
		return nil, err
	}
	return &DescribeSubnetsOutput{Subnets: page, NextToken: text(next)}, nil
}

func (s *Service) describeSubnet(caller audit.Caller, v vpc.Spec, n vpc.Subnet) EC2Subnet {
	free := vpc.Leasable(n.CIDR)
	for o := range store.Directories.All(s.store) {
		for _, dc := range o.Value.DCs {
			if dc.Subnet == n.ID {
				free--
			}
		}
	}
	return EC2Subnet{
		SubnetId: string(n.ID), SubnetArn: "arn:aws:ec2:" + caller.Region + ":" + caller.Account + ":subnet/" + string(n.ID),
		State: "available", VpcId: string(v.ID), CidrBlock: n.CIDR.String(),
		AvailabilityZone: n.AZ, AvailabilityZoneId: n.AZID, DefaultForAz: v.Default, OwnerId: caller.Account,
		AvailableIpAddressCount: int32(free),
	}
}

func subnetFilter(n EC2Subnet) filterValues {
	return func(name string) ([]string, bool) {
		switch name {
		case "subnet-id":
			return []string{n.SubnetId}, true
		case "subnet-arn":
			return []string{n.SubnetArn}, true
		case "vpc-id":
			return []string{n.VpcId}, true
		case "availability-zone", "availabilityZone":
			return []string{n.AvailabilityZone}, true
		case "availability-zone-id", "availabilityZoneId":
			return []string{n.AvailabilityZoneId}, true
		case "cidr", "cidr-block", "cidrBlock":
			return []string{n.CidrBlock}, true
		case "default-for-az", "defaultForAz":
			return []string{strconv.FormatBool(n.DefaultForAz)}, true
		case "map-public-ip-on-launch":
			return []string{strconv.FormatBool(n.MapPublicIpOnLaunch)}, true
		case "state":
			return []string{n.State}, true
		case "owner-id":
			return []string{n.OwnerId}, true
		}
		return nil, tagFilter(name)
	}
}
