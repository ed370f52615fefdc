package ldap

import (
	"context"
	"slices"
	"strings"

	wire "github.com/go-ldap/ldap/v3"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

var memberAttributes = []string{account, "cn", "displayName", "objectSid", "objectClass", "userAccountControl"}

// nameless begins Lookup.After once all members with an account name are
// listed; account names cannot begin with a slash ([MS-ADTS] 3.1.1.6).
const nameless = "/"

// Members gives one page of a group's members, those with an account name
// first: with recursive also those that belong to it by way of other groups.
// It looks for who names the group as theirs, not at the group's own list: that
// needs no ranges of values ([MS-ADTS] 3.1.1.3.1.3.3), and finds users whose
// primary group it is. The error is errs.NotFound when there is no such group.
func (c *Conn) Members(ctx context.Context, group string, recursive bool, q trust.Lookup) (members []trust.Member, next string, err error) {
	const step = "list the members of a group"
	head, err := c.one(ctx, "find the group", and(anyGroup, equals(account, group)), group, groupAttributes)
	if err != nil {
		return nil, "", err
	}
	belongs, err := c.belonging(ctx, head, recursive)
	if err != nil {
		return nil, "", err
	}
	belongs = and(belongs, contains(q.Search, account, "cn", "displayName", "mail", "userPrincipalName"))
	var entries []*wire.Entry
	if !strings.HasPrefix(q.After, nameless) {
		entries, next, err = c.page(ctx, step, and(belongs, "("+account+"=*)"), q, memberAttributes)
		if err != nil || next != "" {
			return membersOf(entries), next, err
		}
	}
	// The last page of those with a name is filled with those that have none.
	rest, err := c.all(ctx, step, and(belongs, "(!("+account+"=*))"), memberAttributes)
	if err != nil {
		return nil, "", err
	}
	slices.SortFunc(rest, func(a, b *wire.Entry) int { return strings.Compare(a.DN, b.DN) })
	if last, ok := strings.CutPrefix(q.After, nameless); ok {
		rest = slices.DeleteFunc(rest, func(e *wire.Entry) bool { return e.DN <= last })
	}
	if room := max(0, q.Limit-len(entries)); len(rest) > room {
		rest = rest[:room]
		next = nameless
		if room > 0 {
			next += rest[room-1].DN
		}
	}
	return membersOf(append(entries, rest...)), next, nil
}

// belonging is the filter for who belongs to a group.
func (c *Conn) belonging(ctx context.Context, head *wire.Entry, recursive bool) (string, error) {
	if !recursive {
		return or(equals("memberOf", head.DN), primary(head)), nil
	}
	inner, err := c.all(ctx, "list the groups in a group", and(anyGroup, equals("memberOf:"+inChain+":", head.DN)), groupAttributes)
	if err != nil {
		return "", err
	}
	var parts []string
	for _, g := range append(inner, head) {
		parts = append(parts, equals("memberOf", g.DN), primary(g))
	}
	return or(parts...), nil
}

// primary finds those whose primary group it is, which no member attribute
// shows. Only global and universal groups can be.
func primary(group *wire.Entry) string {
	if groupOf(group).Scope == "DomainLocal" {
		return ""
	}
	sid := sidOf(group)
	return equals("primaryGroupID", sid[strings.LastIndexByte(sid, '-')+1:])
}

// Memberships finds a user by account name or principal name, and all groups
// that the user is in, directly or by way of others. The error is
// errs.NotFound when there is no such user.
func (c *Conn) Memberships(ctx context.Context, name string) (trust.User, []trust.Membership, error) {
	const step = "list the groups of a user"
	who := or(equals(account, name), equals("userPrincipalName", name))
	user, err := c.one(ctx, "find the user", and(normalUser, who), name, append([]string{"primaryGroupID"}, userAttributes...))
	if err != nil {
		return trust.User{}, nil, err
	}
	sid := sidOf(user)
	first := sid[:strings.LastIndexByte(sid, '-')+1] + user.GetAttributeValue("primaryGroupID")
	groups := map[string]trust.Membership{}
	// Level by level: the rule that climbs the whole chain at once looks at
	// every member of every group on Samba, which takes seconds.
	next := or(equals("member", user.DN), equals("objectSid", first))
	for direct := true; next != ""; direct = false {
		level, err := c.all(ctx, step, and(anyGroup, next), groupAttributes)
		if err != nil {
			return trust.User{}, nil, err
		}
		var above []string
		for _, e := range level {
			if _, known := groups[e.DN]; !known {
				g := groupOf(e)
				groups[e.DN] = trust.Membership{Group: g, Direct: direct, Primary: g.SID == first}
				above = append(above, equals("member", e.DN))
			}
		}
		next = or(above...)
	}
	list := make([]trust.Membership, 0, len(groups))
	for _, m := range groups {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b trust.Membership) int {
		return strings.Compare(strings.ToLower(a.Name)+a.DN, strings.ToLower(b.Name)+b.DN)
	})
	return userOf(user), list, nil
}

// one finds exactly one entry.
func (c *Conn) one(ctx context.Context, step, filter, name string, attributes []string) (*wire.Entry, error) {
	entries, err := c.all(ctx, step, filter, attributes)
	if err != nil {
		return nil, err
	}
	switch len(entries) {
	case 1:
		return entries[0], nil
	case 0:
		return nil, errs.E(errs.NotFound, "There is no %q in domain %s: %s (%s) finds none by that name.", name, c.server.Domain, c.server.Host, c.server.Address)
	}
	return nil, errs.E(errs.Invalid, "%q stands for %d objects of domain %s.", name, len(entries), c.server.Domain)
}

func membersOf(entries []*wire.Entry) []trust.Member {
	members := make([]trust.Member, 0, len(entries))
	for _, e := range entries {
		m := trust.Member{
			Class: "Other", Name: e.GetAttributeValue(account), DisplayName: e.GetAttributeValue("displayName"),
			DN: e.DN, SID: sidOf(e), Enabled: enabled(e),
		}
		if m.Name == "" {
			m.Name = e.GetAttributeValue("cn")
		}
		classes := e.GetAttributeValues("objectClass")
		for _, c := range []struct{ class, name string }{
			{"computer", "Computer"}, {"user", "User"}, {"group", "Group"}, {"foreignSecurityPrincipal", "Foreign"},
		} {
			if slices.Contains(classes, c.class) {
				m.Class = c.name
				break
			}
		}
		members = append(members, m)
	}
	return members
}
