// Package harness starts the real `entente serve` binary on a data folder of
// its own and talks to it with the official AWS SDK, as a stranger would. It
// is for tests and the bench alone.
package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Region is the Region that the helpers of this package speak of.
const Region = "us-east-1"

// Config configures a Server. The zero value is a server with defaults.
type Config struct {
	DataDir string   // "" means a new one, removed at the end
	Flags   []string // more flags for `entente serve`
}

// Server is a running `entente serve`.
type Server struct {
	Exe      string // the binary
	DataDir  string
	Endpoint string // "http://127.0.0.1:port"

	flags []string

	mu   sync.Mutex
	proc *exec.Cmd
	done chan struct{}
	log  *os.File

	opened map[string]bool // directories that tests have been let out of, or never are
}

var build struct {
	sync.Once
	exe string
	err error
}

// Binary builds cmd/entente once per test binary and gives its path.
// ENTENTE_BINARY names one that was built before.
func Binary(t testing.TB) string {
	t.Helper()
	if exe := os.Getenv("ENTENTE_BINARY"); exe != "" {
		return exe
	}
	build.Do(func() {
		dir, err := os.MkdirTemp("", "entente-build")
		if err != nil {
			build.err = err
			return
		}
		build.exe = filepath.Join(dir, "entente")
		argv, cgo := []string{"build", "-o", build.exe}, "0"
		if underRace {
			argv, cgo = append(argv, "-race"), "1"
		}
		cmd := exec.Command("go", append(argv, "github.com/entente-ad/entente/cmd/entente")...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
		if out, err := cmd.CombinedOutput(); err != nil {
			build.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if build.err != nil {
		t.Fatalf("cannot build entente: %v", build.err)
	}
	return build.exe
}

// Start starts a server; when the test ends, everything it made is removed.
func Start(t testing.TB, cfg Config) *Server {
	t.Helper()
	if os.Getuid() != 0 {
		if os.Getenv("CI") != "" {
			t.Fatal("must run as root")
		}
		t.Skip("needs root: makes network namespaces and domain controllers")
	}
	s, err := Open(Binary(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of the server:\n%s", s.Log())
		}
		if err := s.Down(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// Open prepares a server without starting it.
func Open(exe string, cfg Config) (*Server, error) {
	if cfg.DataDir == "" {
		dir, err := os.MkdirTemp("", "entente-data")
		if err != nil {
			return nil, err
		}
		cfg.DataDir = dir
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := free.Addr().String()
	_ = free.Close()
	s := &Server{Exe: exe, DataDir: cfg.DataDir, Endpoint: "http://" + address}
	s.flags = append([]string{"serve", "--listen", address, "--data-dir", cfg.DataDir}, cfg.Flags...)
	s.log, err = os.OpenFile(filepath.Join(os.TempDir(), filepath.Base(cfg.DataDir)+".log"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	remember(s)
	return s, nil
}

// Run starts the process and waits until it is healthy.
func (s *Server) Run(ctx context.Context) error {
	cmd := exec.Command(s.Exe, s.flags...)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	// For a server that was built with the race detector.
	cmd.Env = append(os.Environ(), "GORACE=log_path="+s.races())
	// A signal to the test's process group must not reach the server first.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	s.mu.Lock()
	s.proc, s.done = cmd, done
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		select {
		case <-done:
			return fmt.Errorf("entente serve ended:\n%s", s.Log())
		case <-ctx.Done():
			return fmt.Errorf("entente serve is not healthy: %w\n%s", ctx.Err(), s.Log())
		case <-time.After(50 * time.Millisecond):
		}
		res, err := http.Get(s.Endpoint + "/healthz")
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return nil
		}
	}
}

// PID is the server's process id, 0 when it does not run.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return 0
	}
	return s.proc.Process.Pid
}

// Signal sends sig and waits until the process is gone.
func (s *Server) Signal(sig syscall.Signal) error {
	s.mu.Lock()
	proc, done := s.proc, s.done
	s.proc = nil
	s.mu.Unlock()
	if proc == nil {
		return nil
	}
	if err := proc.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-done:
		return nil
	case <-time.After(time.Minute):
		_ = proc.Process.Kill()
		return fmt.Errorf("entente serve did not end within a minute of %v", sig)
	}
}

// Kill ends the server as a crash would.
func (s *Server) Kill() error { return s.Signal(syscall.SIGKILL) }

// Stop ends the server as an administrator would; domain controllers run on.
func (s *Server) Stop() error { return s.Signal(syscall.SIGTERM) }

// Down stops the server, runs `entente down` and removes the data folder.
func (s *Server) Down() error {
	defer forget(s)
	err := s.Stop()
	out, downErr := exec.Command(s.Exe, "down", "--data-dir", s.DataDir).CombinedOutput()
	if downErr != nil {
		err = errors.Join(err, fmt.Errorf("entente down: %w\n%s", downErr, out))
	}
	err = errors.Join(err, s.foundRaces())
	name := s.log.Name()
	return errors.Join(err, s.log.Close(), os.Remove(name), os.RemoveAll(s.DataDir))
}

// Log is what the server wrote up to now, its last 200 lines.
func (s *Server) Log() string {
	content, err := os.ReadFile(s.log.Name())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(string(bytes.TrimSpace(content)), "\n")
	if len(lines) > 200 {
		lines = lines[len(lines)-200:]
	}
	return strings.Join(lines, "\n")
}

// CLI runs an entente command against the server and gives its output.
func (s *Server) CLI(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, s.Exe, args...)
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+s.Endpoint, "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(s.DataDir, "credentials"), "AWS_PROFILE=entente")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
