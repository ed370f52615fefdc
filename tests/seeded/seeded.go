// Package seeded serves API and console over directories and trusts that are
// written straight into a real store: what is looked at is the server and the
// page, and not Samba. Tests and tests/bench share it.
package seeded

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/entente-ad/entente/awsapi"
	"github.com/entente-ad/entente/console"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/trust"
)

// Server is one that runs until the test ends.
type Server struct {
	Base   string // its address, without a slash at the end
	KeyID  string
	Secret string
	Store  *store.Store
	World  World

	// Cut ends every connection, as a proxy does that is restarted.
	Cut func()
}

// Serve starts a server of its own for a world.
func Serve(t testing.TB, w World) *Server {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	log := slog.New(slog.DiscardHandler)
	st := storetest.Open(t, store.Config{Endpoints: []string{storetest.Endpoint(t)}, Prefix: "/" + rand.Text(), Log: log})
	if err := w.write(ctx, st); err != nil {
		t.Fatal(err)
	}
	token := make([]byte, 32)
	_, _ = rand.Read(token)
	svc := service.New(service.Config{Store: st, TokenKey: token, Log: log})
	first, err := svc.Bootstrap(ctx, service.FirstKey{ID: "AKIAIOSFODNN7EXAMPLE", Secret: secret.New("seeded/" + rand.Text() + rand.Text()[:7])})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := console.New(console.Config{Keys: svc.Key, Changes: func(ctx context.Context, f func(table string)) {
		st.Subscribe(ctx, func(c store.Change) { f(c.Table) })
	}})
	if err != nil {
		t.Fatal(err)
	}
	api, err := awsapi.New(awsapi.Config{Service: svc, Keys: svc.Key, Session: pages.Session, Revision: st.Revision, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { _ = pages.Run(running); close(ended) }()
	server := httptest.NewServer(pages.Wrap(http.Handler(api)))
	t.Cleanup(func() { stop(); <-ended; server.Close() })
	return &Server{Base: server.URL, KeyID: first.ID, Secret: first.Secret.Reveal(), Store: st, World: w, Cut: server.CloseClientConnections}
}

// Settings is what a story of console/e2e is told of the server.
func (s *Server) Settings() map[string]any {
	return map[string]any{
		"base": s.Base, "key": s.KeyID, "secret": s.Secret,
		"directories": s.World.Directories, "trusts": s.World.Trusts, "tags": s.World.Tags,
	}
}

// SetTrust gives a trust another state, as its reconciler would.
func (s *Server) SetTrust(ctx context.Context, id trust.ID, state trust.State) error {
	o, _ := store.TrustStatus.Get(s.Store, string(id))
	o.Value.State = state
	tx := s.Store.Begin()
	store.TrustStatus.Put(tx, string(id), o.Value, o.Revision)
	_, err := tx.Commit(ctx)
	return err
}
