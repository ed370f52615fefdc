package store

import (
	"context"

	"github.com/entente-ad/entente/internal/secret"
)

// Store is the door to etcd: client, cache, sealer.
type Store struct{}

// Change names an object that was written or deleted.
type Change struct {
	Table string // Table.Name: "trusts/spec"
	Key   string
}

// Subscribe calls f, in order and from one goroutine, for every change that
// the cache has taken in, until ctx ends. f must not block.
func (s *Store) Subscribe(ctx context.Context, f func(Change)) { panic("store: not built yet") }

// Until waits for cond, which reads the cache, to hold. It is asked at once
// and after every change. The error is ctx's.
func (s *Store) Until(ctx context.Context, cond func() bool) error { panic("store: not built yet") }

// Claimed tells the owner of a uniqueness key, "" when nobody has it.
func (s *Store) Claimed(key string) string { panic("store: not built yet") }

// Claims lists the uniqueness keys below prefix with their owners.
func (s *Store) Claims(prefix string) map[string]string { panic("store: not built yet") }

// Secret unseals the secret under name; ok is false when there is none.
func (s *Store) Secret(ctx context.Context, name string) (t secret.Text, ok bool, err error) {
	panic("store: not built yet")
}
