package service

import (
	"context"
	"slices"
	"strconv"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// DescribeSubnetsInput is EC2's.
type DescribeSubnetsInput struct {
	SubnetIds  []string
	Filters    []EC2Filter
	MaxResults *int32
	NextToken  *string
}

// DescribeSubnetsOutput is EC2's.
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
	Ipv6CidrBlockAssociations   []EC2Ipv6Association `xml:"ipv6CidrBlockAssociationSet"`
	AvailabilityZone            string
	AvailabilityZoneId          string
	AvailableIpAddressCount     int32
	DefaultForAz                bool
	MapPublicIpOnLaunch         bool
	MapCustomerOwnedIpOnLaunch  bool
	AssignIpv6AddressOnCreation bool
	EnableDns64                 bool
	Ipv6Native                  bool
	PrivateDnsNameOptions       EC2DNSNameOptions `xml:"privateDnsNameOptionsOnLaunch"`
	OwnerId                     string
	Tags                        []EC2Tag
}

// EC2DNSNameOptions are about instances that EC2 would launch.
type EC2DNSNameOptions struct {
	HostnameType                    string
	EnableResourceNameDnsARecord    bool
	EnableResourceNameDnsAAAARecord bool
}

// DescribeSubnets lists the subnets of the caller's Region, or those named.
func (s *Service) DescribeSubnets(ctx context.Context, caller audit.Caller, in *DescribeSubnetsInput) (*DescribeSubnetsOutput, error) {
	if err := checkFilters(in.Filters, subnetFilter(EC2Subnet{}, nil)); err != nil {
		return nil, err
	}
	vpcs, err := s.vpcs(ctx, caller)
	if err != nil {
		return nil, err
	}
	p := page{"DescribeSubnets", in.SubnetIds, in.Filters, in.MaxResults, in.NextToken}
	var all, list []EC2Subnet
	for _, v := range vpcs {
		for _, n := range v.Subnets {
			subnet := s.describeSubnet(caller, v, n)
			all = append(all, subnet)
			if p.named(subnet.SubnetId) && passes(in.Filters, subnetFilter(subnet, n.Tags)) {
				list = append(list, subnet)
			}
		}
	}
	key := func(n EC2Subnet) string { return n.SubnetId }
	if err := allThere(in.SubnetIds, all, key, "InvalidSubnetID.NotFound", "subnet ID"); err != nil {
		return nil, err
	}
	out := &DescribeSubnetsOutput{}
	out.Subnets, out.NextToken, err = cut(s, caller, p, list, key)
	return out, err
}

// subnetByID finds a subnet of the caller's Region in its VPC. The error has
// EC2's code.
func (s *Service) subnetByID(caller audit.Caller, id string) (o store.Object[vpc.Spec], at int, err error) {
	if err := required("subnetId", id); err != nil {
		return o, 0, err
	}
	for v := range store.VPCs.All(s.store) {
		at = slices.IndexFunc(v.Value.Subnets, func(n vpc.Subnet) bool { return string(n.ID) == id })
		if at >= 0 && v.Value.Region == caller.Region && !v.Value.Delete {
			own, _ := store.VPCs.Get(s.store, v.Key)
			if at < len(own.Value.Subnets) && string(own.Value.Subnets[at].ID) == id {
				return own, at, nil
			}
		}
	}
	return o, 0, ec2Error(errs.NotFound, "InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist", shorten(id))
}

func (s *Service) describeSubnet(caller audit.Caller, v vpc.Spec, n vpc.Subnet) EC2Subnet {
	return EC2Subnet{
		SubnetId: string(n.ID), SubnetArn: ec2ARN(caller, "subnet", string(n.ID)),
		State: "available", VpcId: string(v.ID), CidrBlock: n.CIDR.String(),
		AvailabilityZone: n.AZ, AvailabilityZoneId: n.AZID, DefaultForAz: v.Default, OwnerId: caller.Account,
		AvailableIpAddressCount: int32(vpc.Leasable(n.CIDR) - len(s.leasedIn(n.ID))),
		MapPublicIpOnLaunch:     n.MapPublicIP, PrivateDnsNameOptions: EC2DNSNameOptions{HostnameType: "ip-name"},
		Tags: ec2Tags(n.Tags),
	}
}

// leasedIn lists the domain controllers that have an address of a subnet.
func (s *Service) leasedIn(id vpc.SubnetID) []string {
	var ids []string
	for o := range store.Directories.All(s.store) {
		for _, dc := range o.Value.DCs {
			if dc.Subnet == id {
				ids = append(ids, string(dc.ID))
			}
		}
	}
	return ids
}

// ec2ARN names an object of EC2 as AWS does.
func ec2ARN(caller audit.Caller, kind, id string) string {
	return "arn:aws:ec2:" + caller.Region + ":" + caller.Account + ":" + kind + "/" + id
}

func subnetFilter(n EC2Subnet, tags map[string]string) filterValues {
	return withTags(tags, func(name string) ([]string, bool) {
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
		case "available-ip-address-count":
			return []string{strconv.Itoa(int(n.AvailableIpAddressCount))}, true
		case "cidr", "cidr-block", "cidrBlock":
			return []string{n.CidrBlock}, true
		case "default-for-az", "defaultForAz":
			return []string{strconv.FormatBool(n.DefaultForAz)}, true
		case "map-public-ip-on-launch":
			return []string{strconv.FormatBool(n.MapPublicIpOnLaunch)}, true
		case "ipv6-native":
			return []string{"false"}, true
		case "state":
			return []string{n.State}, true
		case "owner-id":
			return []string{n.OwnerId}, true
		case "ipv6-cidr-block-association.ipv6-cidr-block", "ipv6-cidr-block-association.association-id", "ipv6-cidr-block-association.state",
			"outpost-arn", "customer-owned-ipv4-pool":
			return nil, true
		}
		return nil, false
	})
}
