package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// DeleteVpcInput is EC2's.
type DeleteVpcInput struct{ VpcId string }

// EC2Return is EC2's answer to actions that have nothing to tell.
type EC2Return struct{ Return bool }

// DeleteVpc takes a VPC away that nothing is in, with its default security
// group. A network that it had on the host goes soon after.
func (s *Service) DeleteVpc(ctx context.Context, caller audit.Caller, in *DeleteVpcInput) (*EC2Return, error) {
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		v, err := s.vpcByID(caller, in.VpcId)
		if err != nil {
			return err
		}
		if v.Value.Default {
			return ec2Error(errs.Refused, "OperationNotPermitted", "The VPC %s is the default one of %s, which each Region keeps.", v.Key, caller.Region)
		}
		if s.inUse(v.Value) {
			return ec2Error(errs.Refused, "DependencyViolation", "The vpc '%s' has dependencies and cannot be deleted.", v.Key)
		}
		store.SecurityGroups.Counted(tx) // nothing is in it
		store.Directories.Counted(tx)
		for _, g := range s.groupsOf(v.Value.ID) {
			store.SecurityGroups.Delete(tx, g.Key, g.Revision) // the default one is the last
		}
		v.Value.Delete = true
		store.VPCs.Put(tx, v.Key, v.Value, v.Revision)
		s.audit(tx, caller, "DeleteVpc", v.Key)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &EC2Return{Return: true}, nil
}

// inUse reports whether a VPC has subnets, directories, or groups that are not
// its default one.
func (s *Service) inUse(v vpc.Spec) bool {
	if len(v.Subnets) > 0 {
		return true
	}
	for _, g := range s.groupsOf(v.ID) {
		if !g.Value.Default {
			return true
		}
	}
	for o := range store.Directories.All(s.store) {
		for _, place := range o.Value.Places() {
			if place.VPC == v.ID {
				return true
			}
		}
	}
	return false
}

// groupsOf lists a VPC's security groups.
func (s *Service) groupsOf(id vpc.ID) []store.Object[vpc.Group] {
	var list []store.Object[vpc.Group]
	for o := range store.SecurityGroups.All(s.store) {
		if o.Value.VPC == id {
			list = append(list, o)
		}
	}
	return list
}
