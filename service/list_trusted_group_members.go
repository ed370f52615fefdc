package service

import (
	"context"
	"strconv"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// ListTrustedGroupMembersInput asks who belongs to a group of the domain at
// the other end of a trust.
type ListTrustedGroupMembersInput struct {
	TrustId   string
	GroupName string // sAMAccountName
	Recursive bool   // also members of groups in the group
	Search    string // part of a member's account name, full name, mail or principal name; "" means all
	Limit     int32  // of the page, at most 1000; 0 means 100
	NextToken string
}

// ListTrustedGroupMembersOutput is one page of members, sorted by account
// name; those without one come last.
type ListTrustedGroupMembersOutput struct {
	DomainName string
	Members    []TrustedMember
	NextToken  string
}

// TrustedMember is a member of a group of a trusted domain.
type TrustedMember struct {
	MemberName        string `jsonschema:"required"` // sAMAccountName; of a foreign principal its SID
	MemberType        string `jsonschema:"required"` // "User", "Group", "Computer", "Foreign" or "Other"
	DisplayName       string
	Sid               string `jsonschema:"required"`
	DistinguishedName string
	Enabled           bool
}

// ListTrustedGroupMembers asks a domain controller of the partner, through the
// trust.
func (s *Service) ListTrustedGroupMembers(ctx context.Context, caller audit.Caller, in *ListTrustedGroupMembersInput) (*ListTrustedGroupMembersOutput, error) {
	if in.GroupName == "" {
		return nil, errs.E(errs.Invalid, "GroupName must name a group.")
	}
	out := &ListTrustedGroupMembersOutput{Members: []TrustedMember{}}
	token, err := s.through(ctx, caller, trustedCall{
		trust: in.TrustId, limit: in.Limit, token: in.NextToken, search: in.Search,
		bind: []string{"ListTrustedGroupMembers", in.GroupName, strconv.FormatBool(in.Recursive)},
	}, func(ctx context.Context, way trust.Way, q trust.Lookup) (string, error) {
		members, next, err := s.cfg.Trusted.Members(ctx, way, in.GroupName, in.Recursive, q)
		out.DomainName = string(way.Domain)
		for _, m := range members {
			out.Members = append(out.Members, TrustedMember{
				MemberName: m.Name, MemberType: m.Class, DisplayName: m.DisplayName, Sid: m.SID, DistinguishedName: m.DN, Enabled: m.Enabled,
			})
		}
		return next, err
	})
	if err != nil {
		return nil, err
	}
	out.NextToken = token
	return out, nil
}
