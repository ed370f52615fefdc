package store

// Table is one kind of object.
type Table[T any] struct{ name string }

func newTable[T any](name string) Table[T] { return Table[T]{name: name} }

// Name is the table's path below the store's root: "trusts/spec".
func (t Table[T]) Name() string { return t.name }

// Object is a value as read, with what a later Txn compares.
type Object[T any] struct {
	Key      string
	Value    T
	Revision int64 // etcd's mod revision; 0 means absent
}

// Get reads one object from the cache; ok is false when there is none, and
// then Object.Revision is 0, which Put takes for "must not exist".
func (t Table[T]) Get(s *Store, key string) (o Object[T], ok bool) { panic("store: not built yet") }

// List reads all objects from the cache, by key.
func (t Table[T]) List(s *Store) []Object[T] { panic("store: not built yet") }

// Put adds a write to tx: it goes through only if the object's revision is
// still rev (0 means: only if it does not exist).
func (t Table[T]) Put(tx *Txn, key string, value T, rev int64) { panic("store: not built yet") }

// Delete adds a delete to tx: it goes through only if the object's revision is
// still rev.
func (t Table[T]) Delete(tx *Txn, key string, rev int64) { panic("store: not built yet") }
