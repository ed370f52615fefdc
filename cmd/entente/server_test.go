package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/entente-ad/entente/store/embedded"
	"github.com/entente-ad/entente/tests/forest"
)

// commandEnv makes the test binary entente itself.
const commandEnv = "ENTENTE_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(commandEnv) != "" || len(os.Args) > 1 && os.Args[1] == "store-process" { // whose environment is empty
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// server is a running `entente serve` in a process of its own.
type server struct {
	cmd      *exec.Cmd
	endpoint string
	rest     chan struct{} // closed when it has said everything
	ended    bool
}

// startServer returns when the server says where it is.
func startServer(t *testing.T, flags ...string) *server {
	t.Helper()
	forest.NeedRoot(t)
	s := &server{rest: make(chan struct{})}
	s.cmd = exec.CommandContext(t.Context(), os.Args[0], append([]string{"serve", "--listen", "127.0.0.1:0", "--snapshot-time", "off"}, flags...)...)
	s.cmd.Env = append(os.Environ(), commandEnv+"=1")
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) } // it takes its lock in /run with it
	s.cmd.WaitDelay = time.Minute
	out, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.end(syscall.SIGTERM) })
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
		if _, url, ok := strings.Cut(lines.Text(), "AWS_ENDPOINT_URL="); ok {
			s.endpoint = url
			go func() { _, _ = io.Copy(io.Discard, out); close(s.rest) }()
			return s
		}
	}
	close(s.rest)
	t.Fatalf("the server did not start:\n%s", strings.Join(said, "\n"))
	return nil
}

// end sends a signal, waits, and gives the exit code.
func (s *server) end(sig syscall.Signal) int {
	if !s.ended {
		s.ended = true
		_ = s.cmd.Process.Signal(sig)
		<-s.rest
		_ = s.cmd.Wait()
	}
	return s.cmd.ProcessState.ExitCode()
}

func (s *server) healthy(t *testing.T) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.endpoint+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// someEtcd is an external etcd.
func someEtcd(t *testing.T) (endpoint string) {
	t.Helper()
	etcd, err := embedded.Start(t.Context(), embedded.Config{Dir: t.TempDir(), Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(etcd.Close)
	return etcd.Endpoint()
}

// refused wants a command to fail with words.
func refused(t *testing.T, words []string, args ...string) {
	t.Helper()
	printed, err := run(t, args...)
	if err == nil {
		t.Fatalf("%q was not refused:\n%s", args, printed)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q: %q is not in: %v", args, word, err)
		}
	}
	if strings.Count(err.Error(), "\n") > 2 {
		t.Errorf("%q: more than three lines: %v", args, err)
	}
}
