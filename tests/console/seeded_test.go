package console

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/entente-ad/entente/awsapi"
	served "github.com/entente-ad/entente/console"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/trust"
)

// seeded serves API and console over directories and trusts that were written
// straight into a real store: what is measured is the page, and not Samba.
func seeded(t *testing.T, directories, trusts, tags int) (settings map[string]any) {
	t.Helper()
	settings, _ = seededStore(t, directories, trusts, tags)
	return settings
}

func seededStore(t *testing.T, directories, trusts, tags int) (settings map[string]any, s *store.Store) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	st := storetest.New(t)
	for i := range directories {
		id := directory.ID(fmt.Sprintf("d-%010x", i+1))
		spec := directory.Spec{
			ID: id, Account: "000000000000", Region: harnessRegion, CreatedAt: time.Now(), Tags: map[string]string{},
			Name: directory.FQDN(fmt.Sprintf("m%02d.example.org", i)), ShortName: directory.NetBIOSName(fmt.Sprintf("M%02d", i)),
		}
		spec.GivenName = string(spec.Name)
		for n := range tags / directories {
			spec.Tags[fmt.Sprintf("key-%02d", n)] = fmt.Sprintf("value %d of %s", n, id)
		}
		tx := st.Begin()
		store.Directories.Put(tx, string(id), spec, 0)
		store.DirectoryStatus.Put(tx, string(id), directory.Status{Stage: directory.StageActive, StageSince: time.Now()}, 0)
		for n := range trusts / directories {
			seedTrust(tx, id, i, n)
		}
		if _, err := tx.Commit(ctx); err != nil {
			t.Fatal(err)
		}
	}
	token := make([]byte, 32)
	_, _ = rand.Read(token)
	svc := service.New(service.Config{Store: st, TokenKey: token})
	first, err := svc.Bootstrap(ctx, service.FirstKey{ID: "AKIAIOSFODNN7EXAMPLE", Secret: secret.New("console/" + rand.Text() + rand.Text()[:6])})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := served.New(served.Config{Keys: svc.Key, Changes: func(ctx context.Context, f func(table, key string)) {
		st.Subscribe(ctx, func(c store.Change) { f(c.Table, c.Key) })
	}})
	if err != nil {
		t.Fatal(err)
	}
	api, err := awsapi.New(awsapi.Config{Service: svc, Keys: svc.Key, Session: pages.Session, Revision: st.Revision, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { _ = pages.Run(running); close(ended) }()
	server := httptest.NewUnstartedServer(pages.Wrap(http.Handler(api)))
	server.Start()
	t.Cleanup(func() { stop(); <-ended; server.Close() })
	return map[string]any{"base": server.URL, "key": first.ID, "secret": first.Secret.Reveal(), "directories": directories, "trusts": trusts}, st
}

func seedTrust(tx *store.Txn, id directory.ID, i, n int) {
	remote := directory.FQDN(fmt.Sprintf("p%02d-%02d.example.com", i, n))
	spec := trust.Spec{
		ID: trust.ID(fmt.Sprintf("t-%010x", i*100+n+1)), Directory: id, Region: harnessRegion,
		Remote: remote, RemoteDomainName: string(remote), Direction: trust.TwoWay, Type: trust.Forest, CreatedAt: time.Now(),
	}
	store.Trusts.Put(tx, string(spec.ID), spec, 0)
	store.TrustStatus.Put(tx, string(spec.ID), trust.Status{State: trust.Verified, StateSince: time.Now()}, 0)
}

const harnessRegion = "us-east-1"

// TestManyThings looks at 50 directories, 200 trusts and 2,000 tags, and says
// how much longer it takes than with one of each.
func TestManyThings(t *testing.T) {
	node := browserTools(t)
	st := stage{extra: map[string]any{"few": seeded(t, 1, 1, 1), "many": seeded(t, 50, 200, 2000)}}
	st.tell(t, node, "size.ts")
}
