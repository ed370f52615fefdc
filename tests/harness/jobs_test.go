package harness

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// TestASignalToAScriptAloneEndsWhatItRuns is about scripts/jobs.sh, by which
// ./test runs all that takes long.
func TestASignalToAScriptAloneEndsWhatItRuns(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "bash", "-c", `set -Eeuo pipefail
				. ../../scripts/lib.sh
				. ../../scripts/jobs.sh
				trap 'set +e; end_running' EXIT
				trap 'exit 130' INT TERM
				begin bash -c 'sleep 100; echo beside: to its end'
				run bash -c 'echo begun; sleep 100; echo run: to its end'`)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			if !lines.Scan() || lines.Text() != "begun" {
				t.Fatalf("the script does not begin: %q, %v", lines.Text(), lines.Err())
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			for lines.Scan() { // until nobody is left who could write
				if line := lines.Text(); line == "beside: to its end" || line == "run: to its end" {
					t.Error(line)
				}
			}
			var exit *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
				t.Errorf("the script ends with %v, not with status 130", err)
			}
		})
	}
}
