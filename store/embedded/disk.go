package embedded

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"github.com/entente-ad/entente/internal/disk"
)

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
	if disk.Check(b.dir, 2*(ballastSize+etcdNeeds)) != nil {
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

// full gives a *disk.FullError when etcd has ended for want of room, as far as one
// can tell.
func (b ballast) full() error { return disk.Check(b.dir, etcdNeeds) }

// release gives the room to etcd.
func (b ballast) release() {
	if err := os.Remove(b.path()); err == nil {
		b.log.Warn("the disk is full: gave the room that was set aside to etcd", "file", b.path(), "bytes", ballastSize)
	}
}
