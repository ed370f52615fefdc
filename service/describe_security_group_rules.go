package service

import (
	"context"
	"strings"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// EC2SecurityGroupRule is a rule of a security group in EC2's words. Protocols
// without ports have the ports -1 here and none in EC2IpPermission, as at EC2.
type EC2SecurityGroupRule struct {
	SecurityGroupRuleId  string
	GroupId              string
	GroupOwnerId         string
	IsEgress             bool
	IpProtocol           string
	FromPort             int32
	ToPort               int32
	CidrIpv4             string
	CidrIpv6             string
	ReferencedGroupInfo  *EC2ReferencedGroup
	Description          string
	Tags                 []EC2Tag
	SecurityGroupRuleArn string
}

// EC2ReferencedGroup is the group that a rule has as its peer.
type EC2ReferencedGroup struct{ GroupId, UserId, VpcId string }

// DescribeSecurityGroupRulesInput is EC2's.
type DescribeSecurityGroupRulesInput struct {
	SecurityGroupRuleIds []string
	Filters              []EC2Filter
	MaxResults           *int32
	NextToken            *string
}

// DescribeSecurityGroupRulesOutput is EC2's.
type DescribeSecurityGroupRulesOutput struct {
	SecurityGroupRules []EC2SecurityGroupRule
	NextToken          *string
}

// DescribeSecurityGroupRules lists the rules of all groups of the caller's
// Region, or those named.
func (s *Service) DescribeSecurityGroupRules(ctx context.Context, caller audit.Caller, in *DescribeSecurityGroupRulesInput) (*DescribeSecurityGroupRulesOutput, error) {
	if err := checkFilters(in.Filters, ruleFilter(EC2SecurityGroupRule{}, nil)); err != nil {
		return nil, err
	}
	for _, id := range in.SecurityGroupRuleIds {
		if err := checkID("sgr-", id, "InvalidSecurityGroupRuleId.Malformed"); err != nil {
			return nil, err
		}
	}
	if _, err := s.defaultVPC(ctx, caller); err != nil {
		return nil, err
	}
	p := page{"DescribeSecurityGroupRules", in.SecurityGroupRuleIds, in.Filters, in.MaxResults, in.NextToken}
	var all, list []EC2SecurityGroupRule
	for o := range store.SecurityGroups.All(s.store) {
		if o.Value.Region != caller.Region {
			continue
		}
		for _, rule := range o.Value.Rules {
			r := describeRule(caller, o.Value, rule)
			all = append(all, r)
			if p.named(r.SecurityGroupRuleId) && passes(in.Filters, ruleFilter(r, rule.Tags)) {
				list = append(list, r)
			}
		}
	}
	key := func(r EC2SecurityGroupRule) string { return r.SecurityGroupRuleId }
	err := allThere(in.SecurityGroupRuleIds, all, key, "InvalidSecurityGroupRuleId.NotFound", "security group rule ID")
	if err != nil {
		return nil, err
	}
	out := &DescribeSecurityGroupRulesOutput{}
	out.SecurityGroupRules, out.NextToken, err = cut(s, caller, p, list, key)
	return out, err
}

func describeRule(caller audit.Caller, g vpc.Group, r vpc.Rule) EC2SecurityGroupRule {
	out := EC2SecurityGroupRule{
		SecurityGroupRuleId: string(r.ID), GroupId: string(g.ID), GroupOwnerId: caller.Account, IsEgress: r.Egress, IpProtocol: string(r.Protocol),
		FromPort: -1, ToPort: -1, Description: r.Description, Tags: ec2Tags(r.Tags), SecurityGroupRuleArn: ec2ARN(caller, "security-group-rule", string(r.ID)),
	}
	if r.Protocol.HasPorts() {
		out.FromPort, out.ToPort = int32(r.From), int32(r.To)
	}
	switch {
	case r.Peer.Group != "":
		out.ReferencedGroupInfo = &EC2ReferencedGroup{GroupId: string(r.Peer.Group), UserId: caller.Account, VpcId: string(g.VPC)}
	case r.Peer.CIDR.Addr().Is4():
		out.CidrIpv4 = r.Peer.CIDR.String()
	default:
		out.CidrIpv6 = r.Peer.CIDR.String()
	}
	return out
}

func ruleFilter(r EC2SecurityGroupRule, tags map[string]string) filterValues {
	return withTags(tags, table(map[string][]string{
		"group-id":               {r.GroupId},
		"security-group-rule-id": {r.SecurityGroupRuleId},
	}))
}

// ruleByID finds a rule of the group. The error has EC2's code.
func ruleByID(g vpc.Group, id string) (int, error) {
	if err := checkID("sgr-", id, "InvalidSecurityGroupRuleId.Malformed"); err != nil {
		return 0, err
	}
	at := g.RuleByID(vpc.RuleID(id))
	if at < 0 {
		return 0, ec2Error(errs.NotFound, "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '%s' does not exist", id)
	}
	return at, nil
}

// ruleByIDIn is ruleByID for one direction.
func ruleByIDIn(g vpc.Group, egress bool, id string) (int, error) {
	at, err := ruleByID(g, id)
	if err != nil {
		return 0, err
	}
	if g.Rules[at].Egress != egress {
		direction := map[bool]string{false: "an inbound", true: "an outbound"}
		return 0, ec2Error(errs.NotFound, "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '%s' is %s rule, not %s one.",
			id, direction[!egress], strings.ToLower(direction[egress]))
	}
	return at, nil
}
