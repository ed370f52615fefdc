package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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

// serverProcesses are the processes of entente serve: itself and its store.
func serverProcesses(pid int) ([]int, error) {
	found := []int{pid}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // any thread may have started it
	if err != nil {
		return nil, err
	}
	for _, task := range tasks {
		list, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has ended
		}
		for _, child := range strings.Fields(string(list)) {
			argv, err := os.ReadFile("/proc/" + child + "/cmdline")
			if err == nil && slices.Contains(strings.Split(string(argv), "\x00"), "store-process") {
				n, err := strconv.Atoi(child)
				if err != nil {
					return nil, err
				}
				found = append(found, n)
			}
		}
	}
	if len(found) != 2 {
		return nil, fmt.Errorf("process %d has %d stores", pid, len(found)-1)
	}
	return found, nil
}

// ofServer adds up what a server's processes use.
func ofServer[T ~int64](pid int, use func(pid int) (T, error)) (sum T, err error) {
	processes, err := serverProcesses(pid)
	if err != nil {
		return 0, err
	}
	for _, p := range processes {
		n, err := use(p)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
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
