package ldap

import (
	"context"
	"encoding/binary"
	"strconv"
	"strings"

	wire "github.com/go-ldap/ldap/v3"

	"github.com/entente-ad/entente/trust"
)

var (
	userAttributes  = []string{account, "userPrincipalName", "displayName", "mail", "objectSid", "userAccountControl"}
	groupAttributes = []string{account, "description", "objectSid", "groupType"}
)

// Users gives one page of the domain's users, sorted by account name. next is
// what Lookup.After takes for the page behind it, "" on the last one.
func (c *Conn) Users(ctx context.Context, q trust.Lookup) (users []trust.User, next string, err error) {
	filter := and(normalUser, contains(q.Search, account, "cn", "displayName", "mail", "userPrincipalName"))
	entries, next, err := c.page(ctx, "list users", filter, q, userAttributes)
	for _, e := range entries {
		users = append(users, userOf(e))
	}
	return users, next, err
}

// Groups gives one page of the domain's groups, as Users does.
func (c *Conn) Groups(ctx context.Context, q trust.Lookup) (groups []trust.Group, next string, err error) {
	filter := and(anyGroup, contains(q.Search, account, "cn", "displayName", "description"))
	entries, next, err := c.page(ctx, "list groups", filter, q, groupAttributes)
	for _, e := range entries {
		groups = append(groups, groupOf(e))
	}
	return groups, next, err
}

func userOf(e *wire.Entry) trust.User {
	return trust.User{
		Name: e.GetAttributeValue(account), Principal: e.GetAttributeValue("userPrincipalName"),
		DisplayName: e.GetAttributeValue("displayName"), Mail: e.GetAttributeValue("mail"),
		DN: e.DN, SID: sidOf(e), Enabled: enabled(e),
	}
}

// accountDisabled is a bit of userAccountControl ([MS-ADTS] 2.2.16).
const accountDisabled = 2

func enabled(e *wire.Entry) bool { return number(e, "userAccountControl")&accountDisabled == 0 }

// The bits of groupType ([MS-ADTS] 2.2.12); a negative number is a security
// group.
const (
	groupGlobal    = 2
	groupLocal     = 4
	groupUniversal = 8
)

func groupOf(e *wire.Entry) trust.Group {
	g := trust.Group{
		Name: e.GetAttributeValue(account), Description: e.GetAttributeValue("description"),
		DN: e.DN, SID: sidOf(e), Kind: "Distribution",
	}
	bits := number(e, "groupType")
	if bits < 0 {
		g.Kind = "Security"
	}
	switch {
	case bits&groupGlobal != 0:
		g.Scope = "Global"
	case bits&groupLocal != 0:
		g.Scope = "DomainLocal"
	case bits&groupUniversal != 0:
		g.Scope = "Universal"
	}
	return g
}

// sidOf gives objectSid as text ([MS-DTYP] 2.4.2), "" when there is none.
func sidOf(e *wire.Entry) string {
	b := e.GetRawAttributeValue("objectSid")
	if len(b) < 8 || len(b) != 8+4*int(b[1]) {
		return ""
	}
	var s strings.Builder
	authority := uint64(binary.BigEndian.Uint16(b[2:]))<<32 | uint64(binary.BigEndian.Uint32(b[4:]))
	s.WriteString("S-" + strconv.Itoa(int(b[0])) + "-" + strconv.FormatUint(authority, 10))
	for i := 8; i < len(b); i += 4 {
		s.WriteString("-" + strconv.FormatUint(uint64(binary.LittleEndian.Uint32(b[i:])), 10))
	}
	return s.String()
}
