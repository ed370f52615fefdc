package netns

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// isNamespace reports whether a namespace is mounted at path. A plain file
// there is what a crash between the two steps of making one leaves.
func isNamespace(path string) bool {
	var st unix.Statfs_t
	return unix.Statfs(path, &st) == nil && st.Type == unix.NSFS_MAGIC
}

// ensureNamespace makes a network namespace that ip(8) knows by that name,
// unless it is there; made says whether it was made now.
func ensureNamespace(name string) (made bool, err error) {
	path := filepath.Join(namespaceDir, name)
	if isNamespace(path) {
		return false, nil
	}
	unlock, err := prepareDir()
	if err != nil {
		return false, err
	}
	defer unlock()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDONLY, 0o444)
	if err != nil {
		return false, err
	}
	f.Close()
	err = onThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return os.NewSyscallError("unshare", err)
		}
		return os.NewSyscallError("mount", unix.Mount("/proc/thread-self/ns/net", path, "", unix.MS_BIND, ""))
	})
	if err != nil {
		os.Remove(path)
		return false, fmt.Errorf("cannot make the network namespace %s: %w", name, err)
	}
	return true, nil
}

// prepareDir makes /run/netns as ip(8) does, a shared mount, so that what is
// unmounted there is unmounted in every mount namespace that shares it.
func prepareDir() (unlock func(), err error) {
	if err := os.MkdirAll(namespaceDir, 0o755); err != nil {
		return nil, err
	}
	dir, err := lockDir()
	if err != nil {
		return nil, err
	}
	share := func() error { return unix.Mount("", namespaceDir, "none", unix.MS_SHARED|unix.MS_REC, "") }
	err = share()
	if errors.Is(err, unix.EINVAL) { // not a mount yet
		if err = unix.Mount(namespaceDir, namespaceDir, "none", unix.MS_BIND|unix.MS_REC, ""); err == nil {
			err = share()
		}
	}
	if err != nil {
		dir.Close()
		return nil, fmt.Errorf("cannot share the mount %s: %w", namespaceDir, err)
	}
	return func() { dir.Close() }, nil
}

// lockDir keeps others from preparing or dropping /run/netns until the file is
// closed. It is ip(8)'s own lock.
func lockDir() (*os.File, error) {
	dir, err := os.Open(namespaceDir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(dir.Fd()), unix.LOCK_EX); err != nil {
		dir.Close()
		return nil, os.NewSyscallError("flock", err)
	}
	return dir, nil
}

// dropDir undoes prepareDir when nobody has a namespace there.
func dropDir() error {
	dir, err := lockDir()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer dir.Close()
	if names, err := os.ReadDir(namespaceDir); err != nil || len(names) > 0 {
		return err
	}
	// Somebody else may use the folder, or it may be no mount: both are fine.
	_ = unix.Unmount(namespaceDir, unix.MNT_DETACH)
	_ = os.Remove(namespaceDir)
	return nil
}

// removeNamespace takes a namespace's interfaces and its name away. The
// interfaces go first, since somebody may still hold the namespace.
func removeNamespace(name string) error {
	path := filepath.Join(namespaceDir, name)
	if isNamespace(path) {
		if err := removeLinks(path); err != nil {
			return fmt.Errorf("cannot empty the network namespace %s: %w", name, err)
		}
	}
	for isNamespace(path) { // more than once if it was mounted twice
		if err := unix.Unmount(path, unix.MNT_DETACH); err != nil {
			return fmt.Errorf("cannot remove the network namespace %s: %w", name, os.NewSyscallError("umount", err))
		}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func removeLinks(path string) error {
	s, err := openSpace(path)
	if err != nil {
		return err
	}
	defer s.close()
	links, err := dump(s.LinkList)
	if err != nil {
		return err
	}
	for _, l := range links {
		// A veth's other end goes with it; what cannot be deleted, as lo, is no interface of ours.
		if t := l.Type(); t == "veth" || t == "bridge" {
			if err := s.deleteLink(l.Attrs().Name); err != nil {
				return err
			}
		}
	}
	return nil
}
