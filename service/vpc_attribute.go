package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// EC2Bool is a boolean attribute in EC2's requests and answers.
type EC2Bool struct{ Value bool }

// DescribeVpcAttributeInput is EC2's.
type DescribeVpcAttributeInput struct {
	VpcId     string
	Attribute string
}

// DescribeVpcAttributeOutput is EC2's: the attribute asked for and no other.
type DescribeVpcAttributeOutput struct {
	VpcId                            string
	EnableDnsHostnames               *EC2Bool
	EnableDnsSupport                 *EC2Bool
	EnableNetworkAddressUsageMetrics *EC2Bool
}

// DescribeVpcAttribute gives one attribute of a VPC.
func (s *Service) DescribeVpcAttribute(_ context.Context, caller audit.Caller, in *DescribeVpcAttributeInput) (*DescribeVpcAttributeOutput, error) {
	v, err := s.vpcByID(caller, in.VpcId)
	if err != nil {
		return nil, err
	}
	out := &DescribeVpcAttributeOutput{VpcId: in.VpcId}
	switch in.Attribute {
	case "enableDnsHostnames":
		out.EnableDnsHostnames = &EC2Bool{v.Value.DNSHostnames}
	case "enableDnsSupport":
		out.EnableDnsSupport = &EC2Bool{!v.Value.NoDNSSupport}
	case "enableNetworkAddressUsageMetrics":
		out.EnableNetworkAddressUsageMetrics = &EC2Bool{v.Value.UsageMetrics}
	case "":
		return nil, required("attribute", in.Attribute)
	default:
		return nil, ec2Error(errs.Invalid, "InvalidParameterValue", "Value (%s) for parameter attribute is invalid. Unknown attribute.", shorten(in.Attribute))
	}
	return out, nil
}

// ModifyVpcAttributeInput is EC2's.
type ModifyVpcAttributeInput struct {
	VpcId                            string
	EnableDnsHostnames               *EC2Bool
	EnableDnsSupport                 *EC2Bool
	EnableNetworkAddressUsageMetrics *EC2Bool
}

// ModifyVpcAttribute sets one attribute of a VPC. All three are about
// instances that EC2 would launch: they are kept and change nothing about
// domain controllers, whose names are the directory's.
func (s *Service) ModifyVpcAttribute(ctx context.Context, caller audit.Caller, in *ModifyVpcAttributeInput) (*EC2Return, error) {
	given := 0
	for _, a := range []*EC2Bool{in.EnableDnsHostnames, in.EnableDnsSupport, in.EnableNetworkAddressUsageMetrics} {
		if a != nil {
			given++
		}
	}
	if given == 0 {
		return nil, ec2Error(errs.Invalid, "MissingParameter", "The request must contain the attribute to modify")
	} else if given > 1 {
		return nil, ec2Error(errs.Invalid, "InvalidParameterCombination", "Fields for multiple attribute types specified")
	}
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		v, err := s.vpcByID(caller, in.VpcId)
		if err != nil {
			return err
		}
		switch {
		case in.EnableDnsHostnames != nil:
			v.Value.DNSHostnames = in.EnableDnsHostnames.Value
		case in.EnableDnsSupport != nil:
			v.Value.NoDNSSupport = !in.EnableDnsSupport.Value
		default:
			v.Value.UsageMetrics = in.EnableNetworkAddressUsageMetrics.Value
		}
		store.VPCs.Put(tx, v.Key, v.Value, v.Revision)
		s.audit(tx, caller, "ModifyVpcAttribute", v.Key)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &EC2Return{Return: true}, nil
}
