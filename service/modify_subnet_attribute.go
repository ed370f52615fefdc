package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// ModifySubnetAttributeInput is EC2's.
type ModifySubnetAttributeInput struct {
	SubnetId                                string
	MapPublicIpOnLaunch                     *EC2Bool
	AssignIpv6AddressOnCreation             *EC2Bool
	MapCustomerOwnedIpOnLaunch              *EC2Bool
	CustomerOwnedIpv4Pool                   string
	EnableDns64                             *EC2Bool
	PrivateDnsHostnameTypeOnLaunch          string
	EnableResourceNameDnsARecordOnLaunch    *EC2Bool
	EnableResourceNameDnsAAAARecordOnLaunch *EC2Bool
	EnableLniAtDeviceIndex                  *int32
	DisableLniAtDeviceIndex                 *EC2Bool
}

// ModifySubnetAttribute sets an attribute of a subnet. MapPublicIpOnLaunch is
// about instances that EC2 would launch and is kept; the others are refused but
// in the value that they have.
func (s *Service) ModifySubnetAttribute(ctx context.Context, caller audit.Caller, in *ModifySubnetAttributeInput) (*EC2Return, error) {
	for _, a := range []*EC2Bool{
		in.AssignIpv6AddressOnCreation, in.MapCustomerOwnedIpOnLaunch, in.EnableDns64, in.EnableResourceNameDnsARecordOnLaunch,
		in.EnableResourceNameDnsAAAARecordOnLaunch,
	} {
		if a != nil && a.Value {
			return nil, unsupported("Subnets of Entente have IPv4 addresses alone, and launch no instances. Only MapPublicIpOnLaunch can be set.")
		}
	}
	if in.CustomerOwnedIpv4Pool != "" || in.EnableLniAtDeviceIndex != nil || in.DisableLniAtDeviceIndex != nil {
		return nil, unsupported("There are no Outposts in Entente.")
	}
	if t := in.PrivateDnsHostnameTypeOnLaunch; t != "" && t != "ip-name" {
		return nil, unsupported("Subnets of Entente launch no instances: PrivateDnsHostnameTypeOnLaunch stays ip-name.")
	}
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		v, at, err := s.subnetByID(caller, in.SubnetId)
		if err != nil {
			return err
		}
		if *in == (ModifySubnetAttributeInput{SubnetId: in.SubnetId}) {
			return ec2Error(errs.Invalid, "MissingParameter", "The request must contain the attribute to modify")
		}
		if in.MapPublicIpOnLaunch != nil {
			v.Value.Subnets[at].MapPublicIP = in.MapPublicIpOnLaunch.Value
		}
		store.VPCs.Put(tx, v.Key, v.Value, v.Revision)
		s.audit(tx, caller, "ModifySubnetAttribute", in.SubnetId)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &EC2Return{Return: true}, nil
}
