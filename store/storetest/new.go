// Package storetest gives tests a real store, and holds the suite that every
// kind of store passes.
package storetest

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/embedded"
)

// shared is one etcd for all tests of a test binary that run at one time. It
// goes when the last of them ends, so that nothing is left behind.
type shared struct {
	mu     sync.Mutex
	users  int
	server *embedded.Server
	dir    string
}

var etcd shared

// New gives a store of the test's own, empty, on an etcd that it may share
// with others. Call it outside of a testing/synctest bubble; the store itself
// may be used inside, but for Subscribe.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, store.Config{Endpoints: []string{Endpoint(t)}, Prefix: "/" + rand.Text()})
}

// Endpoint gives the shared etcd, until the test ends.
func Endpoint(t testing.TB) string {
	t.Helper()
	endpoint, err := etcd.use(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(etcd.leave)
	return endpoint
}

// Open opens a store with cfg until the test ends. Without a sealer it gets
// one of its own.
func Open(t testing.TB, cfg store.Config) *store.Store {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if cfg.Sealer == nil {
		sealer, err := store.NewSealer()
		if err != nil {
			t.Fatal(err)
		}
		cfg.Sealer = sealer
	}
	if cfg.Log == nil {
		cfg.Log = Log(t)
	}
	s, err := store.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Commit commits tx, or ends the test.
func Commit(t testing.TB, tx *store.Txn) {
	t.Helper()
	if _, err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Log gives a logger that writes to the test's log.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), nil))
}

func (e *shared) use(ctx context.Context) (endpoint string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.users == 0 {
		if e.dir, err = os.MkdirTemp("", "entente-storetest-"); err != nil {
			return "", err
		}
		e.server, err = embedded.Start(ctx, embedded.Config{
			Dir: e.dir, Volatile: true, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			return "", err
		}
	}
	e.users++
	return e.server.Endpoint(), nil
}

func (e *shared) leave() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.users--; e.users == 0 {
		e.server.Close()
		_ = os.RemoveAll(e.dir)
	}
}

// AuditLog gives all audit entries of s, the newest first.
func AuditLog(t testing.TB, s *store.Store) (entries []audit.Entry) {
	t.Helper()
	for after := ""; ; {
		records, more, err := s.AuditEntries(t.Context(), store.AuditRange{After: after, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			entries, after = append(entries, r.Entry), r.Position
		}
		if !more {
			return entries
		}
	}
}
