package service

import (
	"context"
	"slices"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// UpdateSecurityGroupRuleDescriptionsInput is EC2's, for both directions.
type UpdateSecurityGroupRuleDescriptionsInput struct {
	GroupId                       string
	GroupName                     string
	IpPermissions                 []EC2IpPermission `form:"IpPermissions"`
	SecurityGroupRuleDescriptions []EC2RuleDescription
}

// EC2RuleDescription gives a rule a description by its id.
type EC2RuleDescription struct {
	SecurityGroupRuleId string
	Description         string
}

// UpdateSecurityGroupRuleDescriptionsIngress replaces descriptions of rules
// that let in. A rule without a description in the request loses its own.
func (s *Service) UpdateSecurityGroupRuleDescriptionsIngress(ctx context.Context, caller audit.Caller, in *UpdateSecurityGroupRuleDescriptionsInput) (*EC2Return, error) {
	return s.describeRules(ctx, caller, "UpdateSecurityGroupRuleDescriptionsIngress", false, in)
}

// UpdateSecurityGroupRuleDescriptionsEgress replaces descriptions of rules
// that let out. A rule without a description in the request loses its own.
func (s *Service) UpdateSecurityGroupRuleDescriptionsEgress(ctx context.Context, caller audit.Caller, in *UpdateSecurityGroupRuleDescriptionsInput) (*EC2Return, error) {
	return s.describeRules(ctx, caller, "UpdateSecurityGroupRuleDescriptionsEgress", true, in)
}

func (s *Service) describeRules(ctx context.Context, caller audit.Caller, operation string, egress bool, in *UpdateSecurityGroupRuleDescriptionsInput) (*EC2Return, error) {
	switch byRule, byID := len(in.IpPermissions) > 0, len(in.SecurityGroupRuleDescriptions) > 0; {
	case byRule && byID:
		return nil, ec2Error(errs.Invalid, "InvalidParameterCombination", "The parameters ipPermissions and securityGroupRuleDescriptions may not be used together.")
	case !byRule && !byID:
		return nil, ec2Error(errs.Invalid, "MissingParameter", "The request must contain the parameter ipPermissions or securityGroupRuleDescriptions")
	}
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		g, err := s.group(caller, in.GroupId, in.GroupName)
		if err != nil {
			return err
		}
		if err := s.setDescriptions(caller, &g.Value, egress, in); err != nil {
			return err
		}
		store.SecurityGroups.Put(tx, g.Key, g.Value, g.Revision)
		s.audit(tx, caller, operation, g.Key)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &EC2Return{Return: true}, nil
}

func (s *Service) setDescriptions(caller audit.Caller, g *vpc.Group, egress bool, in *UpdateSecurityGroupRuleDescriptionsInput) error {
	for _, d := range in.SecurityGroupRuleDescriptions {
		at, err := ruleByIDIn(*g, egress, d.SecurityGroupRuleId)
		if err != nil {
			return err
		}
		if err := vpc.CheckDescription(d.Description); err != nil {
			return err
		}
		g.Rules[at].Description = d.Description
	}
	if len(in.IpPermissions) == 0 {
		return nil
	}
	parsed, err := s.parsePermissions(caller, *g, egress, in.IpPermissions)
	if err != nil {
		return err
	}
	for _, r := range parsed {
		at := slices.IndexFunc(g.Rules, r.Same)
		if at < 0 {
			return ec2Error(errs.NotFound, "InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
		}
		g.Rules[at].Description = r.Description
	}
	return nil
}
