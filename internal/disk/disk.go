// Package disk tells how much room there is, and says in words when there is
// too little.
package disk

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

const mebibyte = 1 << 20

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
	return int64(blocks) * is.Bsize, nil
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

// Check gives a *FullError when the file system of dir has less than need
// bytes free. A file system that cannot be asked counts as one with room: what
// is wrong with it shows by itself.
func Check(dir string, need int64) error {
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
