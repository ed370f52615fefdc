package service

import (
	"context"
	"strings"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// CreateSubnetInput is EC2's.
type CreateSubnetInput struct {
	VpcId              string
	CidrBlock          string
	AvailabilityZone   string
	AvailabilityZoneId string
	Ipv6CidrBlock      string
	Ipv6Native         bool
	OutpostArn         string
	Ipv4IpamPoolId     string
	Ipv4NetmaskLength  *int32
	Ipv6IpamPoolId     string
	Ipv6NetmaskLength  *int32
	TagSpecifications  []EC2TagSpecification
}

// CreateSubnetOutput is EC2's.
type CreateSubnetOutput struct{ Subnet EC2Subnet }

// maxSubnets is how many subnets a VPC may have, as at AWS.
const maxSubnets = 200

// CreateSubnet adds a subnet to a VPC.
func (s *Service) CreateSubnet(ctx context.Context, caller audit.Caller, in *CreateSubnetInput) (*CreateSubnetOutput, error) {
	subnet, err := newSubnet(caller, in)
	if err != nil {
		return nil, err
	}
	var spec vpc.Spec
	_, err = s.decide(ctx, func(tx *store.Txn) error {
		v, err := s.vpcByID(caller, in.VpcId)
		if err != nil {
			return err
		}
		if err := v.Value.CheckSubnet(subnet.CIDR); err != nil {
			return err
		}
		if len(v.Value.Subnets) >= maxSubnets {
			return ec2Error(errs.Refused, "SubnetLimitExceeded", "The maximum number of subnets for VPC '%s' has been reached.", v.Key)
		}
		subnet.ID = vpc.SubnetID("subnet-" + hex17())
		v.Value.Subnets = append(v.Value.Subnets, subnet)
		spec = v.Value
		store.VPCs.Put(tx, v.Key, spec, v.Revision)
		s.audit(tx, caller, "CreateSubnet", string(subnet.ID), "VpcId", v.Key, "CidrBlock", subnet.CIDR.String(), "AvailabilityZone", subnet.AZ)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	out := s.describeSubnet(caller, spec, subnet)
	return &CreateSubnetOutput{Subnet: out}, nil
}

// newSubnet checks a request without looking at what there is.
func newSubnet(caller audit.Caller, in *CreateSubnetInput) (vpc.Subnet, error) {
	switch {
	case in.OutpostArn != "":
		return vpc.Subnet{}, unsupported("There are no Outposts in Entente.")
	case in.Ipv4IpamPoolId != "" || in.Ipv4NetmaskLength != nil || in.Ipv6IpamPoolId != "" || in.Ipv6NetmaskLength != nil:
		return vpc.Subnet{}, unsupported("There is no address manager (IPAM) in Entente. Name the subnet's range as CidrBlock.")
	case in.Ipv6CidrBlock != "" || in.Ipv6Native:
		return vpc.Subnet{}, unsupported(noIPv6)
	}
	if err := required("vpcId", in.VpcId); err != nil {
		return vpc.Subnet{}, err
	}
	if in.CidrBlock == "" {
		return vpc.Subnet{}, ec2Error(errs.Invalid, "MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
	}
	cidr, err := vpc.ParseRange(in.CidrBlock)
	if err != nil {
		return vpc.Subnet{}, err
	}
	zone, err := chooseZone(caller.Region, in.AvailabilityZone, in.AvailabilityZoneId)
	if err != nil {
		return vpc.Subnet{}, err
	}
	tags, err := specified(in.TagSpecifications, "subnet")
	return vpc.Subnet{AZ: zone.Name, AZID: zone.ID, CIDR: cidr, Tags: tags}, err
}

// chooseZone finds the zone with that name or id; the first one when neither is
// given.
func chooseZone(region, name, id string) (vpc.Zone, error) {
	zones := vpc.Zones(region)
	if name != "" && id != "" {
		return vpc.Zone{}, ec2Error(errs.Invalid, "InvalidParameterCombination", "The parameters availabilityZone and availabilityZoneId may not be used together.")
	}
	if name == "" && id == "" {
		return zones[0], nil
	}
	var names, ids []string
	for _, z := range zones {
		if z.Name == name || z.ID == id {
			return z, nil
		}
		names, ids = append(names, z.Name), append(ids, z.ID)
	}
	wrong, parameter, list := name, "availabilityZone", names
	if name == "" {
		wrong, parameter, list = id, "availabilityZoneId", ids
	}
	return vpc.Zone{}, ec2Error(errs.Invalid, "InvalidParameterValue",
		"Value (%s) for parameter %s is invalid. Subnets can currently only be created in the following availability zones: %s.", shorten(wrong), parameter, strings.Join(list, ", "))
}
