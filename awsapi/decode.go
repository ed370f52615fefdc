package awsapi

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
)

// typeError says that a member has another JSON type than the model wants. It
// becomes SerializationException.
type typeError struct{ message, path string }

func (e *typeError) Error() string {
	if e.path == "" {
		return e.message
	}
	return e.message + " (at '" + e.path + "')"
}

// timeType is the one structure that is a number on the wire.
var timeType = reflect.TypeFor[time.Time]()

// decode writes n into v. Members that v does not have are ignored: newer
// clients may send them. null is the same as absent. The type rules are
// strict: nothing is converted. The error is a *typeError.
func (c *plans) decode(n *node, v reflect.Value, path string) error {
	if n.kind == kindNull {
		return nil
	}
	if v.Type() == timeType {
		return decodeTime(n, v, path)
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		if err := c.decode(n, p.Elem(), path); err != nil {
			return err
		}
		v.Set(p)
	case reflect.String:
		if n.kind != kindString {
			return cannot(n, "a String", path)
		}
		v.SetString(n.text)
	case reflect.Bool:
		if n.kind != kindTrue && n.kind != kindFalse {
			return cannot(n, "a Boolean", path)
		}
		v.SetBool(n.kind == kindTrue)
	case reflect.Int, reflect.Int32, reflect.Int64:
		return decodeInteger(n, v, path)
	case reflect.Slice:
		return c.decodeList(n, v, path)
	case reflect.Map:
		return c.decodeMap(n, v, path)
	case reflect.Struct:
		return c.decodeStruct(n, v, path)
	default:
		panic(fmt.Sprintf("awsapi: no codec for %s", v.Type()))
	}
	return nil
}

func (c *plans) decodeStruct(n *node, v reflect.Value, path string) error {
	if n.kind != kindObject {
		return cannot(n, "a Structure", path)
	}
	for _, f := range c.of(v.Type()) {
		m, ok := n.get(f.name)
		if !ok {
			continue
		}
		if err := c.decode(m, v.Field(f.index), join(path, f.name)); err != nil {
			return err
		}
	}
	return nil
}

// decodeList keeps an empty list apart from an absent one: for DirectoryIds
// that is a difference. A null item is refused here, as there is no model to
// say more.
func (c *plans) decodeList(n *node, v reflect.Value, path string) error {
	if n.kind != kindList {
		return cannot(n, "a List", path)
	}
	s := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
	for i := range n.items {
		at := item(path, i)
		if n.items[i].kind == kindNull {
			return cannot(&n.items[i], "a list item", at)
		}
		if err := c.decode(&n.items[i], s.Index(i), at); err != nil {
			return err
		}
	}
	v.Set(s)
	return nil
}

func (c *plans) decodeMap(n *node, v reflect.Value, path string) error {
	if n.kind != kindObject {
		return cannot(n, "a Map", path)
	}
	m := reflect.MakeMapWithSize(v.Type(), len(n.members))
	for i := range n.members {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := c.decode(&n.members[i].value, value, path); err != nil {
			return err
		}
		m.SetMapIndex(reflect.ValueOf(n.members[i].name).Convert(v.Type().Key()), value)
	}
	v.Set(m)
	return nil
}

func decodeInteger(n *node, v reflect.Value, path string) error {
	if n.kind != kindNumber {
		return cannot(n, "an Integer", path)
	}
	i, err := strconv.ParseInt(n.text, 10, v.Type().Bits())
	if err != nil {
		return &typeError{"the number is not an integer of " + strconv.Itoa(v.Type().Bits()) + " bits", path}
	}
	v.SetInt(i)
	return nil
}

// decodeTime takes seconds since 1970, with an optional fraction.
func decodeTime(n *node, v reflect.Value, path string) error {
	if n.kind != kindNumber {
		return cannot(n, "a Timestamp", path)
	}
	f, err := strconv.ParseFloat(n.text, 64)
	if err != nil || math.Abs(f) > 1e11 {
		return &typeError{"the number is not a time in seconds", path}
	}
	v.Set(reflect.ValueOf(time.UnixMilli(int64(math.Round(f * 1000))).UTC()))
	return nil
}

func cannot(n *node, what, path string) error {
	return &typeError{string(n.kind) + " can not be converted to " + what, path}
}

// join and item build the paths that AWS's validation messages use:
// "vpcSettings.subnetIds", "tags.1.member.key".
func join(path, name string) string {
	if name != "" && name[0] >= 'A' && name[0] <= 'Z' {
		name = string(name[0]+'a'-'A') + name[1:]
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

func item(path string, i int) string { return path + "." + strconv.Itoa(i+1) + ".member" }
