package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// DescribeTrustedUserInput names a user of the domain at the other end of a
// trust.
type DescribeTrustedUserInput struct {
	TrustId  string
	UserName string // sAMAccountName or userPrincipalName
}

// DescribeTrustedUserOutput is a user with all groups that the user is in.
type DescribeTrustedUserOutput struct {
	DomainName string
	User       TrustedUser
	Groups     []TrustedMembership // sorted by name
}

// TrustedMembership is a group that a user is in.
type TrustedMembership struct {
	GroupName         string `jsonschema:"required"` // sAMAccountName
	Description       string
	GroupScope        string // "DomainLocal", "Global" or "Universal"
	GroupType         string // "Security" or "Distribution"
	Sid               string `jsonschema:"required"`
	DistinguishedName string
	Direct            bool // else by way of another group
	Primary           bool // the user's primary group
}

// DescribeTrustedUser asks a domain controller of the partner, through the
// trust.
func (s *Service) DescribeTrustedUser(ctx context.Context, caller audit.Caller, in *DescribeTrustedUserInput) (*DescribeTrustedUserOutput, error) {
	if in.UserName == "" {
		return nil, errs.E(errs.Invalid, "UserName must name a user.")
	}
	out := &DescribeTrustedUserOutput{Groups: []TrustedMembership{}}
	_, err := s.through(ctx, caller, trustedCall{trust: in.TrustId, bind: []string{"DescribeTrustedUser", in.UserName}},
		func(ctx context.Context, way trust.Way, _ trust.Lookup) (string, error) {
			user, groups, err := s.cfg.Trusted.Memberships(ctx, way, in.UserName)
			out.DomainName, out.User = string(way.Domain), trustedUser(way, user)
			for _, m := range groups {
				out.Groups = append(out.Groups, TrustedMembership{
					GroupName: m.Name, Description: m.Description, GroupScope: m.Scope, GroupType: m.Kind, Sid: m.SID, DistinguishedName: m.DN,
					Direct: m.Direct, Primary: m.Primary,
				})
			}
			return "", err
		})
	if err != nil {
		return nil, err
	}
	return out, nil
}
