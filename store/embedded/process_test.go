package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/embedded"
	"github.com/entente-ad/entente/store/storetest"
)

// childEnv makes the test binary the process of an etcd in the folder named.
const childEnv = "ENTENTE_TEST_STORE_PROCESS"

func child(dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	return embedded.Child(ctx, embedded.Config{Dir: dir, Log: log}, os.Stdin, os.Stdout)
}

// startProcess starts an etcd in a process of its own. The commands that were
// started are given, the newest last.
func startProcess(ctx context.Context, log *slog.Logger, dir string) (*embedded.Process, func() []*exec.Cmd, error) {
	started := make(chan []*exec.Cmd, 1)
	started <- nil
	p, err := embedded.StartProcess(ctx, embedded.ProcessConfig{
		Dir: dir, Log: log,
		Command: func() *exec.Cmd {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childEnv+"="+dir)
			started <- append(<-started, cmd)
			return cmd
		},
	})
	return p, func() []*exec.Cmd {
		list := <-started
		started <- list
		return list
	}, err
}

func process(t testing.TB, dir string) (*embedded.Process, func() []*exec.Cmd) {
	t.Helper()
	p, started, err := startProcess(t.Context(), storetest.Log(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p, started
}

// eventually waits for what must happen, however slow the machine.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !cond(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it did not happen: %s", what)
		}
	}
}

// put writes a directory, whatever stood there.
func put(t testing.TB, s *store.Store, id, description string) error {
	t.Helper()
	o, _ := store.Directories.Get(s, id)
	tx := s.Begin()
	store.Directories.Put(tx, id, directory.Spec{ID: directory.ID(id), Description: description}, o.Revision)
	_, err := tx.Commit(t.Context())
	return err
}

func TestAStoreOutlivesItsEtcd(t *testing.T) {
	dir := t.TempDir()
	p, started := process(t, dir)
	s := storetest.Open(t, store.Config{Endpoints: []string{p.Endpoint()}, Writable: p.Down})
	for round := range 3 {
		if err := put(t, s, "d-1", fmt.Sprint(round)); err != nil {
			t.Fatal(err)
		}
		if err := started()[round].Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if o, ok := store.Directories.Get(s, "d-1"); !ok || o.Value.Description != fmt.Sprint(round) {
			t.Errorf("round %d: nothing can be read: %v %v", round, o, ok)
		}
		eventually(t, "etcd is started again", func() bool { return len(started()) == round+2 && p.Down() == nil })
	}
	eventually(t, "a write goes through", func() bool { return put(t, s, "d-1", "in the end") == nil })
	p.Close()
	if p.Close(); len(started()) != 4 {
		t.Errorf("started %d times, want 4", len(started()))
	}
	startIn(t, dir) // the folder is free
}

func TestAProcessEndsWithItsParent(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, len("serving\n"))
	if _, err := io.ReadFull(out, line); err != nil || string(line) != "serving\n" {
		t.Fatalf("%q, %v", line, err)
	}
	_ = in.Close() // as the kernel does for a parent that is killed
	if err := cmd.Wait(); err == nil {
		t.Error("it ended as if it had been told to")
	}
	process(t, dir) // the folder is free
}

func TestTwoProcessesOfOneFolder(t *testing.T) {
	dir := t.TempDir()
	startIn(t, dir)
	_, _, err := startProcess(t.Context(), storetest.Log(t), dir)
	if !errors.Is(err, embedded.ErrInUse) {
		t.Errorf("got %v, want ErrInUse", err)
	}
}

