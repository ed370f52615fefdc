// Package process names a process so that it can be told from every other one,
// also on another host and after its pid has come round again, and says whether
// it still lives.
package process

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Process is one process, as others may read about it.
type Process struct {
	Host      string `json:"Host"`      // the host's name
	Boot      string `json:"Boot"`      // the kernel's boot id: a UUID, another one after each start of the host
	Namespace string `json:"Namespace"` // of pids: "pid:[4026531836]"
	PID       int    `json:"PID"`
	Start     uint64 `json:"Start"` // when it began, in clock ticks since the boot
}

// State is what can be known of a process.
type State int

// The states. Unknown is of processes of other hosts, of other boots and of
// other pid namespaces: they cannot be seen from here.
const (
	Unknown State = iota
	Alive
	Gone
)

// Self names the process that calls it.
func Self() (p Process, err error) {
	boot, bootErr := os.ReadFile("/proc/sys/kernel/random/boot_id")
	namespace, nsErr := os.Readlink("/proc/self/ns/pid")
	host, hostErr := os.Hostname()
	start, startErr := StartTime(os.Getpid())
	if err := errors.Join(bootErr, nsErr, hostErr, startErr); err != nil {
		return p, fmt.Errorf("cannot tell which process this is: %w", err)
	}
	return Process{Host: host, Boot: strings.TrimSpace(string(boot)), Namespace: namespace, PID: os.Getpid(), Start: start}, nil
}

// Look says whether other lives, as far as p can see.
func (p Process) Look(other Process) State {
	if p.Boot == "" || other.Boot != p.Boot || other.Namespace != p.Namespace {
		return Unknown
	}
	start, err := StartTime(other.PID)
	switch {
	case errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrProcessDone) || err == nil && start != other.Start:
		return Gone
	case err != nil:
		return Unknown
	default:
		return Alive
	}
}

// String is as in "host dc1, pid 4711".
func (p Process) String() string { return fmt.Sprintf("host %s, pid %d", p.Host, p.PID) }

// StartTime is when a process of this host started, in clock ticks since the
// host did: with the pid it tells a process from a later one of the same pid.
// It reads field 22 of /proc/<pid>/stat (proc_pid_stat(5)); the second field is
// in parentheses and may hold anything. A process that has ended and was not
// waited for is os.ErrProcessDone.
func StartTime(pid int) (uint64, error) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	text := string(data)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 20 {
		return 0, fmt.Errorf("cannot read the start time of process %d", pid)
	}
	if fields[0] == "Z" {
		return 0, os.ErrProcessDone
	}
	return strconv.ParseUint(fields[19], 10, 64)
}
