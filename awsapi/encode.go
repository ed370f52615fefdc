package awsapi

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// encode appends an operation's output as a JSON object. Absent values are
// left out, never null or ""; but the lists that an operation answers with
// are there even when they are empty, as AWS does it, and so is what our own
// shapes require.
func (c *plans) encode(b []byte, out any) []byte {
	v := reflect.ValueOf(out)
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return append(b, "{}"...)
		}
		v = v.Elem()
	}
	return c.encodeStruct(b, v, true)
}

func (c *plans) encodeStruct(b []byte, v reflect.Value, top bool) []byte {
	b = append(b, '{')
	first := true
	for _, f := range c.of(v.Type()) {
		fv := v.Field(f.index)
		if absent(fv) && !f.always && (!top || fv.Kind() != reflect.Slice) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, f.key...)
		b = c.encodeValue(b, fv)
	}
	return append(b, '}')
}

// absent reports whether a member is left out. A false or a 0 that is no
// pointer has a meaning of its own ("SsoEnabled") and stays.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return v.Type() == timeType && timeOf(v).IsZero()
	default:
		return false
	}
}

func (c *plans) encodeValue(b []byte, v reflect.Value) []byte {
	if v.Type() == timeType {
		return appendTime(b, timeOf(v))
	}
	switch v.Kind() {
	case reflect.Pointer:
		return c.encodeValue(b, v.Elem())
	case reflect.String:
		return appendString(b, v.String())
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Slice:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = c.encodeValue(b, v.Index(i))
		}
		return append(b, ']')
	case reflect.Map:
		return c.encodeMap(b, v)
	case reflect.Struct:
		return c.encodeStruct(b, v, false)
	default:
		panic(fmt.Sprintf("awsapi: no codec for %s", v.Type()))
	}
}

func (c *plans) encodeMap(b []byte, v reflect.Value) []byte {
	keys := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		keys = append(keys, k.String())
	}
	slices.Sort(keys)
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, k)
		b = append(b, ':')
		b = c.encodeValue(b, v.MapIndex(reflect.ValueOf(k).Convert(v.Type().Key())))
	}
	return append(b, '}')
}

// timeOf reads a time without copying it to the heap where it can be
// addressed, as behind every pointer of the SDK's types.
func timeOf(v reflect.Value) time.Time {
	if v.CanAddr() {
		return *v.Addr().Interface().(*time.Time)
	}
	return v.Interface().(time.Time)
}

// appendTime writes seconds since 1970 as a number, with milliseconds if
// there are any.
func appendTime(b []byte, t time.Time) []byte {
	ms := t.UnixMilli()
	if ms < 0 {
		return strconv.AppendFloat(b, float64(ms)/1000, 'f', -1, 64)
	}
	b = strconv.AppendInt(b, ms/1000, 10)
	if frac := ms % 1000; frac != 0 {
		b = append(b, '.', byte('0'+frac/100), byte('0'+frac/10%10), byte('0'+frac%10))
	}
	return b
}

// appendString writes a JSON string. What needs no escaping, nearly
// everything here, is copied; encoding/json does the rest.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic(err) // a string always encodes
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