// TestADamagedStoreIsSaidInASentence spoils the files of a store, one way after
// another.
func TestADamagedStoreIsSaidInASentence(t *testing.T) {
	whole := t.TempDir()
	p, _ := process(t, whole)
	s := storetest.Open(t, store.Config{Endpoints: []string{p.Endpoint()}, Sealer: sealerIn(t, whole)})
	for i := range 50 {
		if err := put(t, s, fmt.Sprint("d-", i), strings.Repeat("x", 1000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	p.Close()
	for name, c := range map[string]struct {
		file  string
		spoil func(content []byte) []byte
	}{
		"a byte of the log":       {"wal/*.wal", func(b []byte) []byte { b[20_000] ^= 1; return b }},
		"the data base, cut":      {"snap/db", func(b []byte) []byte { return b[:3*4096] }},
		"the data base, emptied":  {"snap/db", func(b []byte) []byte { return make([]byte, len(b)) }},
		"the data base, replaced": {"snap/db", func([]byte) []byte { return []byte("not a data base") }},
		"the log, lost":           {"wal/*.wal", nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(filepath.Join(dir, "etcd"), os.DirFS(filepath.Join(whole, "etcd"))); err != nil {
				t.Fatal(err)
			}
			files, err := filepath.Glob(filepath.Join(dir, "etcd", "member", c.file))
			if err != nil || len(files) == 0 {
				t.Fatal(files, err)
			}
			slices.Sort(files)
			if c.spoil == nil {
				err = os.Remove(files[0])
			} else {
				var content []byte
				if content, err = os.ReadFile(files[0]); err == nil {
					err = os.WriteFile(files[0], c.spoil(content), 0o600)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = startProcess(t.Context(), storetest.Log(t), dir)
			var damaged *embedded.DamagedError
			if !errors.As(err, &damaged) {
				t.Fatalf("got %v, want *DamagedError", err)
			}
			text := err.Error()
			if !strings.Contains(text, filepath.Dir(files[0])) || !strings.Contains(text, "docs/backup.md") ||
				strings.Contains(text, "goroutine") || strings.Count(text, "\n") > 2 {
				t.Errorf("%s", text)
			}
			t.Log(text)
		})
	}
}

const mebibyte = 1 << 20

func quotaOf(t testing.TB, dir string, quota int64) *embedded.Server {
	t.Helper()
	server, err := embedded.Start(t.Context(), embedded.Config{Dir: dir, Log: storetest.Log(t), Volatile: true, Quota: quota})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// TestAQuotaIsReachedAndRecoveredFrom writes one object again and again, 40 MB
// of old versions in a store of 8 MiB: room is made as it goes.
func TestAQuotaIsReachedAndRecoveredFrom(t *testing.T) {
	server := quotaOf(t, t.TempDir(), 8*mebibyte)
	s := storetest.Open(t, store.Config{Endpoints: []string{server.Endpoint()}})
	refused := 0
	for i := range 400 {
		text := fmt.Sprint(i, strings.Repeat("x", 100_000))
		eventually(t, "a write goes through", func() bool {
			err := put(t, s, "d-1", text)
			if errs.Is(err, errs.NoWrites) {
				refused++
				if o, ok := store.Directories.Get(s, "d-1"); !ok || !strings.HasPrefix(o.Value.Description, fmt.Sprint(i-1, "x")) {
					t.Fatalf("write %d: it was refused and nothing can be read", i)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			return err == nil
		})
	}
	if refused == 0 {
		t.Error("40 MB went into 8 MiB without a refusal")
	}
	eventually(t, "there is space again", func() bool {
		space, err := s.Space(t.Context())
		return err == nil && space.Level() == store.SpaceEnough && space.Size < 8*mebibyte
	})
}

// TestAStoreOverItsQuotaOpens fills a store with what is kept, up to the last
// byte: no old version could go.
func TestAStoreOverItsQuotaOpens(t *testing.T) {
	dir := t.TempDir()
	server := quotaOf(t, dir, 8*mebibyte)
	sealer := sealerIn(t, dir)
	s := storetest.Open(t, store.Config{Endpoints: []string{server.Endpoint()}, Sealer: sealer})
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	decide := func(s *store.Store) error {
		tx := s.Begin()
		tx.Audit(audit.Entry{Time: at, RequestID: "r", Request: map[string]string{"Large": strings.Repeat("x", 100_000)}})
		at = at.Add(time.Second)
		_, err := tx.Commit(t.Context())
		return err
	}
	if err := put(t, s, "d-1", "kept"); err != nil {
		t.Fatal(err)
	}
	full := func(s *store.Store) {
		t.Helper()
		for range 1000 {
			if err := decide(s); errs.Is(err, errs.NoWrites) {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
		t.Fatal("100 MB went into 8 MiB")
	}
	full(s)
	space, err := s.Space(t.Context())
	if err != nil || space.Level() != store.SpaceNone {
		t.Errorf("%v, %v", space, err)
	}
	if err := errors.Join(s.Close()); err != nil {
		t.Fatal(err)
	}
	server.Close()

	server = quotaOf(t, dir, 8*mebibyte)
	s = storetest.Open(t, store.Config{Endpoints: []string{server.Endpoint()}, Sealer: sealer})
	if o, ok := store.Directories.Get(s, "d-1"); !ok || o.Value.Description != "kept" {
		t.Errorf("%v %v", o, ok)
	}
	full(s) // there is a little more, and then no more
	if deleted, err := s.PruneAudit(t.Context(), store.AuditKeep{Number: 10}, at); err != nil || deleted < 50 {
		t.Errorf("deleted %d, %v", deleted, err)
	}
	eventually(t, "there is room for a decision", func() bool { return decide(s) == nil })
	if n := len(storetest.AuditLog(t, s)); n != 11 {
		t.Errorf("%d entries, want 11", n)
	}
}
