package store

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSealedFiles(t *testing.T) {
	sealer, err := NewSealer()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := (&Store{sealer: sealer}).Files(dir)
	content := strings.Repeat("a secret, more than one chunk of it\n", 10000)
	write := func(w io.Writer) error { _, err := io.WriteString(w, content); return err }
	if _, err := files.Write("d-1/s-1", write); err != nil {
		t.Fatal(err)
	}
	if err := files.Check("d-1/s-1"); err != nil {
		t.Fatal(err)
	}
	r, err := files.Open("d-1/s-1")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != content {
		t.Errorf("%d bytes came back, error %v", len(got), err)
	}
	_ = r.Close()
	file := filepath.Join(dir, "d-1", "s-1")
	sealed, err := os.ReadFile(file)
	if err != nil || bytes.Contains(sealed, []byte("a secret")) {
		t.Fatalf("the file is not sealed: %v", err)
	}

	if err := os.WriteFile(filepath.Join(dir, "d-1", "s-2"), sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := files.Check("d-1/s-2"); err == nil || !strings.Contains(err.Error(), "another name") {
		t.Errorf("a file in another's place: %v", err)
	}
	sealed[len(sealed)-100] ^= 1
	if err := os.WriteFile(file, sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	if files.Check("d-1/s-1") == nil {
		t.Error("a damaged file counts as whole")
	}

	broken := errors.New("the disk is full")
	if _, err := files.Write("d-1/s-3", func(w io.Writer) error { _ = write(w); return broken }); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
	if _, err := files.Open("d-1/s-3"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that was not finished is there: %v", err)
	}
	for _, name := range []string{"d-1/s-1", "d-1/s-2", "d-1/s-3"} {
		if err := files.Remove(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "d-1")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder was left: %v", err)
	}
}
