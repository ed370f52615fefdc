package samba

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

const (
	keptLines   = 20   // last lines kept for the status
	maxLine     = 1024 // longer lines are cut, but for those of the security log
	maxRead     = 16 << 10
	maxLogBytes = 4 << 20 // a log of this size becomes ".old"
)

// logbook keeps the last lines of a process and writes all of them to a file
// of bounded size.
type logbook struct {
	path string

	mu    sync.Mutex
	lines []string
	file  *os.File
	size  int64
}

func newLogbook(path string) *logbook { return &logbook{path: path} }

// add files one line, cut to maxLine bytes.
func (l *logbook) add(line string) { l.addWhole(line[:min(len(line), maxLine)]) }

// addWhole files one line as it is.
func (l *logbook) addWhole(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines = append(l.lines, line); len(l.lines) > keptLines {
		l.lines = append(l.lines[:0], l.lines[1:]...)
	}
	l.writeLocked(line)
}

// writeLocked writes to the file as well as it can: a full disk must not stop
// a domain controller.
func (l *logbook) writeLocked(line string) {
	if l.file != nil && l.size > maxLogBytes {
		_ = l.file.Close()
		_ = os.Rename(l.path, l.path+".old")
		l.file = nil
	}
	if l.file == nil {
		f, err := os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return
		}
		l.file, l.size = f, 0
		if info, err := f.Stat(); err == nil {
			l.size = info.Size()
		}
	}
	n, _ := fmt.Fprintln(l.file, line)
	l.size += int64(n)
}

// last gives the lines kept, oldest first.
func (l *logbook) last() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...)
}

// copyFrom files every line of r until it ends.
func (l *logbook) copyFrom(r io.Reader) {
	eachLine(r, l.add)
}

// eachLine calls f for every line of r, cut to maxRead bytes.
func eachLine(r io.Reader, f func(string)) {
	br := bufio.NewReaderSize(r, maxRead)
	for {
		line, more, err := br.ReadLine()
		if len(line) > 0 {
			f(string(line))
		}
		for more && err == nil {
			_, more, err = br.ReadLine()
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}
