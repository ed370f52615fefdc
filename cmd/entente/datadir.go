package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The defaults that several commands share.
const (
	defaultListen  = "127.0.0.1:8640"
	defaultDataDir = "/var/lib/entente"
)

// dataDir is an installation's folder, open and locked by one process.
type dataDir struct {
	path  string
	tag   string     // names this installation's namespaces and sockets
	locks []*os.File // of the folder, and of its tag
}

// openDataDir makes the folder if it is missing, locks it and reads its tag,
// and locks that too: a copy of the folder has the same tag, and would take the
// domain controllers for its own. The locks end with the process, however that
// ends.
func openDataDir(path string) (_ *dataDir, err error) {
	if path == "" {
		return nil, errors.New("--data-dir is empty")
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("cannot use data folder %s: %w", path, err)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make data folder: %w", err)
	}
	d := &dataDir{path: path}
	defer func() {
		if err != nil {
			_ = d.Close()
		}
	}()
	lock, err := lockFile(d.join("lock"))
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("data folder %s is in use by another `entente serve` or `entente down`: stop that one first", path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot use data folder %s: %w", path, err)
	}
	d.locks = append(d.locks, lock)
	if d.tag, err = readTag(path, true); err != nil {
		return nil, err
	}
	return d, d.lockTag()
}

// Close gives the folder free.
func (d *dataDir) Close() error {
	if len(d.locks) > 1 {
		_ = os.Remove(d.tagLock())
		_ = os.Remove(filepath.Dir(d.tagLock())) // refused while others are in it
	}
	var err error
	for _, lock := range d.locks {
		err = errors.Join(err, lock.Close())
	}
	d.locks = nil
	return err
}

func (d *dataDir) join(name string) string { return filepath.Join(d.path, name) }

// runDir is where the sockets of this installation's DCs are. It is short,
// since the kernel allows 108 bytes for a socket's path.
func (d *dataDir) runDir() string { return filepath.Join("/run/entente", d.tag) }

// tagLock is the file that whoever works with this tag on this host has locked.
func (d *dataDir) tagLock() string { return d.runDir() + ".lock" }

// readTag reads the installation's tag, or, with make, chooses it once.
func readTag(dir string, create bool) (string, error) {
	file := filepath.Join(dir, "tag")
	content, err := os.ReadFile(file)
	switch {
	case err == nil:
		return strings.TrimSpace(string(content)), nil
	case !errors.Is(err, os.ErrNotExist) || !create:
		return "", fmt.Errorf("%s is not a data folder of entente: %w", dir, err)
	}
	var random [3]byte
	_, _ = rand.Read(random[:]) // never fails
	tag := hex.EncodeToString(random[:])
	if err := writeFile(file, []byte(tag+"\n")); err != nil {
		return "", err
	}
	return tag, nil
}

// writeFile writes a private file whole or not at all.
func writeFile(file string, content []byte) error {
	next := file + ".new"
	f, err := os.OpenFile(next, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", file, err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(next, file)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", file, err)
	}
	return nil
}
