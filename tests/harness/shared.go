package harness

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/entente-ad/entente/tests/forest"
)

var shared struct {
	sync.Mutex
	server      *Server
	directories map[string]string // name → id
}

// Shared gives the server that all tests of this binary use, started at the
// first call. Main takes it down.
func Shared(t testing.TB) *Server {
	t.Helper()
	return SharedWith(t, Config{})
}

// SharedWith is Shared for a package whose tests need a server with other
// flags; the first call decides.
func SharedWith(t testing.TB, cfg Config) *Server {
	t.Helper()
	forest.NeedRoot(t)
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		s, err := Open(Binary(t), cfg)
		if err != nil {
			t.Fatal(err)
		}
		shared.server = s
		if err := s.Run(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of the server:\n%s", shared.server.Log())
		}
	})
	return shared.server
}

// SharedDirectory gives the id of the shared server's directory of that name,
// made at the first call. It is not waited for.
func SharedDirectory(t testing.TB, name string) string {
	t.Helper()
	s := Shared(t)
	shared.Lock()
	defer shared.Unlock()
	if id := shared.directories[name]; id != "" {
		return id
	}
	id := s.CreateDirectory(t, name)
	if shared.directories == nil {
		shared.directories = map[string]string{}
	}
	shared.directories[name] = id
	return id
}

// Main runs a package's tests and takes the shared server and the shared
// forests down: func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }.
func Main(m *testing.M) int {
	code := forest.Main(m)
	shared.Lock()
	defer shared.Unlock()
	if shared.server != nil {
		if err := shared.server.Down(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	return code
}
