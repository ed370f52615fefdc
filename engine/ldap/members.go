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

// unnamed begins Lookup.After once all members that are found by account name
// are listed; account names cannot begin with a slash ([MS-ADTS] 3.1.1.6).
const unnamed = "/"

// trustAccount is the sAMAccountType of a trust's own account, which has a
// primary group like a user's.
const trustAccount = "(sAMAccountType=805306370)"

// Members gives one page of a group's members, sorted by account name: with
// recursive also those that belong to it by way of other groups. It looks for
// who names the group as theirs, which also finds those whose primary group it
// is; last come members that only the group's own list names: foreign
// principals, contacts, and whoever's memberOf we may not read. The error is
// errs.NotFound when there is no such group.
func (c *Conn) Members(ctx context.Context, group string, recursive bool, q trust.Lookup) (members []trust.Member, next string, err error) {
	const step = "list the members of a group"
	head, err := c.one(ctx, "find the group", and(anyGroup, equals(account, group)), group, groupAttributes)
	if err != nil {
		return nil, "", err
	}
	groups := []*wire.Entry{head}
	if recursive {
		inner, err := c.all(ctx, "list the groups in a group", and(anyGroup, equals("memberOf:"+inChain+":", head.DN)), groupAttributes)
		if err != nil {
			return nil, "", err
		}
		groups = append(groups, inner...)
	}
	named := and(belonging(groups), "("+account+"=*)", "(!"+trustAccount+")")
	if !strings.HasPrefix(q.After, unnamed) {
		var entries []*wire.Entry
		searched := and(named, contains(q.Search, account, "cn", "displayName", "mail", "userPrincipalName"))
		if entries, next, err = c.page(ctx, step, searched, q, memberAttributes); err != nil {
			return nil, "", err
		}
		for _, e := range entries {
			members = append(members, memberOf(e))
		}
		if next != "" {
			return members, next, nil
		}
	}
	rest, err := c.onlyListed(ctx, groups, named)
	if err != nil {
		return nil, "", err
	}
	last, _ := strings.CutPrefix(q.After, unnamed)
	for _, dn := range rest {
		if strings.HasPrefix(q.After, unnamed) && dn <= last {
			continue
		}
		if len(members) == q.Limit {
			return members, unnamed + last, nil
		}
		e, err := c.read(ctx, step, dn)
		if err != nil {
			return nil, "", err
		}
		if matches(e, q.Search) {
			members = append(members, memberOf(e))
		}
		last = dn
	}
	return members, "", nil
}

// belonging is the filter for who belongs to one of the groups.
func belonging(groups []*wire.Entry) string {
	var parts []string
	for _, g := range groups {
		parts = append(parts, equals("memberOf", g.DN), primary(g))
	}
	return or(parts...)
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

// onlyListed gives the names of members that the groups list and named does
// not find, sorted.
func (c *Conn) onlyListed(ctx context.Context, groups []*wire.Entry, named string) ([]string, error) {
	const step = "list the members of a group"
	found, err := c.all(ctx, step, named, []string{"1.1"}) // no attributes
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, e := range found {
		known[strings.ToLower(e.DN)] = true
	}
	var rest []string
	for _, g := range groups {
		values, err := c.values(ctx, step, g.DN, "member")
		if err != nil {
			return nil, err
		}
		for _, dn := range values {
			if folded := strings.ToLower(dn); !known[folded] {
				known[folded] = true
				rest = append(rest, dn)
			}
		}
	}
	slices.Sort(rest)
	return rest, nil
}

// read reads what is known of a member. One that is not there for us, since it
// is in another domain or hidden, has a name all the same.
func (c *Conn) read(ctx context.Context, step, dn string) (*wire.Entry, error) {
	res, err := c.searchAt(ctx, step, dn, wire.ScopeBaseObject, "(objectClass=*)", append([]string{"mail", "userPrincipalName"}, memberAttributes...))
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	if err == nil && len(res.Entries) == 1 {
		return res.Entries[0], nil
	}
	e := wire.NewEntry(dn, nil)
	if parsed, err := wire.ParseDN(dn); err == nil && len(parsed.RDNs) > 0 {
		e = wire.NewEntry(dn, map[string][]string{"cn": {parsed.RDNs[0].Attributes[0].Value}})
	}
	return e, nil
}

// matches does for one entry what contains does for a search.
func matches(e *wire.Entry, text string) bool {
	text = strings.ToLower(text)
	for _, a := range []string{account, "cn", "displayName", "mail", "userPrincipalName"} {
		if strings.Contains(strings.ToLower(e.GetAttributeValue(a)), text) {
			return true
		}
	}
	return false
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

func memberOf(e *wire.Entry) trust.Member {
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
	return m
}
