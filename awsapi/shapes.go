package awsapi

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// field is one member of a structure on the wire.
type field struct {
	name   string // on the wire
	key    string // the same as JSON writes it: `"TrustId":`
	form   string // EC2's name in requests; lists are followed by a number
	xml    string // EC2's name in answers
	index  int
	typ    reflect.Type
	always bool // is in every answer, empty or not
}

// plans caches the members of each structure type.
type plans struct{ m sync.Map } // reflect.Type → []field

// of lists the members of a structure: its exported fields, named as in Go or
// as their json tag says. EC2 has names of its own, which follow from the
// field's or are in its form and xml tags. A member of our own shapes whose
// jsonschema tag says "required" is in every answer. The SDK's ResultMetadata is not on
// the wire.
func (c *plans) of(t reflect.Type) []field {
	if cached, ok := c.m.Load(t); ok {
		return cached.([]field)
	}
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() || f.Anonymous || f.Name == "ResultMetadata" {
			continue
		}
		name := f.Name
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == "-" {
			continue
		} else if tag != "" {
			name = tag
		}
		out = append(out, field{
			name: name, key: string(appendString(nil, name)) + ":", form: formName(f), xml: xmlName(f), index: i, typ: f.Type,
			always: slices.Contains(strings.Split(f.Tag.Get("jsonschema"), ","), "required"),
		})
	}
	c.m.Store(t, out)
	return out
}
