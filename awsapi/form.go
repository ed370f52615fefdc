package awsapi

import (
	"bytes"
	"encoding/xml"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// decodeForm writes EC2's query parameters into a structure: "VpcId.1" into
// VpcIds, "Filter.1.Value.2" into Filters[0].Values[1]. A parameter that the
// structure does not have is refused, as EC2 does it. The error is a *failure.
func (c *plans) decodeForm(p url.Values, v reflect.Value) error {
	used := map[string]bool{"Action": true, "Version": true, "DryRun": true, "AllAvailabilityZones": true}
	if err := c.formStruct(p, "", v, used); err != nil {
		return err
	}
	for name := range p {
		if !used[name] {
			return fail("UnknownParameter", "The parameter "+shorten(name)+" is not recognized")
		}
	}
	return nil
}

func (c *plans) formStruct(p url.Values, prefix string, v reflect.Value, used map[string]bool) error {
	for _, f := range c.of(v.Type()) {
		if err := c.formField(p, prefix, f, v.Field(f.index), used); err != nil {
			return err
		}
	}
	return nil
}

func (c *plans) formField(p url.Values, prefix string, f field, v reflect.Value, used map[string]bool) error {
	if v.Kind() != reflect.Slice {
		return c.formScalar(p, prefix+f.name, v, used)
	}
	name := prefix + strings.TrimSuffix(f.name, "s") + "."
	for _, n := range indexes(p, name) {
		one := reflect.New(f.typ.Elem()).Elem()
		var err error
		if one.Kind() == reflect.Struct {
			err = c.formStruct(p, name+n+".", one, used)
		} else {
			err = c.formScalar(p, name+n, one, used)
		}
		if err != nil {
			return err
		}
		v.Set(reflect.Append(v, one))
	}
	return nil
}

func (c *plans) formScalar(p url.Values, name string, v reflect.Value, used map[string]bool) error {
	if !p.Has(name) {
		return nil
	}
	used[name] = true
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	text := p.Get(name)
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		return nil
	case reflect.Bool:
		if text == "true" || text == "false" {
			v.SetBool(text == "true")
			return nil
		}
	case reflect.Int32, reflect.Int64:
		if n, err := strconv.ParseInt(text, 10, v.Type().Bits()); err == nil {
			v.SetInt(n)
			return nil
		}
	default:
		panic("awsapi: no form codec for " + v.Type().String())
	}
	return fail("InvalidParameterValue", "Value ("+shorten(text)+") for parameter "+shorten(name)+" is invalid.")
}

// indexes gives the N of the parameters prefix + N and prefix + N + ".…", each
// once, in numeric order.
func indexes(p url.Values, prefix string) []string {
	var out []string
	for name := range p {
		rest, ok := strings.CutPrefix(name, prefix)
		n, _, _ := strings.Cut(rest, ".")
		if ok && n != "" && len(n) <= 4 && strings.Trim(n, "0123456789") == "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return out
}

// encodeXML appends a structure's members as EC2 names them: lower-case first
// letter, lists as "…Set" of items.
func (c *plans) encodeXML(b []byte, v reflect.Value) []byte {
	for _, f := range c.of(v.Type()) {
		fv := v.Field(f.index)
		if fv.Kind() == reflect.Slice {
			b = c.encodeXMLList(b, listName(f.name), fv)
			continue
		}
		if absent(fv) {
			continue
		}
		b = c.encodeXMLElement(b, join("", f.name), reflect.Indirect(fv))
	}
	return b
}

func (c *plans) encodeXMLList(b []byte, name string, v reflect.Value) []byte {
	b = append(b, "<"+name+">"...)
	for i := range v.Len() {
		b = c.encodeXMLElement(b, "item", v.Index(i))
	}
	return append(b, "</"+name+">"...)
}

func (c *plans) encodeXMLElement(b []byte, name string, v reflect.Value) []byte {
	b = append(b, "<"+name+">"...)
	if v.Kind() == reflect.Struct {
		b = c.encodeXML(b, v)
	} else {
		var text bytes.Buffer
		_ = xml.EscapeText(&text, []byte(scalarText(v))) // a bytes.Buffer takes everything
		b = append(b, text.Bytes()...)
	}
	return append(b, "</"+name+">"...)
}

func scalarText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	default:
		return v.String()
	}
}

// listName is what EC2 calls a list: "vpcSet", but "availabilityZoneInfo".
func listName(name string) string {
	switch {
	case name == "AvailabilityZones":
		return "availabilityZoneInfo"
	case strings.HasSuffix(name, "Set"):
		return join("", name)
	}
	return join("", strings.TrimSuffix(name, "s")) + "Set"
}

func shorten(s string) string {
	if len(s) > 64 {
		return strings.ToValidUTF8(s[:64], "") + "…"
	}
	return s
}
