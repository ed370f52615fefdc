package store

import (
	"fmt"
	"iter"
	"strings"
)

// Table is one kind of object.
type Table[T any] struct{ name string }

// tables are all tables that were declared, by name, for the cache, which
// decodes what the watch brings.
var tables = map[string]decoder{}

// newTable declares a table of what is wanted or was done. An object there
// that cannot be read must not be taken for one that is not there: what was
// made for it would be removed.
func newTable[T any](name string) Table[T] { return declare[T](name, false) }

// newStatusTable declares a table of what became of something: its writer
// finds out again what it holds.
func newStatusTable[T any](name string) Table[T] { return declare[T](name, true) }

func declare[T any](name string, status bool) Table[T] {
	if tables[name] != nil || strings.Count(name, "/") != 1 {
		panic("the name of a table must be its own and have two parts: " + name)
	}
	t := Table[T]{name: name}
	tables[name] = tableDecoder[T]{table: t, status: status}
	return t
}

// Name is the table's path below the store's root: "trusts/spec".
func (t Table[T]) Name() string { return t.name }

// Object is a value as read, with what a later Txn compares.
type Object[T any] struct {
	Key      string
	Value    T
	Revision int64 // etcd's mod revision; 0 means absent
}

// Get reads one object from the cache; ok is false when there is none, and
// then Object.Revision is 0, which Put takes for "must not exist". The value
// is the caller's own.
func (t Table[T]) Get(s *Store, key string) (o Object[T], ok bool) {
	e, ok := s.cache.get(t.name, key)
	if !ok {
		return Object[T]{Key: key}, false
	}
	return Object[T]{Key: key, Value: clone(e.value.(T)), Revision: e.revision}, true
}

// List reads all objects from the cache, by key. The values are the caller's
// own.
func (t Table[T]) List(s *Store) []Object[T] {
	entries := s.cache.list(t.name)
	out := make([]Object[T], len(entries))
	for i, e := range entries {
		out[i] = Object[T]{Key: e.key, Value: clone(e.value.(T)), Revision: e.revision}
	}
	return out
}

// All reads all objects as they are at the moment of the call, by key, without
// copying them: slices, maps and pointers in the values are the cache's and
// must not be written to. It is for reads that happen often.
func (t Table[T]) All(s *Store) iter.Seq[Object[T]] {
	entries := s.cache.list(t.name)
	return func(yield func(Object[T]) bool) {
		for _, e := range entries {
			if !yield(Object[T]{Key: e.key, Value: e.value.(T), Revision: e.revision}) {
				return
			}
		}
	}
}

// Put adds a write to tx: it goes through only if the object's revision is
// still rev (0 means: only if it does not exist). What a newer version of this
// program added to the object stays in it.
func (t Table[T]) Put(tx *Txn, key string, value T, rev int64) {
	if err := checkKey(key); err != nil {
		tx.fail(err)
		return
	}
	b, err := encode(value, tx.store.cache.more(t.name, key, rev))
	if err != nil {
		tx.fail(fmt.Errorf("cannot encode %s/%s: %w", t.name, key, err))
		return
	}
	tx.putObject(t.name, key, b, rev)
}

// Delete adds a delete to tx: it goes through only if the object's revision is
// still rev.
func (t Table[T]) Delete(tx *Txn, key string, rev int64) {
	if rev == 0 {
		tx.fail(fmt.Errorf("cannot delete %s/%s: it was never read", t.name, key))
		return
	}
	tx.deleteObject(t.name, key, rev)
}

// checkKey refuses keys that could not be told from others.
func checkKey(key string) error {
	if key == "" || strings.ContainsRune(key, 0) {
		return fmt.Errorf("cannot use %q as a key", key)
	}
	return nil
}
