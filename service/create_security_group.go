package service

import (
	"context"
	"strings"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// CreateSecurityGroupInput is EC2's.
type CreateSecurityGroupInput struct {
	GroupName         string
	Description       string `form:"GroupDescription"`
	VpcId             string
	TagSpecifications []EC2TagSpecification
}

// CreateSecurityGroupOutput is EC2's.
type CreateSecurityGroupOutput struct {
	GroupId          string
	SecurityGroupArn string
	Tags             []EC2Tag
}

// maxGroups is how many security groups a Region may have, as at AWS.
const maxGroups = 2500

// CreateSecurityGroup makes a group in a VPC, the default one when none is
// named. Everything goes out of it and nothing comes in, as at EC2.
func (s *Service) CreateSecurityGroup(ctx context.Context, caller audit.Caller, in *CreateSecurityGroupInput) (*CreateSecurityGroupOutput, error) {
	if err := vpc.CheckGroupName(in.GroupName, in.Description); err != nil {
		return nil, err
	}
	tags, err := specified(in.TagSpecifications, "security-group")
	if err != nil {
		return nil, err
	}
	g := vpc.Group{
		ID: newGroupID(), Region: caller.Region, Name: in.GroupName, Description: in.Description, Tags: tags,
		Rules: vpc.FirstRules(newRuleID), CreatedAt: s.now(),
	}
	_, err = s.decide(ctx, func(tx *store.Txn) error {
		if g.VPC, err = s.groupVPC(ctx, caller, in.VpcId); err != nil {
			return err
		}
		if err := s.groupNameFree(caller, g); err != nil {
			return err
		}
		store.SecurityGroups.Counted(tx)
		s.expectVPC(tx, g.VPC)
		store.SecurityGroups.Put(tx, string(g.ID), g, 0)
		s.audit(tx, caller, "CreateSecurityGroup", string(g.ID), "GroupName", g.Name, "VpcId", string(g.VPC))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &CreateSecurityGroupOutput{GroupId: string(g.ID), SecurityGroupArn: ec2ARN(caller, "security-group", string(g.ID)), Tags: ec2Tags(tags)}, nil
}

// expectVPC has a VPC still be there, with its subnets.
func (s *Service) expectVPC(tx *store.Txn, id vpc.ID) {
	o, _ := store.VPCs.Get(s.store, string(id))
	store.VPCs.Expect(tx, o)
}

func (s *Service) groupVPC(ctx context.Context, caller audit.Caller, id string) (vpc.ID, error) {
	if id == "" {
		v, err := s.defaultVPC(ctx, caller)
		return v.ID, err
	}
	v, err := s.vpcByID(caller, id)
	return v.Value.ID, err
}

// groupNameFree refuses a name that a group of the VPC has, in upper or lower
// case, and one group too many.
func (s *Service) groupNameFree(caller audit.Caller, g vpc.Group) error {
	n := 0
	for o := range store.SecurityGroups.All(s.store) {
		if o.Value.Region == caller.Region {
			n++
		}
		if o.Value.VPC == g.VPC && strings.EqualFold(o.Value.Name, g.Name) {
			return ec2Error(errs.Exists, "InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'", g.Name, g.VPC)
		}
	}
	if n >= maxGroups {
		return ec2Error(errs.Refused, "SecurityGroupLimitExceeded", "The maximum number of security groups has been reached.")
	}
	return nil
}
