package samba

import (
	"bufio"
	"context"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// settled is how long Init takes to have done what it does only once.
const settled = 3 * time.Second

// lean gives back what only the start needed. Init is the same binary as
// everything else of Entente, and starting it touches some 25 MB of program
// text and tables (every package's initialisation), which nobody needs again:
// without this a DC would cost a fifth more than Samba alone.
func lean(ctx context.Context) {
	sleep(ctx, settled)
	debug.FreeOSMemory()
	dropProgramPages()
}

// dropProgramPages lets go of the pages of read-only file mappings. The kernel
// reads them again from the page cache when they are used. Mappings with pages
// of their own (Anonymous, relocated tables) would lose them and are left
// alone.
func dropProgramPages() {
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	var m mapping
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if next, ok := parseMapping(lines.Text()); ok {
			m = next
			continue
		}
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == "Anonymous:" && fields[1] == "0" {
			m.drop()
		}
	}
}

// mapping is one line of proc_pid_maps(5).
type mapping struct {
	from, to  uintptr
	droppable bool // private, read-only, of a file
}

func parseMapping(line string) (m mapping, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 5 || len(fields[1]) != 4 {
		return m, false
	}
	low, high, found := strings.Cut(fields[0], "-")
	from, err := strconv.ParseUint(low, 16, 64)
	if !found || err != nil {
		return m, false
	}
	to, err := strconv.ParseUint(high, 16, 64)
	if err != nil {
		return m, false
	}
	file := len(fields) > 5 && strings.HasPrefix(fields[5], "/")
	return mapping{uintptr(from), uintptr(to), file && fields[1][1] == '-' && fields[1][3] == 'p'}, true
}

func (m mapping) drop() {
	if !m.droppable {
		return
	}
	// No Go pointer is made of the addresses: they are the kernel's business.
	_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.from, m.to-m.from, unix.MADV_DONTNEED)
}
