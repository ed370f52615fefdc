package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// DeleteSecurityGroupInput is EC2's.
type DeleteSecurityGroupInput struct {
	GroupId   string
	GroupName string
}

// DeleteSecurityGroupOutput is EC2's.
type DeleteSecurityGroupOutput struct {
	Return  bool
	GroupId string
}

// DeleteSecurityGroup takes a group away in which no domain controller is and
// that no other group has as a peer.
func (s *Service) DeleteSecurityGroup(ctx context.Context, caller audit.Caller, in *DeleteSecurityGroupInput) (*DeleteSecurityGroupOutput, error) {
	var id string
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		g, err := s.group(caller, in.GroupId, in.GroupName)
		if err != nil {
			return err
		}
		id = g.Key
		switch {
		case g.Value.Default:
			return ec2Error(errs.Refused, "CannotDelete", "the specified group: \"%s\" name: \"%s\" cannot be deleted by a user", g.Key, g.Value.Name)
		case s.groupInUse(g.Value.ID):
			return ec2Error(errs.Refused, "DependencyViolation", "resource %s has a dependent object", g.Key)
		}
		store.SecurityGroups.Counted(tx) // nothing refers to it
		store.Directories.Counted(tx)
		store.SecurityGroups.Delete(tx, g.Key, g.Revision)
		s.audit(tx, caller, "DeleteSecurityGroup", g.Key, "GroupName", g.Value.Name)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &DeleteSecurityGroupOutput{Return: true, GroupId: id}, nil
}

// groupInUse reports whether a directory's domain controllers are or will be in
// a group, or another group's rule names it.
func (s *Service) groupInUse(id vpc.GroupID) bool {
	for o := range store.SecurityGroups.All(s.store) {
		if o.Value.ID != id && o.Value.RefersTo(id) {
			return true
		}
	}
	for o := range store.Directories.All(s.store) {
		for _, place := range o.Value.Places() {
			if place.SecurityGroup == id {
				return true
			}
		}
	}
	return false
}

// group finds a security group of the caller's Region by its id, or, in the
// default VPC, by its name. The error has EC2's code.
func (s *Service) group(caller audit.Caller, id, name string) (store.Object[vpc.Group], error) {
	switch {
	case id != "" && name != "":
		return store.Object[vpc.Group]{}, ec2Error(errs.Invalid, "InvalidParameterCombination", "The parameters GroupName and GroupId may not be used together.")
	case id == "" && name == "":
		return store.Object[vpc.Group]{}, ec2Error(errs.Invalid, "MissingParameter", "The request must contain the parameter groupName or groupId")
	case name != "":
		return s.groupByName(caller, name)
	}
	return s.groupByID(caller, id)
}

func (s *Service) groupByID(caller audit.Caller, id string) (store.Object[vpc.Group], error) {
	if err := checkID("sg-", id, "InvalidGroupId.Malformed"); err != nil {
		return store.Object[vpc.Group]{}, err
	}
	o, ok := store.SecurityGroups.Get(s.store, id)
	if !ok || o.Value.Region != caller.Region {
		return o, noGroup(id)
	}
	return o, nil
}

func (s *Service) groupByName(caller audit.Caller, name string) (store.Object[vpc.Group], error) {
	def, ok := s.findDefaultVPC(caller.Region)
	if ok {
		for _, o := range s.groupsOf(def.ID) {
			if o.Value.Name == name {
				own, ok := store.SecurityGroups.Get(s.store, o.Key)
				if ok {
					return own, nil
				}
			}
		}
	}
	return store.Object[vpc.Group]{}, ec2Error(errs.NotFound, "InvalidGroup.NotFound", "The security group '%s' does not exist in default VPC '%s'", shorten(name), def.ID)
}

func noGroup(id string) error {
	return ec2Error(errs.NotFound, "InvalidGroup.NotFound", "The security group '%s' does not exist", shorten(id))
}
