package client

import (
	"context"
	"iter"
)

// TrustedUser is a user of the domain at the other end of a trust.
type TrustedUser struct {
	UserName          string // sAMAccountName
	LogonName         string // DOMAIN\user
	UserPrincipalName string
	DisplayName       string
	Mail              string
	Sid               string
	DistinguishedName string
	Enabled           bool
}

// TrustedGroup is a group of the domain at the other end of a trust.
type TrustedGroup struct {
	GroupName         string // sAMAccountName
	Description       string
	GroupScope        string // "DomainLocal", "Global" or "Universal"
	GroupType         string // "Security" or "Distribution"
	Sid               string
	DistinguishedName string
}

// TrustedMember is a member of such a group.
type TrustedMember struct {
	MemberName        string
	MemberType        string // "User", "Group", "Computer", "Foreign" or "Other"
	DisplayName       string
	Sid               string
	DistinguishedName string
	Enabled           bool
}

// TrustedMembership is a group that a user is in.
type TrustedMembership struct {
	TrustedGroup
	Direct  bool // else by way of another group
	Primary bool
}

// TrustApplication is an AWS application, and whether it works across a trust.
type TrustApplication struct {
	Name        string
	NeedsTwoWay bool
	Works       bool
	Why         string
}

// Look says what to list. Limit is how many at most, 0 all of them.
type Look struct {
	TrustID string
	Search  string // part of a name; "" means all
	Limit   int
}

// TrustedUsers lists users through a trust, page by page as they are read. An
// error ends the list.
func (c *Client) TrustedUsers(ctx context.Context, look Look) iter.Seq2[TrustedUser, error] {
	return list(look.Limit, func(token string, limit int) (page[TrustedUser], error) {
		var out struct {
			Users     []TrustedUser
			NextToken string
		}
		err := c.Call(ctx, "ListTrustedUsers", look.input(token, limit, nil), &out)
		return page[TrustedUser]{out.Users, out.NextToken}, err
	})
}

// TrustedGroups lists groups as TrustedUsers does users.
func (c *Client) TrustedGroups(ctx context.Context, look Look) iter.Seq2[TrustedGroup, error] {
	return list(look.Limit, func(token string, limit int) (page[TrustedGroup], error) {
		var out struct {
			Groups    []TrustedGroup
			NextToken string
		}
		err := c.Call(ctx, "ListTrustedGroups", look.input(token, limit, nil), &out)
		return page[TrustedGroup]{out.Groups, out.NextToken}, err
	})
}

// TrustedGroupMembers lists a group's members, with recursive also those of
// groups in it.
func (c *Client) TrustedGroupMembers(ctx context.Context, look Look, group string, recursive bool) iter.Seq2[TrustedMember, error] {
	return list(look.Limit, func(token string, limit int) (page[TrustedMember], error) {
		var out struct {
			Members   []TrustedMember
			NextToken string
		}
		err := c.Call(ctx, "ListTrustedGroupMembers", look.input(token, limit, map[string]any{"GroupName": group, "Recursive": recursive}), &out)
		return page[TrustedMember]{out.Members, out.NextToken}, err
	})
}

// DescribeTrustedUser finds one user and all groups that the user is in.
func (c *Client) DescribeTrustedUser(ctx context.Context, trustID, user string) (TrustedUser, []TrustedMembership, error) {
	var out struct {
		User   TrustedUser
		Groups []TrustedMembership
	}
	err := c.Call(ctx, "DescribeTrustedUser", map[string]any{"TrustId": trustID, "UserName": user}, &out)
	return out.User, out.Groups, err
}

// TrustApplications says which AWS applications work across a trust.
func (c *Client) TrustApplications(ctx context.Context, trustID string) ([]TrustApplication, error) {
	var out struct{ Applications []TrustApplication }
	err := c.Call(ctx, "ListTrustApplications", map[string]any{"TrustId": trustID}, &out)
	return out.Applications, err
}

func (l Look) input(token string, limit int, more map[string]any) map[string]any {
	in := map[string]any{"TrustId": l.TrustID, "Limit": limit}
	if l.Search != "" {
		in["Search"] = l.Search
	}
	if token != "" {
		in["NextToken"] = token
	}
	for name, value := range more {
		in[name] = value
	}
	return in
}

// pageSize is how many are asked for at once: the most that the API gives.
const pageSize = 1000

type page[T any] struct {
	items []T
	next  string
}

// list gives what the pages hold, at most limit items unless it is 0.
func list[T any](limit int, get func(token string, limit int) (page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for token, given := "", 0; ; {
			size := pageSize
			if limit > 0 {
				size = min(size, limit-given)
			}
			p, err := get(token, size)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range p.items {
				if !yield(item, nil) {
					return
				}
			}
			given += len(p.items)
			if token = p.next; token == "" || limit > 0 && given >= limit {
				return
			}
		}
	}
}
