package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/entente-ad/entente/tests/forest"
)

// TestAPurgeLeavesNothing fills a folder with everything that is kept in one,
// and with what a crash may leave.
func TestAPurgeLeavesNothing(t *testing.T) {
	forest.NeedRoot(t)
	dir, err := openDataDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	keyFile := filepath.Join(t.TempDir(), "elsewhere.key")
	record, err := json.Marshal(installation{ID: "A", Endpoints: []string{"http://etcd:2379"}, KeyFile: keyFile})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{keyFile: "k", dir.join("notes.txt"): "of a person", filepath.Join(dir.runDir(), "x.sock"): ""}
	for _, k := range kept {
		files[dir.join(strings.ReplaceAll(k.leftover(), "*", "123"))] = "left by a crash"
		name := dir.join(k.name)
		if strings.HasSuffix(k.name, "/") {
			name = filepath.Join(name, "d-1", "file")
		}
		if k.name != "tag" && k.name != "lock" {
			files[name] = "x"
		}
	}
	files[dir.join("installation")] = string(record)
	for name, content := range files {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	printed, err := run(t, "down", "--purge", "--data-dir", dir.path)
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	for _, word := range []string{"notes.txt", keyFile, "http://etcd:2379", "/entente/"} {
		if !strings.Contains(printed, word) {
			t.Errorf("%q is not said:\n%s", word, printed)
		}
	}
	left, err := os.ReadDir(dir.path)
	if err != nil || len(left) != 1 || left[0].Name() != "notes.txt" {
		t.Errorf("left: %v, %v", left, err)
	}
	if _, err := os.Stat(keyFile); err != nil {
		t.Error("a key file elsewhere, which may be another installation's too, was removed")
	}
	if _, err := os.Stat(dir.runDir()); err == nil {
		t.Errorf("%s is left", dir.runDir())
	}
	if _, err := run(t, "down", "--data-dir", dir.path); err == nil {
		t.Error("what is no data folder any more is taken for one")
	}
}

// TestTheListOfWhatIsKeptIsWhole looks at what a server really leaves.
func TestTheListOfWhatIsKeptIsWhole(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	startServer(t, "--data-dir", dir).end(syscall.SIGTERM)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < 5 {
		t.Fatalf("%v, %v", entries, err)
	}
	for _, e := range entries {
		if !isKept(e.Name()) {
			t.Errorf("%s is not in the list of what is kept: a purge leaves it", e.Name())
		}
	}
	printed, err := run(t, "down", "--purge", "--data-dir", dir)
	if err != nil || strings.Contains(printed, "left") {
		t.Errorf("%v\n%s", err, printed)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left after a purge: %v, %v", entries, err)
	}
}

func TestREADMEListsWhatIsKept(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	table := "| in the data folder | what it holds | secret |\n|---|---|---|\n"
	for _, k := range kept {
		table += fmt.Sprintf("| `%s` | %s | %s |\n", k.name, k.holds, k.secret)
	}
	if !strings.Contains(string(readme), table+"\n") {
		t.Errorf("README's \"Where data lives\" must have this table:\n%s", table)
	}
}
