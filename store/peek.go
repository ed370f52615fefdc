package store

// Peek reads one object's value from the cache without copying it: like
// All's, it must not be written to. It gives the zero value when there is
// none.
func (t Table[T]) Peek(s *Store, key string) T {
	e, ok := s.cache.get(t.name, key)
	if !ok {
		var zero T
		return zero
	}
	return e.value.(T)
}

// PeekObject is Peek with the revision; ok is false when there is none.
func (t Table[T]) PeekObject(s *Store, key string) (o Object[T], ok bool) {
	e, ok := s.cache.get(t.name, key)
	if !ok {
		return Object[T]{Key: key}, false
	}
	return Object[T]{Key: key, Value: e.value.(T), Revision: e.revision}, true
}
