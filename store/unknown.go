package store

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// A newer version may have added members to an object. This version reads it
// without them, changes what it knows, and must write them back: at every
// depth, in the object of the same name, under the same key of a map, and in
// the element of a list that has the same first member, which is what its
// elements are told apart by. What this version takes out takes its unknown
// members with it.

// keepUnknown gives next, the encoding of a value of type t, with those members
// of old that t does not know.
func keepUnknown(next, old json.RawMessage, t reflect.Type) (json.RawMessage, error) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case bytes.Equal(next, old):
		return next, nil
	case t.Kind() == reflect.Struct:
		return keepInObject(next, old, func(name string) (of reflect.Type, known bool) { return memberOf(t, name) })
	case t.Kind() == reflect.Map:
		return keepInObject(next, old, func(string) (of reflect.Type, known bool) { return t.Elem(), true })
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		return keepInList(next, old, t.Elem())
	default:
		return next, nil
	}
}

func keepInObject(next, old json.RawMessage, of func(name string) (reflect.Type, bool)) (json.RawMessage, error) {
	now, before := members(next), members(old)
	if now == nil {
		return next, nil
	}
	for name, value := range before {
		t, known := of(name)
		if !known {
			now[name] = value
			continue
		}
		if _, still := now[name]; !still {
			continue
		}
		kept, err := keepUnknown(now[name], value, t)
		if err != nil {
			return nil, err
		}
		now[name] = kept
	}
	return json.Marshal(now)
}

// keepInList is for lists of structs: in others nothing can be unknown.
func keepInList(next, old json.RawMessage, t reflect.Type) (json.RawMessage, error) {
	if t.Kind() != reflect.Struct || t.NumField() == 0 || !t.Field(0).IsExported() {
		return next, nil
	}
	now, before := elements(next), elements(old)
	if now == nil {
		return next, nil
	}
	had := byFirstMember(before, t)
	for name, at := range byFirstMember(now, t) {
		was, ok := had[name]
		if !ok || was < 0 || at < 0 {
			continue
		}
		kept, err := keepUnknown(now[at], before[was], t)
		if err != nil {
			return nil, err
		}
		now[at] = kept
	}
	return json.Marshal(now)
}

// members are those of an object; null and texts have none.
func members(b json.RawMessage) (m map[string]json.RawMessage) {
	if json.Unmarshal(b, &m) != nil {
		return nil
	}
	return m
}

// elements are those of a list; null and texts have none.
func elements(b json.RawMessage) (list []json.RawMessage) {
	if json.Unmarshal(b, &list) != nil {
		return nil
	}
	return list
}

// byFirstMember gives the place of each element by its first member, -1 where
// several have the same.
func byFirstMember(list []json.RawMessage, t reflect.Type) map[string]int {
	places := map[string]int{}
	for i, element := range list {
		name := string(members(element)[jsonName(t.Field(0))])
		if _, again := places[name]; again {
			i = -1
		}
		places[name] = i
	}
	return places
}

// memberOf gives the type of a struct's member by its name in JSON, in which
// encoding/json does not tell capital letters from small ones.
func memberOf(t reflect.Type, name string) (of reflect.Type, known bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Tag.Get("json") == "" {
			if of, known = memberOf(f.Type, name); known {
				return of, true
			}
			continue
		}
		if f.IsExported() && strings.EqualFold(jsonName(f), name) {
			return f.Type, true
		}
	}
	return nil, false
}

// jsonName is the name that a member has in JSON.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" {
		return f.Name
	}
	return name
}
