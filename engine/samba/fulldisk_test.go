package samba

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/tests/forest"
)

// On a full disk a job of Samba's library ends with a traceback. The caller is
// told of the disk, and of the job's own failure once there is room.
func TestAFailureOnAFullDiskNamesTheDisk(t *testing.T) {
	forest.NeedRoot(t)
	const traceback = "Traceback (most recent call last): OSError"
	data, run := t.TempDir(), t.TempDir()
	if err := unix.Mount("tmpfs", data, "tmpfs", 0, "size=64m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(data, 0); err != nil {
			t.Error(err)
		}
	})
	e := New(Config{DataDir: data, RunDir: run})
	if err := os.MkdirAll(e.stateDir("dc-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	answerAll(t, e.socket("dc-1"), reply{Kind: "OSError", Error: traceback})
	filler := filepath.Join(data, "filler")
	if err := os.WriteFile(filler, make([]byte, 60<<20), 0o600); err != nil {
		t.Fatal(err)
	}

	err := e.job(t.Context(), "dc-1", map[string]any{"job": "set_password"})
	if errs.KindOf(err) != errs.Unavailable || strings.Contains(err.Error(), "Traceback") || !strings.Contains(err.Error(), e.stateDir("dc-1")) {
		t.Errorf("on a full disk: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := e.job(t.Context(), "dc-1", map[string]any{"job": "set_password"}); err == nil || err.Error() != traceback {
		t.Errorf("with room again: %v", err)
	}
}

// answerAll is a container that answers each request with rep.
func answerAll(t *testing.T, socket string, rep reply) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			var req request
			_ = json.NewDecoder(conn).Decode(&req)
			_ = json.NewEncoder(conn).Encode(rep)
			_ = conn.Close()
		}
	}()
}
