package harness

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/entente-ad/entente/tests/forest"
)

// runsForEver has this test binary start a server and wait for a signal.
const runsForEver = "ENTENTE_TEST_RUNS_FOR_EVER"

func TestMain(m *testing.M) {
	if os.Getenv(runsForEver) == "" {
		os.Exit(Main(m))
	}
	s, err := Open(os.Getenv(runsForEver), Config{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := s.Run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Println(s.PID(), s.DataDir)
	select {}
}

// TestAnInterruptedTestLeavesNoServer ends a test's process as Ctrl-C and
// scripts/test.sh do.
func TestAnInterruptedTestLeavesNoServer(t *testing.T) {
	forest.NeedRoot(t)
	exe := Binary(t)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
			cmd.Env = append(os.Environ(), runsForEver+"="+exe)
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatalf("the server of the other process does not start: %v", err)
			}
			pid, folder, _ := strings.Cut(strings.TrimSpace(line), " ")
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // it was interrupted
			for _, path := range []string{"/proc/" + pid, folder} {
				if _, err := os.Stat(path); err == nil {
					t.Errorf("%s is still there", path)
				}
			}
		})
	}
}
