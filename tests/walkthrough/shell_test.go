package walkthrough

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/entente-ad/entente/tests/harness"
)

// shell is one bash that keeps its variables from block to block.
type shell struct {
	in    io.Writer
	lines chan string
	names []string // variables that the self-managed side gets too
}

// mark ends each block's output; what a reader's shell prints never has it.
const mark = "~~~ end of block ~~~"

// startShell starts a shell with the CLI's settings, as the page's first lines
// tell, and these variables.
func startShell(t *testing.T, s *harness.Server, variables map[string]string) *shell {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-s")
	cmd.Env = append(os.Environ(),
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(s.DataDir, "credentials"), "AWS_PROFILE=entente",
		"AWS_DEFAULT_REGION="+harness.Region, "AWS_PAGER=", "AWS_CONFIG_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true")
	sh := &shell{lines: make(chan string, 1000), names: []string{"dns"}}
	for name, value := range variables {
		cmd.Env = append(cmd.Env, name+"="+value)
		sh.names = append(sh.names, name)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	sh.in, cmd.Stderr = in, cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(sh.lines)
		for scan := bufio.NewScanner(out); scan.Scan(); {
			sh.lines <- scan.Text()
		}
	}()
	t.Cleanup(func() {
		_ = in.Close()
		<-read
		_ = cmd.Wait()
	})
	// Every version of the CLI knows --endpoint-url.
	if _, err := sh.run(t.Context(), fmt.Sprintf("set -eu\naws() { command %s --endpoint-url %s \"$@\"; }\n", awsBinary(), s.Endpoint)); err != nil {
		t.Fatal(err)
	}
	return sh
}

func awsBinary() string {
	if _, err := os.Stat("/usr/bin/aws"); err == nil {
		return "/usr/bin/aws"
	}
	return "aws"
}

// run runs a block and gives what it printed. A command that fails ends the
// shell, and that is the error.
func (sh *shell) run(ctx context.Context, script string) (string, error) {
	if _, err := io.WriteString(sh.in, script+"\necho '"+mark+"'\n"); err != nil {
		return "", fmt.Errorf("the shell has ended: %w", err)
	}
	var printed strings.Builder
	for {
		select {
		case line, ok := <-sh.lines:
			if !ok {
				return printed.String(), errors.New("a command failed")
			}
			if line == mark {
				return printed.String(), nil
			}
			printed.WriteString(line + "\n")
		case <-ctx.Done():
			return printed.String(), ctx.Err()
		}
	}
}

// variables gives the shell's variables that blocks for the other side use, as
// bash reads them.
func (sh *shell) variables(ctx context.Context) string {
	list, _ := sh.run(ctx, "for name in "+strings.Join(sh.names, " ")+`; do [ -z "${!name-}" ] || printf '%s=%q\n' "$name" "${!name}"; done`)
	return list
}
