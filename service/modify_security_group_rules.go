package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// ModifySecurityGroupRulesInput is EC2's.
type ModifySecurityGroupRulesInput struct {
	GroupId            string
	SecurityGroupRules []EC2RuleUpdate
}

// EC2RuleUpdate says what a rule is to allow from now on.
type EC2RuleUpdate struct {
	SecurityGroupRuleId string
	SecurityGroupRule   *EC2RuleRequest
}

// EC2RuleRequest is one rule in a request: it has exactly one peer.
type EC2RuleRequest struct {
	IpProtocol        string
	FromPort          *int32
	ToPort            *int32
	CidrIpv4          string
	CidrIpv6          string
	PrefixListId      string
	ReferencedGroupId string
	Description       *string
}

// ModifySecurityGroupRules replaces what rules of a group allow; their ids,
// directions and tags stay. All of the request is done or nothing.
func (s *Service) ModifySecurityGroupRules(ctx context.Context, caller audit.Caller, in *ModifySecurityGroupRulesInput) (*EC2Return, error) {
	if len(in.SecurityGroupRules) == 0 {
		return nil, required("securityGroupRules", "")
	}
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		g, err := s.group(caller, in.GroupId, "")
		if err != nil {
			return err
		}
		var rules []vpc.Rule
		for _, update := range in.SecurityGroupRules {
			at, err := ruleByID(g.Value, update.SecurityGroupRuleId)
			if err != nil {
				return err
			}
			if update.SecurityGroupRule == nil {
				return required("securityGroupRule", "")
			}
			r, err := s.parseRule(caller, g.Value, g.Value.Rules[at], update.SecurityGroupRule)
			if err != nil {
				return err
			}
			if err := g.Value.Modify(at, r); err != nil {
				return err
			}
			rules = append(rules, r)
		}
		s.expectPeers(tx, g.Value.ID, rules)
		store.SecurityGroups.Put(tx, g.Key, g.Value, g.Revision)
		s.audit(tx, caller, "ModifySecurityGroupRules", g.Key, "Rules", ruleList(rules))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &EC2Return{Return: true}, nil
}

// parseRule gives what a rule is to become.
func (s *Service) parseRule(caller audit.Caller, g vpc.Group, old vpc.Rule, in *EC2RuleRequest) (vpc.Rule, error) {
	p := EC2IpPermission{IpProtocol: in.IpProtocol, FromPort: in.FromPort, ToPort: in.ToPort}
	peers := 0
	for _, peer := range []struct {
		given string
		add   func()
	}{
		{in.CidrIpv4, func() { p.IpRanges = []EC2IpRange{{CidrIp: in.CidrIpv4}} }},
		{in.CidrIpv6, func() { p.Ipv6Ranges = []EC2Ipv6Range{{CidrIpv6: in.CidrIpv6}} }},
		{in.ReferencedGroupId, func() { p.Groups = []EC2GroupPair{{GroupId: in.ReferencedGroupId}} }},
		{in.PrefixListId, func() { p.PrefixListIds = []EC2PrefixListID{{PrefixListId: in.PrefixListId}} }},
	} {
		if peer.given != "" {
			peers++
			peer.add()
		}
	}
	if peers != 1 {
		return vpc.Rule{}, ec2Error(errs.Invalid, "InvalidParameterCombination", "A security group rule has exactly one of cidrIpv4, cidrIpv6, referencedGroupId and prefixListId.")
	}
	rules, err := s.parsePermissions(caller, g, old.Egress, []EC2IpPermission{p})
	if err != nil {
		return vpc.Rule{}, err
	}
	r := rules[0]
	r.Description = val(in.Description)
	return r, vpc.CheckDescription(r.Description)
}
