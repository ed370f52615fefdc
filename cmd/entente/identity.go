package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/entente-ad/entente/engine/samba"
)

// errLocked says that another process has the file.
var errLocked = errors.New("locked by another process")

// lockFile locks a file, made if it is missing, until it is closed. A file that
// was removed by the one that had it locked before is none: it is looked again.
func lockFile(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			_ = f.Close()
			return nil, errLocked
		}
		locked, err := f.Stat()
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if named, err := os.Stat(path); err == nil && os.SameFile(locked, named) {
			return f, nil
		}
		_ = f.Close()
	}
}

// lockTag keeps out everybody else who has the folder's tag, and leaves word of
// who has it.
func (d *dataDir) lockTag() error {
	var lock *os.File
	err := os.ErrNotExist
	for errors.Is(err, os.ErrNotExist) { // another may remove the empty folder just now
		if err = os.MkdirAll(filepath.Dir(d.tagLock()), 0o755); err == nil {
			lock, err = lockFile(d.tagLock())
		}
	}
	if errors.Is(err, errLocked) {
		other, _ := os.ReadFile(d.tagLock())
		return d.copied(strings.TrimSpace(string(other)), "`entente serve` or `entente down` is at work on the other one: stop it first, then")
	}
	if err == nil {
		d.locks = append(d.locks, lock)
		_, err = lock.WriteAt([]byte(d.path+"\n"), 0)
		err = errors.Join(err, lock.Truncate(int64(len(d.path)+1)))
	}
	if err != nil {
		return fmt.Errorf("cannot lock the tag of data folder %s: %w", d.path, err)
	}
	return nil
}

// copied is the error of a folder whose tag another one works with.
func (d *dataDir) copied(other, why string) error {
	return fmt.Errorf("data folder %s has the tag of %s: one is a copy of the other, and both would run the same domain controllers on this host.\n"+
		"%s `entente down --data-dir %s`; then the copy can take its place. A copy that is not needed goes with rm -rf alone",
		d.path, other, why, other)
}

// checkContainers refuses a folder whose tag's domain controllers run out of
// another one. With stop it is enough that the other one is still there: where
// a folder was moved while they ran, this one is what stops them.
func (d *dataDir) checkContainers(stop bool) error {
	others, err := samba.New(samba.Config{DataDir: d.path, RunDir: d.runDir()}).Foreign()
	if err != nil {
		return fmt.Errorf("cannot tell whose the domain controllers in %s are: %w", d.runDir(), err)
	}
	for _, other := range others {
		_, gone := os.Stat(other)
		switch {
		case gone == nil:
			return d.copied(other, "The domain controllers of the other one run: stop them with")
		case !stop:
			return fmt.Errorf("the domain controllers of data folder %s run out of %s, which is not there any more: it was moved while they ran.\n"+
				"Stop them with `entente down --data-dir %s`, then start the server again", d.path, other, d.path)
		}
	}
	return nil
}
