// Package keyed holds things by key, and lets none of them stay for ever: what
// is remembered ends by itself, and a lock is there only while it is used.
package keyed

import (
	"sync"
	"time"
)

// Expiring remembers values for a while. A timer takes each value out at the
// end of its life, whether anybody asks for it or not, so that a secret is not
// in memory for longer than is said. It is safe for concurrent use.
type Expiring[K comparable, V any] struct {
	life time.Duration

	mu     sync.Mutex
	values map[K]*remembered[V]
	closed bool
}

type remembered[V any] struct {
	value V
	timer *time.Timer
}

// NewExpiring builds an Expiring whose values live that long.
func NewExpiring[K comparable, V any](life time.Duration) *Expiring[K, V] {
	return &Expiring[K, V]{life: life, values: map[K]*remembered[V]{}}
}

// Put remembers value, whose life begins now, in place of what key had.
func (e *Expiring[K, V]) Put(key K, value V) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dropLocked(key)
	if e.closed {
		return
	}
	r := &remembered[V]{value: value}
	e.values[key] = r
	r.timer = time.AfterFunc(e.life, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.values[key] == r {
			delete(e.values, key)
		}
	})
}

// Get gives what key has. Asking does not lengthen its life.
func (e *Expiring[K, V]) Get(key K) (value V, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, ok := e.values[key]
	if !ok {
		return value, false
	}
	return r.value, true
}

// Drop forgets what key has.
func (e *Expiring[K, V]) Drop(key K) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dropLocked(key)
}

// Keep forgets everything whose key is not wanted.
func (e *Expiring[K, V]) Keep(wanted func(K) bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for key := range e.values {
		if !wanted(key) {
			e.dropLocked(key)
		}
	}
}

// Close forgets everything, and remembers nothing from now on.
func (e *Expiring[K, V]) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for key := range e.values {
		e.dropLocked(key)
	}
}

// Len counts what is remembered.
func (e *Expiring[K, V]) Len() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.values)
}

func (e *Expiring[K, V]) dropLocked(key K) {
	if r, ok := e.values[key]; ok {
		r.timer.Stop()
		delete(e.values, key)
	}
}
