package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// pidNamespace is the total proportional set size, in bytes, of all processes
// in the PID namespace that pid is in, and how many they are.
func pidNamespace(pid int) (pss int64, processes int, err error) {
	space, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", pid))
	if err != nil {
		return 0, 0, err
	}
	list, err := filepath.Glob("/proc/[0-9]*/ns/pid")
	if err != nil {
		return 0, 0, err
	}
	for _, link := range list {
		if s, err := os.Readlink(link); err != nil || s != space {
			continue // another's, or ended meanwhile
		}
		n, err := memory(filepath.Join(filepath.Dir(filepath.Dir(link)), "smaps_rollup"), "Pss:")
		if err != nil {
			continue
		}
		pss, processes = pss+n, processes+1
	}
	return pss, processes, nil
}

// resident is the resident set size of one process in bytes.
func resident(pid int) (int64, error) {
	return memory(fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Rss:")
}

// memory reads one line of a smaps_rollup file.
func memory(file, label string) (int64, error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), label); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kb * 1024, err
		}
	}
	return 0, fmt.Errorf("%s has no %s", file, label)
}

// cpuTime is how much processor time a process has used.
func cpuTime(pid int) (time.Duration, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(content), ") ") // the name may hold blanks
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat is too short", pid)
	}
	var ticks int64
	for _, f := range fields[11:13] { // utime and stime, in USER_HZ, which is 100 for all programs
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}
