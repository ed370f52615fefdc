package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// CreateVpcInput is EC2's.
type CreateVpcInput struct {
	CidrBlock                       string
	InstanceTenancy                 string
	AmazonProvidedIpv6CidrBlock     bool
	Ipv6CidrBlock                   string
	Ipv6Pool                        string
	Ipv6CidrBlockNetworkBorderGroup string
	Ipv4IpamPoolId                  string
	Ipv4NetmaskLength               *int32
	Ipv6IpamPoolId                  string
	Ipv6NetmaskLength               *int32
	TagSpecifications               []EC2TagSpecification
}

// CreateVpcOutput is EC2's.
type CreateVpcOutput struct{ Vpc EC2Vpc }

// maxVPCs is how many VPCs a Region may have. It is more than AWS gives
// without asking, and fewer than make a host slow.
const maxVPCs = 100

const noIPv6 = "VPCs and subnets have no IPv6 range in Entente: the networks of its domain controllers are IPv4. Rules of security groups may name IPv6 ranges."

// CreateVpc writes a VPC with its default security group. It gets a network on
// a host when a directory is placed in it; until then its range may overlap
// others, as at EC2.
func (s *Service) CreateVpc(ctx context.Context, caller audit.Caller, in *CreateVpcInput) (*CreateVpcOutput, error) {
	spec, err := newVPC(caller, in)
	if err != nil {
		return nil, err
	}
	_, err = s.decide(ctx, func(tx *store.Txn) error {
		others, err := s.vpcs(ctx, caller)
		if err != nil {
			return err
		}
		if len(others) >= maxVPCs {
			return ec2Error(errs.Refused, "VpcLimitExceeded", "The maximum number of VPCs has been reached.")
		}
		store.VPCs.Counted(tx)
		spec.ID, spec.CreatedAt = vpc.ID("vpc-"+hex17()), s.now()
		store.VPCs.Put(tx, string(spec.ID), spec, 0)
		s.putDefaultGroup(tx, spec)
		s.audit(tx, caller, "CreateVpc", string(spec.ID), "CidrBlock", spec.CIDR.String())
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &CreateVpcOutput{Vpc: describeVPC(caller, spec)}, nil
}

// newVPC checks a request without looking at what there is.
func newVPC(caller audit.Caller, in *CreateVpcInput) (vpc.Spec, error) {
	switch {
	case in.Ipv4IpamPoolId != "" || in.Ipv4NetmaskLength != nil || in.Ipv6IpamPoolId != "" || in.Ipv6NetmaskLength != nil:
		return vpc.Spec{}, unsupported("There is no address manager (IPAM) in Entente. Name the VPC's range as CidrBlock.")
	case in.AmazonProvidedIpv6CidrBlock || in.Ipv6CidrBlock != "" || in.Ipv6Pool != "" || in.Ipv6CidrBlockNetworkBorderGroup != "":
		return vpc.Spec{}, unsupported(noIPv6)
	case in.CidrBlock == "":
		return vpc.Spec{}, ec2Error(errs.Invalid, "MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
	}
	switch in.InstanceTenancy {
	case "", "default":
	case "dedicated":
		return vpc.Spec{}, unsupported("A VPC of Entente has the tenancy default: it launches no instances, and directories need that tenancy.")
	default:
		return vpc.Spec{}, ec2Error(errs.Invalid, "InvalidParameterValue", "Value (%s) for parameter instanceTenancy is invalid.", shorten(in.InstanceTenancy))
	}
	cidr, err := vpc.ParseRange(in.CidrBlock)
	if err != nil {
		return vpc.Spec{}, err
	}
	if err := vpc.CheckRange(cidr); err != nil {
		return vpc.Spec{}, err
	}
	tags, err := specified(in.TagSpecifications, "vpc")
	return vpc.Spec{Region: caller.Region, CIDR: cidr, Tags: tags}, err
}

// putDefaultGroup gives a new VPC its group "default".
func (s *Service) putDefaultGroup(tx *store.Txn, spec vpc.Spec) {
	g := vpc.DefaultGroup(newGroupID(), spec, newRuleID)
	store.SecurityGroups.Put(tx, string(g.ID), g, 0)
}

func newGroupID() vpc.GroupID { return vpc.GroupID("sg-" + hex17()) }
