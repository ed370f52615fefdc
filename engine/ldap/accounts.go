package ldap

import (
	"context"
	"fmt"
	"slices"

	wire "github.com/go-ldap/ldap/v3"

	"github.com/entente-ad/entente/trust"
)

// Bits of userAccountControl ([MS-ADTS] 2.2.16) and the rule that tests them.
const (
	bitAnd             = "userAccountControl:1.2.840.113556.1.4.803:"
	dontRequirePreauth = 0x400000
	accountDisable     = 0x2
	interdomainTrust   = 0x800
)

func has(bits int) string { return fmt.Sprintf("(%s=%d)", bitAnd, bits) }

// NoPreauth lists, at most limit, accounts that are not disabled and that the
// KDC gives tickets to without proof. more says that there are others.
func (c *Conn) NoPreauth(ctx context.Context, limit int) (names []string, more bool, err error) {
	filter := and("(objectClass=user)", has(dontRequirePreauth), "(!"+has(accountDisable)+")")
	entries, next, err := c.page(ctx, "look for accounts without Kerberos pre-authentication", filter, trust.Lookup{Limit: limit}, []string{account})
	if err != nil {
		return nil, false, err
	}
	for _, e := range entries {
		names = append(names, e.GetAttributeValue(account))
	}
	slices.Sort(names)
	return names, next != "", nil
}

// HasAccount reports whether there is an account of that sAMAccountName that is
// none of a trust.
func (c *Conn) HasAccount(ctx context.Context, name string) (bool, error) {
	filter := and(equals(account, name), "(!"+has(interdomainTrust)+")")
	res, err := c.search(ctx, "look for the account "+name, filter, []string{account})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(res.Entries, func(e *wire.Entry) bool { return e.GetAttributeValue(account) != "" }), nil
}
