package store

import (
	"context"
	"errors"
	"strings"
)

// Change names an object that was written or deleted.
type Change struct {
	Table string // Table.Name: "trusts/spec"
	Key   string
}

// errClosed ends the waits of a Store that was closed.
var errClosed = errors.New("the store is closed")

// subscriptions are the queues of those who called Subscribe. The cache's
// mutex guards them.
type subscriptions struct{ queues []*queue }

// queue is what one subscriber has not been told yet.
type queue struct {
	changes []Change
}

func (s *subscriptions) addLocked(changes []Change) {
	for _, q := range s.queues {
		q.changes = append(q.changes, changes...)
	}
}

func (s *subscriptions) dropLocked(gone *queue) {
	for i, q := range s.queues {
		if q == gone {
			s.queues = append(s.queues[:i:i], s.queues[i+1:]...)
			return
		}
	}
}

// Subscribe calls f, in order and from one goroutine, for every change that
// the cache takes in from now on, until ctx ends. It returns at once; f should
// not block for long, since changes queue up behind it.
func (s *Store) Subscribe(ctx context.Context, f func(Change)) {
	q := &queue{}
	c := s.cache
	c.mu.Lock()
	c.pending.queues = append(c.pending.queues, q)
	c.mu.Unlock()
	s.subscribers.Go(func() { s.deliver(ctx, q, f) })
}

func (s *Store) deliver(ctx context.Context, q *queue, f func(Change)) {
	c := s.cache
	defer func() {
		c.mu.Lock()
		c.pending.dropLocked(q)
		c.mu.Unlock()
	}()
	for {
		c.mu.Lock()
		changes, changed := q.changes, c.changed
		q.changes = nil
		c.mu.Unlock()
		for _, ch := range changes {
			if ctx.Err() != nil {
				return
			}
			f(ch)
		}
		if len(changes) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-s.closed:
			return
		case <-changed:
		}
	}
}

// Until waits for cond, which reads the cache, to hold. It is asked at once
// and after every change. The error is ctx's.
func (s *Store) Until(ctx context.Context, cond func() bool) error {
	for {
		_, changed := s.cache.state()
		if cond() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.closed:
			return errClosed
		case <-changed:
		}
	}
}

// Revision is how new the cache is, in etcd's revisions.
func (s *Store) Revision() int64 {
	revision, _ := s.cache.state()
	return revision
}

// reach waits for the cache to have revision.
func (s *Store) reach(ctx context.Context, revision int64) error {
	return s.Until(ctx, func() bool { return s.Revision() >= revision })
}

// Claimed tells the owner of a uniqueness key, "" when nobody has it.
func (s *Store) Claimed(key string) string {
	e, ok := s.cache.get(claimsTable, key)
	if !ok {
		return ""
	}
	return string(e.value.([]byte))
}

// Claims lists the uniqueness keys below prefix with their owners.
func (s *Store) Claims(prefix string) map[string]string {
	out := map[string]string{}
	for _, e := range s.cache.list(claimsTable) {
		if strings.HasPrefix(e.key, prefix) {
			out[e.key] = string(e.value.([]byte))
		}
	}
	return out
}
