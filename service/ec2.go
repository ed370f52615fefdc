package service

import (
	"maps"
	"slices"
	"strings"

	"github.com/entente-ad/entente/internal/errs"
)

// EC2Filter is one Filter.N of EC2's query API: an object passes when one of
// its values of that name equals one of Values, in which * stands for any
// characters and ? for one.
type EC2Filter struct {
	Name   string
	Values []string
}

// filterValues gives an object's values of a filter's name; ok is false when
// the filter does not exist for this kind of object.
type filterValues func(name string) (values []string, ok bool)

// withTags adds the filters on tags: "tag:<key>" and "tag-key".
func withTags(tags map[string]string, others filterValues) filterValues {
	return func(name string) ([]string, bool) {
		key, isTag := strings.CutPrefix(name, "tag:")
		switch {
		case isTag:
			value, ok := tags[key]
			if !ok {
				return nil, true
			}
			return []string{value}, true
		case name == "tag-key":
			return slices.Collect(maps.Keys(tags)), true
		}
		return others(name)
	}
}

// table makes filters of a fixed list of names and values.
func table(values map[string][]string) filterValues {
	return func(name string) ([]string, bool) {
		v, ok := values[name]
		return v, ok
	}
}

// passes reports whether an object passes all filters.
func passes(filters []EC2Filter, values filterValues) bool {
	for _, f := range filters {
		have, _ := values(f.Name)
		if !slices.ContainsFunc(have, func(v string) bool {
			return slices.ContainsFunc(f.Values, func(pattern string) bool { return glob(pattern, v) })
		}) {
			return false
		}
	}
	return true
}

// checkFilters refuses filters that the kind of object does not have. The
// error has EC2's code.
func checkFilters(filters []EC2Filter, values filterValues) error {
	for _, f := range filters {
		if _, ok := values(f.Name); !ok {
			return ec2Error(errs.Invalid, "InvalidParameterValue", "The filter '%s' is invalid", f.Name)
		}
	}
	return nil
}

func ec2Error(kind errs.Kind, code, format string, args ...any) error {
	e := errs.E(kind, format, args...)
	e.Code = code
	return e
}

// glob reports whether s matches a pattern of EC2's filters.
func glob(pattern, s string) bool {
	for pattern != "" {
		switch {
		case pattern[0] == '*':
			rest := strings.TrimLeft(pattern, "*")
			for i := range len(s) + 1 {
				if rest == "" || glob(rest, s[i:]) {
					return true
				}
			}
			return false
		case s == "" || pattern[0] != '?' && pattern[0] != s[0]:
			return false
		}
		pattern, s = pattern[1:], s[1:]
	}
	return s == ""
}
