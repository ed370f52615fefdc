// Package fulldisk fills the disk of a running server to its last byte.
package fulldisk

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

// insideEnv names the data folder, in the process that has it on a small disk.
const insideEnv = "ENTENTE_TEST_FULL_DISK"

// TestMain runs the tests in a mount namespace of their own, where the data
// folder is a file system of 160 MiB. Nobody outside sees it, and it goes with
// the last process in it.
func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if dir := os.Getenv(insideEnv); dir != "" {
		err := errors.Join(syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
			syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=160m"))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}
	if os.Getuid() != 0 {
		return m.Run() // each test says that it needs root
	}
	dir, err := os.MkdirTemp("", "entente-small-disk")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	inside := exec.Command(os.Args[0], os.Args[1:]...)
	inside.Env = append(os.Environ(), insideEnv+"="+dir)
	inside.Stdout, inside.Stderr = os.Stdout, os.Stderr
	inside.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if err := inside.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func TestAFullDiskIsSurvived(t *testing.T) {
	forest.NeedRoot(t)
	small := os.Getenv(insideEnv)
	s := harness.Start(t, harness.Config{DataDir: filepath.Join(small, "data")})
	key := func() (string, error) { return s.CLI(t.Context(), "keys", "create", "--description", "test") }
	list := func(when string) {
		t.Helper()
		if out, err := s.CLI(t.Context(), "keys", "list"); err != nil || !strings.Contains(out, "test") {
			t.Errorf("%s: nothing can be read: %v\n%s", when, err, out)
		}
	}
	if out, err := key(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	running := s.PID()
	for round, when := range []string{"while it runs", "when it starts"} {
		filler := filepath.Join(small, "filler")
		fill(t, filler)
		if round == 1 {
			if err := errors.Join(s.Kill(), s.Run(t.Context())); err != nil {
				t.Fatal(err)
			}
		}
		out, err := key()
		if err == nil || !strings.Contains(out, "ServiceUnavailable: ") || !strings.Contains(out, small) || strings.Count(out, "\n") > 3 {
			t.Errorf("%s: %v\n%s", when, err, out)
		}
		t.Log(out)
		list(when)
		if said := health(t, s); !strings.HasPrefix(said, "ok\nwarning: ") || strings.Contains(said, small) {
			t.Errorf("%s: /healthz says %q", when, said)
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
			if out, err = key(); err == nil {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: there is room again, and nothing can be changed: %v\n%s", when, err, out)
			}
		}
		list(when)
		if round == 0 && s.PID() != running {
			t.Error("the server is another")
		}
	}
}

// fill writes a file until not a byte is left.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for _, block := range []int{1 << 20, 1 << 12, 1} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, block))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
}

func health(t *testing.T, s *harness.Server) string {
	t.Helper()
	res, err := http.Get(s.Endpoint + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	said, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%d, %v", res.StatusCode, err)
	}
	return string(said)
}
