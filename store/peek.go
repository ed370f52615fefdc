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
