package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"github.com/entente-ad/entente/internal/secret"
)

// Sealer seals secrets to a key file, with age. The name of a secret is
// sealed with it, so that one sealed value cannot be put in another's place.
type Sealer struct{ identity *age.X25519Identity }

// OpenSealer reads the key file at path, or makes one, mode 0600, when there
// is none. Without that file the secrets of the store cannot be read.
func OpenSealer(path string) (*Sealer, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if err := createKey(path); err != nil {
			return nil, fmt.Errorf("cannot create the key file %s: %w", path, err)
		}
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the key file: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key file %s is open to others (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	identity, err := age.ParseX25519Identity(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, fmt.Errorf("cannot use the key file %s: it holds no age X25519 key", path)
	}
	return &Sealer{identity: identity}, nil
}

// NewSealer gives a Sealer whose key is nowhere but in memory, for tests.
func NewSealer() (*Sealer, error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	return &Sealer{identity: identity}, nil
}

// createKey puts a new key at path, whole or not at all. When another process
// was faster, its key stands.
func createKey(path string) (err error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(identity.String() + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// seal encrypts name's length, name and value as one.
func (s *Sealer) seal(name string, t secret.Text) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, s.identity.Recipient())
	if err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(len(name)))
	_, err = io.WriteString(w, string(head)+name+t.Reveal())
	err = errors.Join(err, w.Close()) // writes the rest
	return out.Bytes(), err
}

// open decrypts what seal made for name.
func (s *Sealer) open(name string, sealed []byte) (secret.Text, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), s.identity)
	if err != nil {
		return secret.Text{}, fmt.Errorf("cannot unseal the secret %q: wrong key or damaged: %w", name, err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return secret.Text{}, fmt.Errorf("cannot unseal the secret %q: damaged: %w", name, err)
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(len(name)))
	value, ok := strings.CutPrefix(string(plain), string(head)+name)
	if !ok {
		return secret.Text{}, fmt.Errorf("cannot unseal the secret %q: it was sealed under another name", name)
	}
	return secret.New(value), nil
}

// Secret unseals the secret under name; ok is false when there is none.
func (s *Store) Secret(_ context.Context, name string) (t secret.Text, ok bool, err error) {
	e, ok := s.cache.get(secretsTable, name)
	if !ok {
		return secret.Text{}, false, nil
	}
	t, err = s.sealer.open(name, e.value.([]byte))
	return t, err == nil, err
}
