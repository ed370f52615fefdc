package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// RevokeSecurityGroupInput is EC2's, for both directions.
type RevokeSecurityGroupInput struct {
	GroupId                    string
	GroupName                  string
	SecurityGroupRuleIds       []string
	IpPermissions              []EC2IpPermission `form:"IpPermissions"`
	IpProtocol                 string
	FromPort                   *int32
	ToPort                     *int32
	CidrIp                     string
	SourceSecurityGroupName    string
	SourceSecurityGroupOwnerId string
}

// RevokeSecurityGroupOutput is EC2's. Unknown permissions are an error but for
// groups of the default VPC.
type RevokeSecurityGroupOutput struct {
	Return                    bool
	UnknownIpPermissions      []EC2IpPermission        `xml:"unknownIpPermissionSet"`
	RevokedSecurityGroupRules []EC2RevokedSecurityRule `xml:"revokedSecurityGroupRuleSet"`
}

// EC2RevokedSecurityRule is a rule that is no more.
type EC2RevokedSecurityRule struct {
	SecurityGroupRuleId string
	GroupId             string
	IsEgress            bool
	IpProtocol          string
	FromPort            int32
	ToPort              int32
	CidrIpv4            string
	CidrIpv6            string
	ReferencedGroupId   string
	Description         string
}

// RevokeSecurityGroupIngress takes rules away that let in.
func (s *Service) RevokeSecurityGroupIngress(ctx context.Context, caller audit.Caller, in *RevokeSecurityGroupInput) (*RevokeSecurityGroupOutput, error) {
	return s.revoke(ctx, caller, "RevokeSecurityGroupIngress", false, in)
}

// RevokeSecurityGroupEgress takes rules away that let out.
func (s *Service) RevokeSecurityGroupEgress(ctx context.Context, caller audit.Caller, in *RevokeSecurityGroupInput) (*RevokeSecurityGroupOutput, error) {
	return s.revoke(ctx, caller, "RevokeSecurityGroupEgress", true, in)
}

func (s *Service) revoke(ctx context.Context, caller audit.Caller, operation string, egress bool, in *RevokeSecurityGroupInput) (*RevokeSecurityGroupOutput, error) {
	var out *RevokeSecurityGroupOutput
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		g, err := s.group(caller, in.GroupId, in.GroupName)
		if err != nil {
			return err
		}
		wanted, err := s.toRevoke(caller, g.Value, egress, in)
		if err != nil {
			return err
		}
		revoked, unknown := g.Value.Revoke(wanted)
		if len(unknown) > 0 && !s.inDefaultVPC(g.Value) {
			return ec2Error(errs.NotFound, "InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
		}
		out = &RevokeSecurityGroupOutput{Return: true, UnknownIpPermissions: s.ipPermissions(caller, unknown)}
		for _, r := range revoked {
			out.RevokedSecurityGroupRules = append(out.RevokedSecurityGroupRules, revokedRule(describeRule(caller, g.Value, r)))
		}
		if len(revoked) == 0 {
			return nil
		}
		store.SecurityGroups.Put(tx, g.Key, g.Value, g.Revision)
		s.audit(tx, caller, operation, g.Key, "Rules", ruleList(revoked))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return out, nil
}

// toRevoke gives the rules that a request names, by id or by what they allow.
func (s *Service) toRevoke(caller audit.Caller, g vpc.Group, egress bool, in *RevokeSecurityGroupInput) ([]vpc.Rule, error) {
	flat := FlatRule{in.IpProtocol, in.FromPort, in.ToPort, in.CidrIp, in.SourceSecurityGroupName, in.SourceSecurityGroupOwnerId}
	var rules []vpc.Rule
	if len(in.SecurityGroupRuleIds) > 0 {
		if len(in.IpPermissions) > 0 || flat != (FlatRule{}) {
			return nil, ec2Error(errs.Invalid, "InvalidParameterCombination", "The parameters ipPermissions and securityGroupRuleIds may not be used together.")
		}
		for _, id := range in.SecurityGroupRuleIds {
			at, err := ruleByIDIn(g, egress, id)
			if err != nil {
				return nil, err
			}
			rules = append(rules, g.Rules[at])
		}
		return rules, nil
	}
	return s.permissions(caller, g, egress, in.IpPermissions, flat)
}

func (s *Service) inDefaultVPC(g vpc.Group) bool {
	v, ok := store.VPCs.Get(s.store, string(g.VPC))
	return ok && v.Value.Default
}

func revokedRule(r EC2SecurityGroupRule) EC2RevokedSecurityRule {
	out := EC2RevokedSecurityRule{
		SecurityGroupRuleId: r.SecurityGroupRuleId, GroupId: r.GroupId, IsEgress: r.IsEgress, IpProtocol: r.IpProtocol, FromPort: r.FromPort, ToPort: r.ToPort,
		CidrIpv4: r.CidrIpv4, CidrIpv6: r.CidrIpv6, Description: r.Description,
	}
	if r.ReferencedGroupInfo != nil {
		out.ReferencedGroupId = r.ReferencedGroupInfo.GroupId
	}
	return out
}
