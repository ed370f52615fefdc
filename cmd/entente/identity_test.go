package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/entente-ad/entente/tests/forest"
)

func TestTwoServersOnOneEtcd(t *testing.T) {
	etcd, a, b := someEtcd(t), t.TempDir(), t.TempDir()
	first := startServer(t, "--data-dir", a, "--etcd-endpoints", etcd)
	second := []string{"serve", "--listen", "127.0.0.1:0", "--data-dir", b, "--etcd-endpoints", etcd}
	refused(t, []string{"pid " + strconv.Itoa(first.cmd.Process.Pid), a, "since 20", "--etcd-endpoints", etcd}, second...)
	if _, err := os.Stat(filepath.Join(b, "credentials")); err == nil {
		t.Error("the second made an access key")
	}
	if !first.healthy(t) {
		t.Error("the first is not well any more")
	}
	first.end(syscall.SIGKILL)
	again := startServer(t, "--data-dir", a, "--etcd-endpoints", etcd)
	if !again.healthy(t) {
		t.Error("after kill -9 it does not start again")
	}
	refused(t, []string{"pid " + strconv.Itoa(again.cmd.Process.Pid)}, second...)
	if code := again.end(syscall.SIGTERM); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

func copyFolder(t *testing.T, from string) (to string) {
	t.Helper()
	to = filepath.Join(t.TempDir(), "copy")
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return to
}

func TestACopyOfAFolderWhoseServerRuns(t *testing.T) {
	a := filepath.Join(t.TempDir(), "a")
	first := startServer(t, "--data-dir", a)
	b := copyFolder(t, a)
	both := []string{a, b, "copy", "entente down --data-dir " + a}
	refused(t, both, "serve", "--listen", "127.0.0.1:0", "--data-dir", b)
	refused(t, both, "down", "--data-dir", b)
	refused(t, both, "down", "--purge", "--data-dir", b)
	if _, err := os.Stat(filepath.Join(b, "secret.key")); err != nil {
		t.Errorf("a purge that was refused removed something: %v", err)
	}
	if !first.healthy(t) {
		t.Error("the first is not well any more")
	}
	first.end(syscall.SIGKILL)

	// Nobody is at work with the tag any more: the copy may, and a folder that
	// was moved may.
	if printed, err := run(t, "down", "--purge", "--data-dir", b); err != nil {
		t.Errorf("%v\n%s", err, printed)
	}
	moved := a + ".moved"
	if err := os.Rename(a, moved); err != nil {
		t.Fatal(err)
	}
	if again := startServer(t, "--data-dir", moved); !again.healthy(t) {
		t.Error("a folder that was moved does not start")
	}
}

// playController is a process that looks like the container of a domain
// controller of the folder.
func playController(t *testing.T, dir *dataDir) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "read x", "dc-init", "--config", dir.join("dcs/dc-1/config.json"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait(); _ = os.RemoveAll(dir.runDir()) })
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	start := strings.Fields(string(stat)[strings.LastIndexByte(string(stat), ')')+1:])[19]
	pid := fmt.Sprintf(`{"PID":%d,"StartTime":%s}`, cmd.Process.Pid, start)
	err = errors.Join(os.MkdirAll(dir.runDir(), 0o700), os.WriteFile(filepath.Join(dir.runDir(), "dc-1.pid"), []byte(pid), 0o600))
	if err != nil {
		t.Fatal(err)
	}
}

func TestACopyOfAFolderWhoseDomainControllersRun(t *testing.T) {
	forest.NeedRoot(t)
	a := filepath.Join(t.TempDir(), "a")
	dir, err := openDataDir(a)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.MkdirAll(dir.join("dcs/dc-1"), 0o700), dir.Close()); err != nil {
		t.Fatal(err)
	}
	playController(t, dir)
	b := copyFolder(t, a)
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"down"}, {"down", "--purge"}} {
		refused(t, []string{a, b, "copy", "entente down --data-dir " + a, "rm -rf"}, append(args, "--data-dir", b)...)
	}
	if _, err := os.Stat(filepath.Join(dir.runDir(), "dc-1.pid")); err != nil {
		t.Errorf("the original's domain controller was touched: %v", err)
	}

	// The folder is moved while they run: serve says so, and down may.
	if err := os.Rename(a, a+".moved"); err != nil {
		t.Fatal(err)
	}
	refused(t, []string{"moved while they ran", "entente down --data-dir " + a + ".moved"}, "serve", "--listen", "127.0.0.1:0", "--data-dir", a+".moved")
	moved, err := openDataDir(a + ".moved")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(moved.checkContainers(true), moved.Close()); err != nil {
		t.Errorf("down is refused as well: %v", err)
	}
}

func TestAFolderWithoutItsStore(t *testing.T) {
	forest.NeedRoot(t)
	used := t.TempDir()
	if err := os.MkdirAll(filepath.Join(used, "dcs", "dc-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	serve := []string{"serve", "--listen", "127.0.0.1:0", "--data-dir", used}
	refused(t, []string{used, "dc-1", "backup", "--etcd-endpoints", "down --purge"}, serve...)
	for _, none := range []string{"store", "secret.key", "credentials"} {
		if _, err := os.Stat(filepath.Join(used, none)); err == nil {
			t.Errorf("%s was made", none)
		}
	}
	empty := someEtcd(t)
	refused(t, []string{used, empty, "nothing in it", "down --purge"}, append(serve, "--etcd-endpoints", empty)...)

	// One that has a store of its own, at another's.
	mine, theirs, etcd := t.TempDir(), t.TempDir(), someEtcd(t)
	startServer(t, "--data-dir", mine).end(syscall.SIGTERM)
	startServer(t, "--data-dir", theirs, "--etcd-endpoints", etcd).end(syscall.SIGTERM)
	refused(t, []string{mine, etcd, "not that of", "installation"}, "serve", "--listen", "127.0.0.1:0", "--data-dir", mine, "--etcd-endpoints", etcd)
	if err := os.RemoveAll(filepath.Join(mine, "store")); err != nil {
		t.Fatal(err)
	}
	refused(t, []string{mine, "backup", "the store was in the folder"}, "serve", "--listen", "127.0.0.1:0", "--data-dir", mine)
	refused(t, []string{theirs, etcd}, "serve", "--listen", "127.0.0.1:0", "--data-dir", theirs)
	var known installation
	content, err := os.ReadFile(filepath.Join(theirs, "installation"))
	if err != nil || json.Unmarshal(content, &known) != nil || known.ID == "" {
		t.Errorf("%s, %v", content, err)
	}
}
