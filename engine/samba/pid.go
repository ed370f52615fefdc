package samba

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	proc "github.com/entente-ad/entente/internal/process" // process is a supervised program here
	"golang.org/x/sys/unix"
)

// processID names a process beyond doubt: a pid comes round again, together
// with the start time (clock ticks since boot) it does not.
type processID struct {
	PID       int
	StartTime uint64
}

// writePIDFile is called by Init while /proc is the host's: there /proc/self
// is Init as the host sees it.
func writePIDFile(file string) error {
	self, err := os.Readlink("/proc/self")
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(self)
	if err != nil {
		return err
	}
	start, err := proc.StartTime(pid)
	if err != nil {
		return err
	}
	return writeJSON(file, processID{PID: pid, StartTime: start})
}

// readPIDFile gives the process of the file if it still lives.
func readPIDFile(file string) (p processID, alive bool) {
	data, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(data, &p) != nil {
		return p, false
	}
	return p, p.alive()
}

func (p processID) alive() bool {
	start, err := proc.StartTime(p.PID)
	return err == nil && start == p.StartTime
}

// kill sends KILL to exactly this process and waits until it is gone.
func (p processID) kill(ctx context.Context) error {
	fd, err := unix.PidfdOpen(p.PID, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot reach process %d: %w", p.PID, err)
	}
	defer func() { _ = unix.Close(fd) }()
	if !p.alive() { // from here on the descriptor cannot mean another process
		return nil
	}
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("cannot kill process %d: %w", p.PID, err)
	}
	return p.wait(ctx)
}

// wait returns when the process is gone.
func (p processID) wait(ctx context.Context) error {
	for p.alive() {
		if sleep(ctx, 10*time.Millisecond); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
