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
	switch {
	case f.typ.Kind() == reflect.Pointer && f.typ.Elem().Kind() == reflect.Struct:
		return c.formPointer(p, prefix+f.form+".", v, used)
	case f.typ.Kind() != reflect.Slice:
		return c.formScalar(p, prefix+f.form, v, used)
	}
	name := prefix + f.form + "."
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

// formPointer reads a structure of which a parameter is there, such as
// "EnableDnsSupport.Value"; without any it stays nil.
func (c *plans) formPointer(p url.Values, prefix string, v reflect.Value, used map[string]bool) error {
	for name := range p {
		if strings.HasPrefix(name, prefix) {
			v.Set(reflect.New(v.Type().Elem()))
			return c.formStruct(p, prefix, v.Elem(), used)
		}
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

// encodeXML appends a structure's members as EC2 names them. Lists are there
// even when they are empty.
func (c *plans) encodeXML(b []byte, v reflect.Value) []byte {
	for _, f := range c.of(v.Type()) {
		fv := v.Field(f.index)
		if fv.Kind() == reflect.Slice {
			b = c.encodeXMLList(b, f.xml, fv)
			continue
		}
		if absent(fv) {
			continue
		}
		b = c.encodeXMLElement(b, f.xml, reflect.Indirect(fv))
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

// formName is what EC2 calls a member in requests: as in Go, lists in the
// singular, unless a form tag says otherwise.
func formName(f reflect.StructField) string {
	switch tag := f.Tag.Get("form"); {
	case tag != "":
		return tag
	case f.Type.Kind() == reflect.Slice:
		return strings.TrimSuffix(f.Name, "s")
	}
	return f.Name
}

// xmlName is what EC2 calls a member in answers: lower-case first letter, lists
// as "vpcSet", unless an xml tag says otherwise.
func xmlName(f reflect.StructField) string {
	switch tag := f.Tag.Get("xml"); {
	case tag != "":
		return tag
	case f.Type.Kind() == reflect.Slice:
		return join("", strings.TrimSuffix(f.Name, "s")) + "Set"
	}
	return join("", f.Name)
}

func shorten(s string) string {
	if len(s) > 64 {
		return strings.ToValidUTF8(s[:64], "") + "…"
	}
	return s
}
