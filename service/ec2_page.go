package service

import (
	"cmp"
	"slices"
	"strings"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/paging"
)

// page is what EC2's describing actions have in common of a request.
type page struct {
	operation string
	ids       []string // of the objects asked for; empty means all
	filters   []EC2Filter
	max       *int32
	token     *string
}

// The limits of MaxResults.
const (
	leastResults = 5
	mostResults  = 1000
)

// cut sorts a list by key and gives the page asked for.
func cut[T any](s *Service, caller audit.Caller, p page, list []T, key func(T) string) ([]T, *string, error) {
	if n := p.max; n != nil && *n < leastResults {
		return nil, nil, ec2Error(errs.Invalid, "InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid. Expecting a value greater than %d.", *n, leastResults)
	} else if n != nil && *n > mostResults {
		return nil, nil, ec2Error(errs.Invalid, "InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid. Expecting a value smaller than %d.", *n, mostResults)
	}
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	out, next, err := paging.Page(list, key, val(p.max), val(p.token), p.bind(caller), s.cfg.TokenKey)
	return out, text(next), err
}

// bind says what a token is good for.
func (p page) bind(caller audit.Caller) string {
	parts := append([]string{caller.Account, caller.Region, p.operation}, p.ids...)
	for _, f := range p.filters {
		parts = append(parts, f.Name, strings.Join(f.Values, "\x00"))
	}
	return paging.Bind(parts...)
}

// named reports whether an object is among those asked for.
func (p page) named(id string) bool { return len(p.ids) == 0 || slices.Contains(p.ids, id) }

// allThere refuses ids of which there is no object. what is in EC2's words:
// "vpc ID".
func allThere[T any](ids []string, list []T, key func(T) string, code, what string) error {
	for _, id := range ids {
		if !slices.ContainsFunc(list, func(o T) bool { return key(o) == id }) {
			return ec2Error(errs.NotFound, code, "The %s '%s' does not exist", what, shorten(id))
		}
	}
	return nil
}

// checkID refuses what cannot be an id of that kind, "vpc-": EC2 tells it apart
// from what does not exist. Ids of its early days have 8 digits.
func checkID(prefix, id, code string) error {
	digits, ok := strings.CutPrefix(id, prefix)
	if ok && digits != "" && len(digits) <= 17 && strings.Trim(digits, "0123456789abcdef") == "" {
		return nil
	}
	return ec2Error(errs.Invalid, code, "Invalid id: \"%s\" (expecting \"%s...\")", shorten(id), prefix)
}

// required refuses a parameter that is not there.
func required(name, value string) error {
	if value == "" {
		return ec2Error(errs.Invalid, "MissingParameter", "The request must contain the parameter %s", name)
	}
	return nil
}

// unsupported refuses what EC2 has and Entente has not.
func unsupported(format string, args ...any) error {
	return ec2Error(errs.Unsupported, "UnsupportedOperation", format, args...)
}

// shorten cuts a caller's text for a message.
func shorten(s string) string {
	if len(s) > 64 {
		return strings.ToValidUTF8(s[:64], "") + "…"
	}
	return s
}
