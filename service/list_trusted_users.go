package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/trust"
)

// ListTrustedUsersInput asks for users of the domain at the other end of a
// trust.
type ListTrustedUsersInput struct {
	TrustId   string
	Search    string // part of the account name, full name, mail or principal name; "" means all
	Limit     int32  // of the page, at most 1000; 0 means 100
	NextToken string
}

// ListTrustedUsersOutput is one page of users, sorted by account name.
type ListTrustedUsersOutput struct {
	DomainName string
	Users      []TrustedUser
	NextToken  string
}

// TrustedUser is a user of a trusted domain.
type TrustedUser struct {
	UserName          string `jsonschema:"required"` // sAMAccountName
	LogonName         string // DOMAIN\user, as Windows shows it
	UserPrincipalName string
	DisplayName       string
	Mail              string
	Sid               string `jsonschema:"required"`
	DistinguishedName string
	Enabled           bool
}

// ListTrustedUsers asks a domain controller of the partner, through the trust.
func (s *Service) ListTrustedUsers(ctx context.Context, caller audit.Caller, in *ListTrustedUsersInput) (*ListTrustedUsersOutput, error) {
	out := &ListTrustedUsersOutput{Users: []TrustedUser{}}
	token, err := s.through(ctx, caller, trustedCall{
		trust: in.TrustId, limit: in.Limit, token: in.NextToken, search: in.Search, bind: []string{"ListTrustedUsers"},
	}, func(ctx context.Context, way trust.Way, q trust.Lookup) (string, error) {
		users, next, err := s.cfg.Trusted.Users(ctx, way, q)
		out.DomainName = string(way.Domain)
		for _, u := range users {
			out.Users = append(out.Users, trustedUser(way, u))
		}
		return next, err
	})
	if err != nil {
		return nil, err
	}
	out.NextToken = token
	return out, nil
}

func trustedUser(way trust.Way, u trust.User) TrustedUser {
	return TrustedUser{
		UserName: u.Name, LogonName: string(way.NetBIOSName) + `\` + u.Name, UserPrincipalName: u.Principal,
		DisplayName: u.DisplayName, Mail: u.Mail, Sid: u.SID, DistinguishedName: u.DN, Enabled: u.Enabled,
	}
}
