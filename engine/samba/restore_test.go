package samba

import (
	"context"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
)

// initOf runs the part of a container's Init that restores, with a shell for
// Samba's Python, until stop.
func initOf(t *testing.T, e *Engine, inst directory.Instance) (stop func()) {
	t.Helper()
	cfg := initConfig{
		DC: inst.DC.ID, HostName: inst.DC.HostName, Domain: inst.Domain, ShortName: inst.ShortName, Address: inst.DC.Address,
		StateDir: e.stateDir(inst.DC.ID), Socket: e.socket(inst.DC.ID),
	}
	for _, dir := range []string{dirEtc, dirLib, dirCache, dirRun, dirLog} {
		if err := os.MkdirAll(cfg.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	c := newContainer(cfg, InitConfig{Log: e.log})
	if m, ok, err := readMarker(cfg); err != nil {
		t.Fatal(err)
	} else if ok {
		c.completed(m)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	l, err := listenControl(ctx, cfg.Socket)
	if err != nil {
		t.Fatal(err)
	}
	reaped := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() { c.children.reap(reaped) })
	work.Go(func() { c.serveControl(ctx, l) })
	return func() {
		cancel()
		_ = l.Close()
		close(reaped)
		work.Wait()
	}
}

// A process that ends between the restore of a database and its own note of it
// asks again, and must hear the same: the trusts that were removed are written
// down nowhere else.
func TestARestoreThatWasDoneSaysAgainWhichTrustsItRemoved(t *testing.T) {
	was := pythonArgv
	defer func() { pythonArgv = was }()
	pythonArgv = []string{"/bin/sh", "-c",
		`cat <&3 >/dev/null; cat >/dev/null; cat <&5 >/dev/null; echo '{"value":{"sid":"S-1-5-21-1-2-3","removed":["gone.example.com"]}}' >&4`}
	e := New(Config{DataDir: t.TempDir(), RunDir: t.TempDir()})
	dc := directory.DC{ID: "dc-0000000000", HostName: "A1", Address: netip.MustParseAddr("10.0.0.11")}
	inst := directory.Spec{ID: "d-0123456789", Name: "corp.example.com", ShortName: "CORP", DCs: []directory.DC{dc}}.Instances()[0]
	ca, err := e.NewCA(inst.Domain, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	restore := func(token string) []string {
		t.Helper()
		stop := initOf(t, e, inst)
		defer stop()
		removed, err := e.Restore(t.Context(), inst, Restoration{
			Token: token, CA: ca, Administrator: secret.New("Pa55"), Backup: strings.NewReader("an archive"),
		})
		if err != nil {
			t.Fatal(err)
		}
		return removed
	}
	want := []string{"gone.example.com"}
	if first := restore("1/s-1"); !slices.Equal(first, want) {
		t.Fatalf("the restore removed %q", first)
	}
	if again := restore("1/s-1"); !slices.Equal(again, want) {
		t.Errorf("asked again, it removed %q", again)
	}
}
