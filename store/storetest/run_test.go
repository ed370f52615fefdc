package storetest_test

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/embedded"
	"github.com/entente-ad/entente/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEmbedded(t *testing.T) {
	storetest.Endpoint(t) // keeps it up between the subtests
	storetest.Run(t, func(t testing.TB) store.Config {
		return store.Config{Endpoints: []string{storetest.Endpoint(t)}}
	})
}

// TestExternal plays a cluster that somebody else runs: another etcd, reached
// over TCP, as --etcd-endpoints does.
func TestExternal(t *testing.T) {
	server, err := embedded.Start(t.Context(), embedded.Config{
		Dir: t.TempDir(), ListenTCP: "127.0.0.1:0", Volatile: true, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	if !strings.HasPrefix(server.TCPEndpoint(), "http://127.0.0.1:") {
		t.Fatalf("endpoint %q", server.TCPEndpoint())
	}
	storetest.Run(t, func(testing.TB) store.Config {
		return store.Config{Endpoints: []string{server.TCPEndpoint()}}
	})
}

func TestAStoreCanBeUsedInFakeTime(t *testing.T) {
	s := storetest.New(t)
	synctest.Test(t, func(t *testing.T) {
		tx := s.Begin()
		store.Directories.Put(tx, "d-1", directory.Spec{CreatedAt: time.Now()}, 0)
		storetest.Commit(t, tx)
		time.Sleep(time.Hour)
		o, ok := store.Directories.Get(s, "d-1")
		if !ok || time.Since(o.Value.CreatedAt) != time.Hour {
			t.Errorf("got %v, %v", o, ok)
		}
	})
}
