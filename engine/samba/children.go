package samba

import (
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// children starts processes and reaps them. As pid 1 Init is also handed the
// orphans of the container, so one loop waits for every child and tells those
// who wait for theirs; os/exec would wait behind its back.
type children struct {
	mu    sync.Mutex
	exits map[int]chan unix.WaitStatus
}

func newChildren() *children { return &children{exits: map[int]chan unix.WaitStatus{}} }

// childEnv is the environment of everything in the container. It holds no
// secret.
var childEnv = []string{
	"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/root", "KRB5_CONFIG=/etc/samba/krb5.conf",
}

// start runs argv in a process group of its own with the given files as its
// descriptors 0, 1, 2 and so on. exit gives the wait status once.
func (c *children) start(argv []string, files ...*os.File) (pid int, exit <-chan unix.WaitStatus, err error) {
	fds := make([]uintptr, 0, len(files))
	for _, f := range files {
		fds = append(fds, f.Fd())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	pid, err = syscall.ForkExec(argv[0], argv, &syscall.ProcAttr{
		Dir: "/", Env: childEnv, Files: fds, Sys: &syscall.SysProcAttr{Setpgid: true},
	})
	if err != nil {
		return 0, nil, fmt.Errorf("cannot start %s: %w", argv[0], err)
	}
	ch := make(chan unix.WaitStatus, 1)
	c.exits[pid] = ch
	return pid, ch, nil
}

// reap waits for children until stop is closed.
func (c *children) reap(stop <-chan struct{}) {
	died := make(chan os.Signal, 1)
	signal.Notify(died, unix.SIGCHLD)
	defer signal.Stop(died)
	for {
		c.reapDead()
		select {
		case <-died:
		case <-stop:
			return
		}
	}
}

func (c *children) reapDead() {
	c.mu.Lock() // a child that is not yet in exits must not be reaped
	defer c.mu.Unlock()
	for {
		var ws unix.WaitStatus
		pid, err := unix.Wait4(-1, &ws, unix.WNOHANG, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if ch, ok := c.exits[pid]; ok {
			delete(c.exits, pid)
			ch <- ws
		}
	}
}

// exitWords says how a process ended.
func exitWords(ws unix.WaitStatus) string {
	if ws.Signaled() {
		return "killed by " + unix.SignalName(ws.Signal())
	}
	return fmt.Sprintf("exit status %d", ws.ExitStatus())
}

// killGroup sends sig to the process group that pid leads.
func killGroup(pid int, sig unix.Signal) { _ = unix.Kill(-pid, sig) }
