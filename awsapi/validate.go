package awsapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxShown is how much of a refused value a message repeats, in bytes.
const maxShown = 256

// validate checks an input against the model's constraints and gives AWS's
// message over all findings, "" when there are none. Types are right already:
// the codec has read the same tree.
func (m *model) validate(inputShape string, n *node) string {
	v := validation{model: m}
	v.check(inputShape, n, "")
	switch len(v.findings) {
	case 0:
		return ""
	case 1:
		return "1 validation error detected: " + v.findings[0]
	}
	return strconv.Itoa(len(v.findings)) + " validation errors detected: " + strings.Join(v.findings, "; ")
}

type validation struct {
	model    *model
	findings []string
}

func (v *validation) check(shapeName string, n *node, path string) {
	s := v.model.Shapes[shapeName]
	if s == nil {
		return
	}
	switch s.Type {
	case "structure":
		for _, m := range s.Members {
			value, ok := n.get(m.Name)
			switch at := join(path, m.Name); {
			case ok:
				v.check(m.Shape, value, at)
			case m.Required:
				v.findings = append(v.findings, "Value null at '"+at+"' failed to satisfy constraint: Member must not be null")
			}
		}
	case "list":
		v.length(s, n, path, int64(len(n.items)))
		for i := range n.items {
			v.check(s.Member, &n.items[i], item(path, i))
		}
	case "integer":
		if i, err := strconv.ParseInt(n.text, 10, 64); err == nil {
			v.bounds(s, n, path, "value", i)
		}
	case "string":
		v.length(s, n, path, int64(utf8.RuneCountInString(n.text)))
		if s.match != nil && !s.match(n.text) {
			v.fail(s, n, path, "Member must satisfy regular expression pattern: "+s.Pattern)
		}
		if s.Enum != nil && !slices.Contains(s.Enum, n.text) {
			v.fail(s, n, path, "Member must satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]")
		}
	}
}

func (v *validation) length(s *shape, n *node, path string, length int64) {
	v.bounds(s, n, path, "length", length)
}

func (v *validation) bounds(s *shape, n *node, path, what string, got int64) {
	if s.Min != nil && got < *s.Min {
		v.fail(s, n, path, fmt.Sprintf("Member must have %s greater than or equal to %d", what, *s.Min))
	}
	if s.Max != nil && got > *s.Max {
		v.fail(s, n, path, fmt.Sprintf("Member must have %s less than or equal to %d", what, *s.Max))
	}
}

// fail adds a finding. The value of a sensitive member is not repeated.
func (v *validation) fail(s *shape, n *node, path, rule string) {
	value := " '" + shown(n) + "'"
	if s.Sensitive {
		value = ""
	}
	v.findings = append(v.findings, "Value"+value+" at '"+path+"' failed to satisfy constraint: "+rule)
}

// shown writes a value as AWS's messages do, and cuts what is too long.
func shown(n *node) string {
	text := n.text
	if n.kind == kindList {
		items := make([]string, len(n.items))
		for i := range n.items {
			items[i] = shown(&n.items[i])
		}
		text = "[" + strings.Join(items, ", ") + "]"
	}
	if len(text) > maxShown {
		cut := maxShown
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return text
}
