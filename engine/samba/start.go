package samba

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/entente-ad/entente/directory"
	"golang.org/x/sys/unix"
)

// How long a container may take to answer on its socket: a new one, and one
// that lives before it is taken for dead. A busy machine must not kill it.
const (
	startTimeout  = 20 * time.Second
	answerTimeout = 15 * time.Second
)

// Start makes sure that the container of inst runs: one that answers is
// adopted, one that lives and does not answer, or whose network namespace lost
// its name, is killed, and where there is none a new one is started in the DC's network namespace. The container runs
// on when this process ends. A database that is complete is served from then
// on; otherwise Provision or Join come next.
func (e *Engine) Start(ctx context.Context, inst directory.Instance) error {
	dc := inst.DC.ID
	unlock, err := e.lock(ctx, dc)
	if err != nil {
		return err
	}
	defer unlock()
	asked, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if _, err := e.call(asked, dc, request{Op: opStatus}); err == nil && !e.astray(dc) {
		return nil
	}
	if err := e.stopLocked(ctx, dc); err != nil {
		return err
	}
	if err := e.writeConfig(inst); err != nil {
		return e.fullDisk(dc, fmt.Errorf("cannot prepare %s: %w", dc, err))
	}
	ended, err := e.spawn(dc)
	if err != nil {
		return e.fullDisk(dc, fmt.Errorf("cannot start the container of %s: %w", dc, err))
	}
	e.log.Info("container started", "dc", dc)
	if err := e.waitAnswer(ctx, dc, ended); err != nil {
		return e.fullDisk(dc, err)
	}
	return nil
}

func (e *Engine) writeConfig(inst directory.Instance) error {
	dir := e.stateDir(inst.DC.ID)
	for _, d := range []string{dir, filepath.Join(dir, dirLog), e.cfg.RunDir} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	return writeJSON(filepath.Join(dir, fileConfig), initConfig{
		DC: inst.DC.ID, HostName: inst.DC.HostName, Domain: inst.Domain, ShortName: inst.ShortName,
		Address: inst.DC.Address, Upstreams: e.cfg.Upstreams,
		StateDir: dir, Socket: e.socket(inst.DC.ID), PIDFile: e.pidFile(inst.DC.ID),
	})
}

// spawn starts Init in new pid, mount, uts and ipc namespaces and in the DC's
// network namespace. ended is closed when it has ended and has been reaped.
func (e *Engine) spawn(dc directory.DCID) (ended <-chan struct{}, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer func() { _ = null.Close() }()
	log, err := openInitLog(filepath.Join(e.stateDir(dc), dirLog, "init.log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd := &exec.Cmd{
		Path: e.cfg.Exe, Args: []string{"entente", "dc-init", "--config", filepath.Join(e.stateDir(dc), fileConfig)},
		Env: childEnv, Dir: "/", Stdin: null, Stdout: log, Stderr: log,
		SysProcAttr: &syscall.SysProcAttr{
			Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC,
			Setsid:     true,
		},
	}
	if err := inNetNS(e.cfg.NetNSPath(dc), cmd.Start); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(done)
	}()
	return done, nil
}

// openInitLog opens the log that Init itself writes a few lines to per start.
func openInitLog(file string) (*os.File, error) {
	if info, err := os.Stat(file); err == nil && info.Size() > maxLogBytes {
		if err := os.Rename(file, file+".old"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// inNetNS calls f on a thread that is in the network namespace of the file. A
// child that f starts is born there.
func inNetNS(file string, f func() error) error {
	ns, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = ns.Close() }()
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked before the way back worked: else the thread ends here
		home, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			result <- err
			return
		}
		defer func() { _ = home.Close() }()
		if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			result <- fmt.Errorf("cannot enter %s: %w", file, err)
			return
		}
		err = f()
		if unix.Setns(int(home.Fd()), unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread()
		}
		result <- err
	}()
	return <-result
}

// waitAnswer returns when the container answers on its socket.
func (e *Engine) waitAnswer(ctx context.Context, dc directory.DCID, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		_, err := e.call(ctx, dc, request{Op: opStatus})
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			lines := lastLinesOf(filepath.Join(e.stateDir(dc), dirLog, "init.log"))
			return fmt.Errorf("the container of %s ended at its start: %s", dc, lastOf(lines))
		case <-ctx.Done():
			return fmt.Errorf("the container of %s does not answer: %w", dc, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func lastOf(lines []string) string {
	if len(lines) == 0 {
		return "it logged nothing"
	}
	return lines[len(lines)-1]
}
