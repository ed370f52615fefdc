package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/entente-ad/entente/awsapi"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/embedded"
	"github.com/entente-ad/entente/trust"
)

// serveTrusts is the first argument of this program when it is the server
// that measureAPI asks; the second is a folder.
const serveTrusts = "serve-trusts"

// serveSeeded serves a directory with trusts that was written straight into
// the store, until the process is killed. It prints its endpoint as JSON.
func serveSeeded(args []string) error {
	dir := args[1]
	ctx := context.Background()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	etcd, err := embedded.Start(ctx, embedded.Config{Dir: filepath.Join(dir, "store"), Log: log})
	if err != nil {
		return err
	}
	sealer, err := store.OpenSealer(filepath.Join(dir, "secret.key"))
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, store.Config{Endpoints: []string{etcd.Endpoint()}, Sealer: sealer, Log: log})
	if err != nil {
		return err
	}
	if err := seed(ctx, st); err != nil {
		return err
	}
	token := make([]byte, 32)
	_, _ = rand.Read(token)
	svc := service.New(service.Config{Store: st, TokenKey: token, Log: log})
	first, err := svc.Bootstrap(ctx, service.FirstKey{ID: "AKIAIOSFODNN7EXAMPLE", Secret: secret.New("bench/" + rand.Text() + rand.Text()[:8])})
	if err != nil {
		return err
	}
	handler, err := awsapi.New(awsapi.Config{Service: svc, Keys: svc.Key, Log: log, Revision: st.Revision})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	e := endpoint{URL: "http://" + l.Addr().String() + "/", KeyID: first.ID, Secret: first.Secret.Reveal()}
	if err := json.NewEncoder(os.Stdout).Encode(e); err != nil {
		return err
	}
	return (&http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}).Serve(l)
}

func seed(ctx context.Context, st *store.Store) error {
	const id = directory.ID("d-0123456789")
	now := time.Now()
	tx := st.Begin()
	store.Directories.Put(tx, string(id), directory.Spec{
		ID: id, Account: "000000000000", Region: region, Name: "bench.example.com", ShortName: "BENCH", CreatedAt: now,
	}, 0)
	store.DirectoryStatus.Put(tx, string(id), directory.Status{Stage: directory.StageActive, StageSince: now}, 0)
	if _, err := tx.Commit(ctx); err != nil {
		return err
	}
	for i := range trustsMade {
		spec := trust.Spec{
			ID: trust.ID(fmt.Sprintf("t-%010x", i)), Directory: id, Region: region,
			RemoteDomainName: fmt.Sprintf("partner%d.example.com", i), Remote: directory.FQDN(fmt.Sprintf("partner%d.example.com", i)),
			Direction: trust.TwoWay, Type: trust.Forest, CreatedAt: now, UpdatedAt: now,
		}
		tx := st.Begin()
		store.Trusts.Put(tx, string(spec.ID), spec, 0)
		store.TrustStatus.Put(tx, string(spec.ID), trust.Status{State: trust.Verified, StateSince: now, UpdatedAt: now}, 0)
		if _, err := tx.Commit(ctx); err != nil {
			return err
		}
	}
	return nil
}
