package ldap

import (
	"context"
	"strconv"
	"strings"

	wire "github.com/go-ldap/ldap/v3"

	"github.com/entente-ad/entente/trust"
)

// maxPage is the most entries that a controller gives at once (MaxPageSize of
// Windows' query policy).
const maxPage = 1000

// Attributes and rules of the directory's schema ([MS-ADA1] to [MS-ADA3],
// [MS-ADTS] 3.1.1.3.4.4).
const (
	account     = "sAMAccountName"
	inChain     = "1.2.840.113556.1.4.1941" // LDAP_MATCHING_RULE_TRANSITIVE_EVAL
	normalUser  = "(sAMAccountType=805306368)"
	anyGroup    = "(objectCategory=group)"
	caseIgnored = "" // the attribute's own order
)

// and and or join parts of a filter (RFC 4515); empty parts are left out.
func and(parts ...string) string { return joined("&", parts) }
func or(parts ...string) string  { return joined("|", parts) }

func joined(operator string, parts []string) string {
	if all := strings.Join(parts, ""); all != "" {
		return "(" + operator + all + ")"
	}
	return ""
}

func equals(attribute, value string) string {
	return "(" + attribute + "=" + wire.EscapeFilter(value) + ")"
}

// contains finds text anywhere in one of the attributes; "" finds everything.
func contains(text string, attributes ...string) string {
	if text == "" {
		return ""
	}
	parts := make([]string, 0, len(attributes))
	for _, a := range attributes {
		parts = append(parts, "("+a+"=*"+wire.EscapeFilter(text)+"*)")
	}
	return or(parts...)
}

// after is what comes behind name in the controller's own order: there is no
// "greater than" in LDAP.
func after(name string) string {
	if name == "" {
		return ""
	}
	escaped := wire.EscapeFilter(name)
	return "(" + account + ">=" + escaped + ")(!(" + account + "=" + escaped + "))"
}

// page gives one page of what filter finds, sorted by account name. next is
// "" when it is the last one.
func (c *Conn) page(ctx context.Context, step, filter string, q trust.Lookup, attributes []string) (entries []*wire.Entry, next string, err error) {
	paged := wire.NewControlPaging(uint32(max(1, min(q.Limit, maxPage))))
	sorted := wire.NewControlServerSideSortingWithSortKeys([]*wire.SortKey{{AttributeType: account, MatchingRule: caseIgnored}})
	res, err := c.search(ctx, step, and(filter, after(q.After)), attributes, paged, sorted)
	if err != nil {
		return nil, "", err
	}
	if left, ok := wire.FindControl(res.Controls, wire.ControlTypePaging).(*wire.ControlPaging); ok && len(left.Cookie) > 0 && len(res.Entries) > 0 {
		next = res.Entries[len(res.Entries)-1].GetAttributeValue(account)
	}
	return res.Entries, next, nil
}

// all gives everything that filter finds, page by page (RFC 2696), in no
// order.
func (c *Conn) all(ctx context.Context, step, filter string, attributes []string) ([]*wire.Entry, error) {
	var entries []*wire.Entry
	paged := wire.NewControlPaging(maxPage)
	for {
		res, err := c.search(ctx, step, filter, attributes, paged)
		if err != nil {
			return nil, err
		}
		entries = append(entries, res.Entries...)
		left, ok := wire.FindControl(res.Controls, wire.ControlTypePaging).(*wire.ControlPaging)
		if !ok || len(left.Cookie) == 0 {
			return entries, nil
		}
		paged.SetCookie(left.Cookie)
	}
}

func (c *Conn) search(ctx context.Context, step, filter string, attributes []string, controls ...wire.Control) (*wire.SearchResult, error) {
	return c.searchAt(ctx, step, c.server.base(), wire.ScopeWholeSubtree, filter, attributes, controls...)
}

func (c *Conn) searchAt(ctx context.Context, step, base string, scope int, filter string, attributes []string, controls ...wire.Control) (*wire.SearchResult, error) {
	res, err := c.ldap.Search(wire.NewSearchRequest(base, scope, wire.NeverDerefAliases, 0, 0, false, filter, attributes, controls))
	if err != nil {
		return nil, c.server.failure(ctx, step, err)
	}
	return res, nil
}

// values gives all values of an attribute that may have more than a controller
// sends at once ([MS-ADTS] 3.1.1.3.1.3.3).
func (c *Conn) values(ctx context.Context, step, dn, attribute string) ([]string, error) {
	var all []string
	for {
		asked := attribute
		if len(all) > 0 {
			asked += ";range=" + strconv.Itoa(len(all)) + "-*"
		}
		res, err := c.searchAt(ctx, step, dn, wire.ScopeBaseObject, "(objectClass=*)", []string{asked})
		if err != nil {
			return nil, err
		}
		more := false
		for _, e := range res.Entries {
			for _, a := range e.Attributes {
				name, span, ranged := strings.Cut(a.Name, ";range=")
				if strings.EqualFold(name, attribute) && len(a.Values) > 0 {
					all = append(all, a.Values...)
					more = ranged && !strings.HasSuffix(span, "-*")
				}
			}
		}
		if !more {
			return all, nil
		}
	}
}

func number(e *wire.Entry, attribute string) int64 {
	n, _ := strconv.ParseInt(e.GetAttributeValue(attribute), 10, 64)
	return n
}
