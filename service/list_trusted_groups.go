package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/trust"
)

// ListTrustedGroupsInput asks for groups of the domain at the other end of a
// trust.
type ListTrustedGroupsInput struct {
	TrustId   string
	Search    string // part of the account name, name or description; "" means all
	Limit     int32  // of the page, at most 1000; 0 means 100
	NextToken string
}

// ListTrustedGroupsOutput is one page of groups, sorted by account name.
type ListTrustedGroupsOutput struct {
	DomainName string
	Groups     []TrustedGroup
	NextToken  string
}

// TrustedGroup is a group of a trusted domain.
type TrustedGroup struct {
	GroupName         string `jsonschema:"required"` // sAMAccountName
	Description       string
	GroupScope        string // "DomainLocal", "Global" or "Universal"
	GroupType         string // "Security" or "Distribution"
	Sid               string `jsonschema:"required"`
	DistinguishedName string
}

// ListTrustedGroups asks a domain controller of the partner, through the
// trust.
func (s *Service) ListTrustedGroups(ctx context.Context, caller audit.Caller, in *ListTrustedGroupsInput) (*ListTrustedGroupsOutput, error) {
	out := &ListTrustedGroupsOutput{Groups: []TrustedGroup{}}
	token, err := s.through(ctx, caller, trustedCall{
		trust: in.TrustId, limit: in.Limit, token: in.NextToken, search: in.Search, bind: []string{"ListTrustedGroups"},
	}, func(ctx context.Context, way trust.Way, q trust.Lookup) (string, error) {
		groups, next, err := s.cfg.Trusted.Groups(ctx, way, q)
		out.DomainName = string(way.Domain)
		for _, g := range groups {
			out.Groups = append(out.Groups, trustedGroup(g))
		}
		return next, err
	})
	if err != nil {
		return nil, err
	}
	out.NextToken = token
	return out, nil
}

func trustedGroup(g trust.Group) TrustedGroup {
	return TrustedGroup{
		GroupName: g.Name, Description: g.Description, GroupScope: g.Scope, GroupType: g.Kind, Sid: g.SID, DistinguishedName: g.DN,
	}
}
