package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/entente-ad/entente/internal/secret"
)

func TestTheKeyFileIsMadeOnceAndForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	first, err := OpenSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	sealed, err := first.seal("name", secret.New("value"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := OpenSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := second.open("name", sealed); err != nil || got.Reveal() != "value" {
		t.Errorf("a sealer opened again cannot unseal: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestASealedValueBelongsToItsName(t *testing.T) {
	s, err := NewSealer()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ sealedAs, openedAs string }{
		{"a", "b"}, {"ab", "a"}, {"a", "ab"}, {"", "a"},
	} {
		sealed, err := s.seal(c.sealedAs, secret.New("bbb"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.open(c.openedAs, sealed); err == nil || !got.Empty() {
			t.Errorf("sealed as %q, opened as %q", c.sealedAs, c.openedAs)
		}
		sealed[len(sealed)-1] ^= 1
		if _, err := s.open(c.sealedAs, sealed); err == nil {
			t.Error("an altered value was unsealed")
		}
	}
}

func TestBadKeyFiles(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		mode    os.FileMode
		says    string
	}{
		"open to others": {"", 0o640, "chmod 600"},
		"not a key":      {"hello", 0o600, "no age X25519 key"},
		"empty":          {"", 0o600, "no age X25519 key"},
	} {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(c.content), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenSealer(path); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
