package store

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// decoder is what the cache needs of a Table.
type decoder interface {
	Name() string
	// ofStatus reports whether the table's writer finds out again what is in it.
	ofStatus() bool
	// decode reads a stored value. more is b itself when it holds members that
	// this version does not know, and nil otherwise.
	decode(b []byte) (value any, more []byte, err error)
	typ() reflect.Type
}

type tableDecoder[T any] struct {
	table  Table[T]
	status bool
}

func (d tableDecoder[T]) Name() string      { return d.table.name }
func (d tableDecoder[T]) ofStatus() bool    { return d.status }
func (d tableDecoder[T]) typ() reflect.Type { return reflect.TypeFor[T]() }

func (d tableDecoder[T]) decode(b []byte) (value any, more []byte, err error) {
	var v T
	strict := json.NewDecoder(bytes.NewReader(b))
	strict.DisallowUnknownFields()
	if strict.Decode(&v) == nil {
		return v, nil, nil
	}
	var lenient T
	if err := json.Unmarshal(b, &lenient); err != nil {
		return nil, nil, err
	}
	return lenient, b, nil
}

// encode writes value as it is stored. more is the object as it was stored
// before, when it holds members that this version does not know: they are kept.
func encode[T any](value T, more []byte) ([]byte, error) {
	b, err := json.Marshal(value)
	if err != nil || more == nil {
		return b, err
	}
	return keepUnknown(b, more, reflect.TypeFor[T]())
}
