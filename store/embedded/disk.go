package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
)

// Free is how much room the file system of a folder has for this process, in
// bytes. Some file systems keep a part for root.
func Free(dir string) (int64, error) {
	var is syscall.Statfs_t
	if err := syscall.Statfs(dir, &is); err != nil {
		return 0, &fs.PathError{Op: "statfs", Path: dir, Err: err}
	}
	blocks := is.Bavail
	if os.Geteuid() == 0 {
		blocks = is.Bfree
	}
	return int64(blocks) * is.Bsize, nil //nolint:gosec // no file system is that large
}

// FullError says that the file system of a folder has less room than is
// needed.
type FullError struct {
	Dir  string // of the file system
	Free int64  // bytes left
	Need int64  // bytes
}

func (e *FullError) Error() string {
	host, err := os.Hostname()
	if err != nil {
		host = "this host"
	}
	return fmt.Sprintf("the disk of %s that holds %s has %s free, and at least %s are needed: delete or move files there, or make it larger",
		host, e.Dir, Size(e.Free), Size(e.Need))
}

// CheckFree gives a *FullError when the file system of dir has less than need
// bytes free. A file system that cannot be asked counts as one with room: what
// is wrong with it shows by itself.
func CheckFree(dir string, need int64) error {
	if free, err := Free(dir); err == nil && free < need {
		return &FullError{Dir: dir, Free: free, Need: need}
	}
	return nil
}

// Size shows bytes for people: "12 MiB", "3 KiB".
func Size(bytes int64) string {
	switch {
	case bytes >= 10*mebibyte:
		return fmt.Sprintf("%d MiB", bytes/mebibyte)
	case bytes >= mebibyte:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/mebibyte)
	default:
		return fmt.Sprintf("%d KiB", bytes>>10)
	}
}

// ballast is a file that takes room while there is enough, and gives it back to
// etcd, which needs some to start, when there is none left.
type ballast struct {
	dir string
	log *slog.Logger
}

const (
	ballastSize = 16 * mebibyte
	// etcdNeeds is what etcd wants to have free to start without fear: it makes
	// a segment of its log in advance.
	etcdNeeds = segmentSize + 4*mebibyte
)

func (b ballast) path() string { return filepath.Join(b.dir, "ballast") }

// ready makes the file when it takes less than half of what is free.
func (b ballast) ready() {
	if info, err := os.Stat(b.path()); err == nil && info.Size() == ballastSize {
		return
	}
	if CheckFree(b.dir, 2*(ballastSize+etcdNeeds)) != nil {
		return
	}
	f, err := os.OpenFile(b.path(), os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		err = errors.Join(syscall.Fallocate(int(f.Fd()), 0, 0, ballastSize), f.Close())
	}
	if err != nil {
		_ = os.Remove(b.path())
		b.log.Warn("no room could be set aside for etcd", "file", b.path(), "error", err.Error())
	}
}

// full gives a *FullError when etcd has ended for want of room, as far as one
// can tell.
func (b ballast) full() error { return CheckFree(b.dir, etcdNeeds) }

// release gives the room to etcd.
func (b ballast) release() {
	if err := os.Remove(b.path()); err == nil {
		b.log.Warn("the disk is full: gave the room that was set aside to etcd", "file", b.path(), "bytes", ballastSize)
	}
}
