package service

import (
	"context"
	"maps"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// FlatRule is the older form of one rule in a request.
type FlatRule struct {
	IpProtocol                 string
	FromPort                   *int32
	ToPort                     *int32
	CidrIp                     string
	SourceSecurityGroupName    string
	SourceSecurityGroupOwnerId string
}

// AuthorizeSecurityGroupInput is EC2's, for both directions.
type AuthorizeSecurityGroupInput struct {
	GroupId                    string
	GroupName                  string
	IpPermissions              []EC2IpPermission `form:"IpPermissions"`
	IpProtocol                 string
	FromPort                   *int32
	ToPort                     *int32
	CidrIp                     string
	SourceSecurityGroupName    string
	SourceSecurityGroupOwnerId string
	TagSpecifications          []EC2TagSpecification
}

// AuthorizeSecurityGroupOutput is EC2's.
type AuthorizeSecurityGroupOutput struct {
	Return             bool
	SecurityGroupRules []EC2SecurityGroupRule
}

// AuthorizeSecurityGroupIngress adds rules that let in, all of the request or
// none.
func (s *Service) AuthorizeSecurityGroupIngress(ctx context.Context, caller audit.Caller, in *AuthorizeSecurityGroupInput) (*AuthorizeSecurityGroupOutput, error) {
	return s.authorize(ctx, caller, "AuthorizeSecurityGroupIngress", false, in)
}

// AuthorizeSecurityGroupEgress adds rules that let out, all of the request or
// none.
func (s *Service) AuthorizeSecurityGroupEgress(ctx context.Context, caller audit.Caller, in *AuthorizeSecurityGroupInput) (*AuthorizeSecurityGroupOutput, error) {
	return s.authorize(ctx, caller, "AuthorizeSecurityGroupEgress", true, in)
}

func (s *Service) authorize(ctx context.Context, caller audit.Caller, operation string, egress bool, in *AuthorizeSecurityGroupInput) (*AuthorizeSecurityGroupOutput, error) {
	tags, err := specified(in.TagSpecifications, "security-group-rule")
	if err != nil {
		return nil, err
	}
	var out *AuthorizeSecurityGroupOutput
	_, err = s.decide(ctx, func(tx *store.Txn) error {
		g, err := s.group(caller, in.GroupId, in.GroupName)
		if err != nil {
			return err
		}
		rules, err := s.permissions(caller, g.Value, egress, in.IpPermissions, in.flat())
		if err != nil {
			return err
		}
		out = &AuthorizeSecurityGroupOutput{Return: true}
		for i := range rules {
			rules[i].ID, rules[i].Tags = newRuleID(), maps.Clone(tags)
			out.SecurityGroupRules = append(out.SecurityGroupRules, describeRule(caller, g.Value, rules[i]))
		}
		if err := g.Value.Authorize(rules); err != nil {
			return err
		}
		s.expectPeers(tx, g.Value.ID, rules)
		store.SecurityGroups.Put(tx, g.Key, g.Value, g.Revision)
		s.audit(tx, caller, operation, g.Key, "Rules", ruleList(rules))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return out, nil
}

// expectPeers has the groups that rules name still be there.
func (s *Service) expectPeers(tx *store.Txn, own vpc.GroupID, rules []vpc.Rule) {
	named := map[vpc.GroupID]bool{own: true, "": true}
	for _, r := range rules {
		if !named[r.Peer.Group] {
			named[r.Peer.Group] = true
			o, _ := store.SecurityGroups.Get(s.store, string(r.Peer.Group))
			store.SecurityGroups.Expect(tx, o)
		}
	}
}

func (in *AuthorizeSecurityGroupInput) flat() FlatRule {
	return FlatRule{in.IpProtocol, in.FromPort, in.ToPort, in.CidrIp, in.SourceSecurityGroupName, in.SourceSecurityGroupOwnerId}
}

// permissions gives the rules of a request in either form, which cannot be
// mixed.
func (s *Service) permissions(caller audit.Caller, g vpc.Group, egress bool, list []EC2IpPermission, flat FlatRule) ([]vpc.Rule, error) {
	if flat == (FlatRule{}) {
		if len(list) == 0 {
			return nil, ec2Error(errs.Invalid, "MissingParameter", "The request must contain the parameter ipPermissions")
		}
		return s.parsePermissions(caller, g, egress, list)
	}
	switch {
	case len(list) > 0:
		return nil, ec2Error(errs.Invalid, "InvalidParameterCombination", "The parameters ipPermissions and ipProtocol, fromPort, toPort, cidrIp or sourceSecurityGroupName may not be used together.")
	case flat.CidrIp != "" && flat.SourceSecurityGroupName != "":
		return nil, ec2Error(errs.Invalid, "InvalidParameterCombination", "The parameters cidrIp and sourceSecurityGroupName may not be used together.")
	}
	p := EC2IpPermission{IpProtocol: flat.IpProtocol, FromPort: flat.FromPort, ToPort: flat.ToPort}
	if flat.SourceSecurityGroupName != "" {
		if p.IpProtocol == "" {
			p.IpProtocol = string(vpc.All) // everything from that group, in one rule
		}
		p.Groups = []EC2GroupPair{{GroupName: flat.SourceSecurityGroupName, UserId: flat.SourceSecurityGroupOwnerId}}
	} else {
		if err := required("cidrIp", flat.CidrIp); err != nil {
			return nil, err
		}
		p.IpRanges = []EC2IpRange{{CidrIp: flat.CidrIp}}
	}
	return s.parsePermissions(caller, g, egress, []EC2IpPermission{p})
}

// ruleList puts rules in one line for the audit log.
func ruleList(rules []vpc.Rule) string {
	var b []byte
	for i, r := range rules {
		if i > 0 {
			b = append(b, "; "...)
		}
		if b = append(b, r.String()...); len(b) > 2000 {
			return string(b[:2000]) + "…"
		}
	}
	return string(b)
}
