package service

import (
	"context"
	"slices"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// DeleteSubnetInput is EC2's.
type DeleteSubnetInput struct{ SubnetId string }

// DeleteSubnet takes a subnet away in which no directory is.
func (s *Service) DeleteSubnet(ctx context.Context, caller audit.Caller, in *DeleteSubnetInput) (*EC2Return, error) {
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		v, at, err := s.subnetByID(caller, in.SubnetId)
		if err != nil {
			return err
		}
		if s.subnetInUse(vpc.SubnetID(in.SubnetId)) {
			return ec2Error(errs.Refused, "DependencyViolation", "The subnet '%s' has dependencies and cannot be deleted.", in.SubnetId)
		}
		store.Directories.Counted(tx) // nothing is in it
		v.Value.Subnets = slices.Delete(v.Value.Subnets, at, at+1)
		store.VPCs.Put(tx, v.Key, v.Value, v.Revision)
		s.audit(tx, caller, "DeleteSubnet", in.SubnetId, "VpcId", v.Key)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &EC2Return{Return: true}, nil
}

// subnetInUse reports whether a directory is placed in a subnet. One that is
// being deleted is, until its domain controllers are gone.
func (s *Service) subnetInUse(id vpc.SubnetID) bool {
	for o := range store.Directories.All(s.store) {
		for _, place := range o.Value.Places() {
			if slices.Contains(place.Subnets, id) {
				return true
			}
		}
	}
	return len(s.leasedIn(id)) > 0
}
