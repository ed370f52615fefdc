package samba

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	proc "github.com/entente-ad/entente/internal/process"
)

// TestWhoseContainersTheseAre has processes that look like containers: a
// folder, its copy, and one that was moved while they ran.
func TestWhoseContainersTheseAre(t *testing.T) {
	run := t.TempDir()
	original, other := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	for _, dir := range []string{original, other} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "read x", "dc-init", "--config", filepath.Join(original, "dcs", "dc-1", fileConfig))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close(); _ = cmd.Wait() }()
	start, err := proc.StartTime(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeJSON(filepath.Join(run, "dc-1.pid"), processID{PID: cmd.Process.Pid, StartTime: start}); err != nil {
		t.Fatal(err)
	}
	if err := writeJSON(filepath.Join(run, "dc-2.pid"), processID{PID: cmd.Process.Pid, StartTime: start + 1}); err != nil {
		t.Fatal(err)
	}
	foreign := func(dataDir string) []string {
		t.Helper()
		list, err := New(Config{DataDir: dataDir, RunDir: run}).Foreign()
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if got := foreign(original); len(got) > 0 {
		t.Errorf("the folder's own: %q", got)
	}
	if got := foreign(other); !slices.Equal(got, []string{original}) {
		t.Errorf("of a copy: %q", got)
	}
	if err := os.Rename(original, original+".moved"); err != nil {
		t.Fatal(err)
	}
	if got := foreign(original + ".moved"); !slices.Equal(got, []string{original}) {
		t.Errorf("of a folder that was moved: %q", got)
	}
	if got, err := New(Config{DataDir: other, RunDir: filepath.Join(run, "none")}).Foreign(); err != nil || len(got) > 0 {
		t.Errorf("without a run folder: %q, %v", got, err)
	}
}
