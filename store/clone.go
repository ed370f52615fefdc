package store

import (
	"reflect"
	"sync"
)

// clone copies v so deep that writing to the copy does not reach the cache.
// Structs with fields that are not exported (time.Time, netip.Addr) are values
// by design and are copied as they are.
func clone[T any](v T) T {
	r := reflect.ValueOf(&v).Elem()
	if flat(r.Type()) {
		return v
	}
	unshare(r)
	return v
}

// flatTypes remembers what flat found out: it is asked for every value read.
var flatTypes sync.Map // reflect.Type → bool

// flat reports whether copying a value of type t shares nothing.
func flat(t reflect.Type) bool {
	if known, ok := flatTypes.Load(t); ok {
		return known.(bool)
	}
	is := findFlat(t)
	flatTypes.Store(t, is)
	return is
}

func findFlat(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return false
	case reflect.Array:
		return flat(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if !t.Field(i).IsExported() {
				return true
			}
		}
		for i := range t.NumField() {
			if !flat(t.Field(i).Type) {
				return false
			}
		}
		return true
	default: // numbers, strings
		return true
	}
}

// unshare replaces everything that v, which is settable, shares.
func unshare(v reflect.Value) {
	t := v.Type()
	if flat(t) {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		fresh := reflect.New(t.Elem())
		fresh.Elem().Set(v.Elem())
		unshare(fresh.Elem())
		v.Set(fresh)
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		fresh := reflect.MakeSlice(t, v.Len(), v.Len())
		reflect.Copy(fresh, v)
		if !flat(t.Elem()) {
			for i := range fresh.Len() {
				unshare(fresh.Index(i))
			}
		}
		v.Set(fresh)
	case reflect.Map:
		unshareMap(v)
	case reflect.Array:
		for i := range v.Len() {
			unshare(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			unshare(v.Field(i))
		}
	default: // flat kinds are done, and no table holds anything else
	}
}

func unshareMap(v reflect.Value) {
	if v.IsNil() {
		return
	}
	fresh := reflect.MakeMapWithSize(v.Type(), v.Len())
	for it := v.MapRange(); it.Next(); {
		item := reflect.New(v.Type().Elem()).Elem()
		item.Set(it.Value())
		unshare(item)
		fresh.SetMapIndex(it.Key(), item)
	}
	v.Set(fresh)
}
