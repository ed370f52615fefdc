package embedded_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/embedded"
	"github.com/entente-ad/entente/store/storetest"
)

// writerEnv makes the test binary a process that writes to the data folder
// named, at full speed, until it is killed.
const writerEnv = "ENTENTE_TEST_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerEnv); dir != "" {
		if err := writeForever(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if dir := os.Getenv(childEnv); dir != "" {
		os.Exit(child(dir))
	}
	goleak.VerifyTestMain(m)
}

func startIn(t testing.TB, dir string) *embedded.Server {
	t.Helper()
	server, err := embedded.Start(t.Context(), embedded.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

func sealerIn(t testing.TB, dir string) *store.Sealer {
	t.Helper()
	sealer, err := store.OpenSealer(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	return sealer
}

func TestOthersCannotReadTheFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	startIn(t, dir)
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestTwoProcessesCannotUseOneFolder(t *testing.T) {
	dir := t.TempDir()
	first := startIn(t, dir)
	if _, err := embedded.Start(t.Context(), embedded.Config{Dir: dir}); !errors.Is(err, embedded.ErrInUse) {
		t.Errorf("got %v, want ErrInUse", err)
	}
	first.Close()
	startIn(t, dir)
}

func TestAFolderWithALongPathWorks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long/", 25))
	server := startIn(t, dir)
	storetest.Open(t, store.Config{Endpoints: []string{server.Endpoint()}})
}

func TestAnotherClientReachesTheSocket(t *testing.T) {
	dir := t.TempDir()
	startIn(t, dir)
	storetest.Open(t, store.Config{Endpoints: []string{embedded.Endpoint(dir)}})
}

func TestNoSecretIsReadableInTheFolder(t *testing.T) {
	const marker = "Marker-4711-Password"
	dir := t.TempDir()
	server := startIn(t, dir)
	s := storetest.Open(t, store.Config{Endpoints: []string{server.Endpoint()}, Sealer: sealerIn(t, dir)})
	tx := s.Begin()
	tx.SetSecret("trust/t-1/password", secret.New(marker))
	storetest.Commit(t, tx)
	look := func(when string) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(path)
			if bytes.Contains(b, []byte(marker)) {
				t.Errorf("%s: %s holds the secret in clear", when, path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	look("while it runs")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	server.Close()
	look("after it stopped")
}

// TestKill kills a process that writes at full speed, and wants every write
// back that it was told of.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	acknowledged := 0
	for round := range 3 {
		acknowledged = max(acknowledged, killWriter(t, dir, acknowledged, 40+25*round))
		server := startIn(t, dir)
		s := storetest.Open(t, store.Config{Endpoints: []string{server.Endpoint()}, Sealer: sealerIn(t, dir)})
		o, _ := store.Directories.Get(s, "d-counter")
		kept, err := strconv.Atoi(o.Value.Description)
		if err != nil || kept < acknowledged || kept > acknowledged+1 {
			t.Fatalf("round %d: kept %d, %v; acknowledged %d", round, kept, err, acknowledged)
		}
		if n := len(store.DirectoryStatus.List(s)); n != kept {
			t.Fatalf("round %d: %d objects beside a counter of %d: a transaction is there in part", round, n, kept)
		}
		got, ok, err := s.Secret(t.Context(), "last")
		if !ok || err != nil || got.Reveal() != strconv.Itoa(kept) {
			t.Fatalf("round %d: secret %v %v", round, ok, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		server.Close()
	}
}

// killWriter lets a writer acknowledge a number of writes, kills it and gives
// the last number that it acknowledged.
func killWriter(t *testing.T, dir string, from, writes int) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), writerEnv+"="+dir)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if last, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if last == from+writes {
			_ = cmd.Process.Kill() // goes on writing until this arrives
		}
	}
	_ = cmd.Wait()
	if last < from+writes {
		t.Fatalf("the writer ended by itself at %d", last)
	}
	return last
}

// writeForever counts up. Each step is one transaction over two objects and a
// secret, and is told on standard output once it is acknowledged.
func writeForever(dir string) error {
	ctx := context.Background()
	server, err := embedded.Start(ctx, embedded.Config{Dir: dir})
	if err != nil {
		return err
	}
	sealer, err := store.OpenSealer(filepath.Join(dir, "key"))
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Config{Endpoints: []string{server.Endpoint()}, Sealer: sealer})
	if err != nil {
		return err
	}
	for {
		o, _ := store.Directories.Get(s, "d-counter")
		n, _ := strconv.Atoi(o.Value.Description)
		next := strconv.Itoa(n + 1)
		o.Value.Description = next
		tx := s.Begin()
		store.Directories.Put(tx, "d-counter", o.Value, o.Revision)
		store.DirectoryStatus.Put(tx, next, directory.Status{Step: next}, 0)
		tx.SetSecret("last", secret.New(next))
		if _, err := tx.Commit(ctx); err != nil {
			return err
		}
		if _, err := os.Stdout.WriteString(next + "\n"); err != nil {
			return err
		}
	}
}

func TestAnOrderlyEndIsSilent(t *testing.T) {
	var said bytes.Buffer
	server, err := embedded.Start(t.Context(), embedded.Config{Dir: t.TempDir(), Volatile: true, Log: slog.New(slog.NewTextHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
	if said.Len() > 0 {
		t.Error(said.String())
	}
}
