package keyed

import (
	"context"
	"sync"
)

// Locks is one lock per key. Whoever waits for one leaves when its context
// ends. A lock that nobody holds or waits for takes no room. The zero value is
// ready; it is safe for concurrent use.
type Locks[K comparable] struct {
	mu    sync.Mutex
	locks map[K]*lock
}

type lock struct {
	held  chan struct{} // capacity 1; full while somebody holds the lock
	users int           // who hold it or wait for it
}

// Lock takes key's lock and gives what returns it, to be called once. The
// error is ctx's.
func (l *Locks[K]) Lock(ctx context.Context, key K) (unlock func(), err error) {
	one := l.join(key)
	select {
	case one.held <- struct{}{}:
	default:
		select {
		case one.held <- struct{}{}:
		case <-ctx.Done():
			l.leave(key, one)
			return nil, ctx.Err()
		}
	}
	return func() {
		<-one.held
		l.leave(key, one)
	}, nil
}

// Len counts the locks that are held or waited for.
func (l *Locks[K]) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.locks)
}

func (l *Locks[K]) join(key K) *lock {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.locks[key]
	if one == nil {
		if l.locks == nil {
			l.locks = map[K]*lock{}
		}
		one = &lock{held: make(chan struct{}, 1)}
		l.locks[key] = one
	}
	one.users++
	return one
}

func (l *Locks[K]) leave(key K, one *lock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one.users--; one.users == 0 {
		delete(l.locks, key)
	}
}
