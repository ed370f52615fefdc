package samba

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// mountAll turns the mount namespace that Init was born into, a copy of the
// host's, into the container's: own /proc, and the DC's own files at the
// places where Samba has them.
//
// Mounts stay slaves of the host's: what the host unmounts later, a network
// namespace above all, must not be kept alive by a container.
func mountAll(c initConfig) error {
	if err := becomeSlave(); err != nil {
		return fmt.Errorf("cannot make mounts the container's own: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("cannot mount /proc: %w", err)
	}
	for _, d := range []struct{ from, to string }{
		{dirEtc, "/etc/samba"}, {dirLib, "/var/lib/samba"}, {dirCache, "/var/cache/samba"},
		{dirRun, "/run/samba"}, {dirLog, "/var/log/samba"},
	} {
		if err := os.MkdirAll(d.to, 0o755); err != nil {
			return err
		}
		if err := bind(c.path(d.from), d.to); err != nil {
			return err
		}
	}
	files := []struct{ from, to string }{
		{c.path(fileResolv), "/etc/resolv.conf"}, {c.path(fileHosts), "/etc/hosts"},
		{c.path(dirEtc, "krb5.conf"), "/etc/krb5.conf"},
	}
	for _, f := range files {
		if _, err := os.Stat(f.to); err != nil {
			if err := ownEtc(c); err != nil {
				return err
			}
			break
		}
	}
	for _, f := range files {
		if err := ensureFile(f.to); err != nil {
			return err
		}
		if err := bind(f.from, f.to); err != nil {
			return err
		}
	}
	return nil
}

// becomeSlave makes all mounts slaves of the host's. In a chroot into a plain
// folder / is no mount point, and the namespace's real root has to be told; a
// thread with a root of its own does that and ends.
func becomeSlave() error {
	slave := func() error { return unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, "") }
	if err := slave(); !errors.Is(err, unix.EINVAL) {
		return err
	}
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // for ever: the thread's root is not the process's any more
		result <- func() error {
			if err := unix.Unshare(unix.CLONE_FS); err != nil {
				return err
			}
			ns, err := unix.Open("/proc/thread-self/ns/mnt", unix.O_RDONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				return err
			}
			defer func() { _ = unix.Close(ns) }()
			if err := unix.Setns(ns, unix.CLONE_NEWNS); err != nil {
				return err
			}
			return slave()
		}()
	}()
	return <-result
}

func bind(from, to string) error {
	if err := unix.Mount(from, to, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("cannot bind %s to %s: %w", from, to, err)
	}
	return nil
}

// ownEtc lays a layer in memory over /etc, so that a file that the host does
// not have (/etc/krb5.conf comes with no package) can be made in the container
// without making it on the host.
func ownEtc(c initConfig) error {
	layer := c.path("layer")
	if err := os.MkdirAll(layer, 0o700); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", layer, "tmpfs", 0, "size=1m,mode=0755"); err != nil {
		return fmt.Errorf("cannot mount a layer over /etc: %w", err)
	}
	upper, work := filepath.Join(layer, "upper"), filepath.Join(layer, "work")
	if err := errors.Join(os.Mkdir(upper, 0o755), os.Mkdir(work, 0o755)); err != nil {
		return err
	}
	options := "lowerdir=/etc,upperdir=" + upper + ",workdir=" + work
	if err := unix.Mount("overlay", "/etc", "overlay", 0, options); err != nil {
		return fmt.Errorf("cannot mount a layer over /etc: %w", err)
	}
	return bind(c.path(dirEtc), "/etc/samba") // the layer hid the first one
}

// ensureFile makes an empty file where there is none, also where a link leads
// nowhere, as /etc/resolv.conf does on a host whose resolver is not running.
func ensureFile(file string) error {
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return f.Close()
}

// loopbackUp makes 127.0.0.0/8 answer in the container's network namespace.
func loopbackUp() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(s) }()
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(s, unix.SIOCGIFFLAGS, ifr); err != nil {
		return err
	}
	ifr.SetUint16(ifr.Uint16() | unix.IFF_UP)
	return unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, ifr)
}
