package samba

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/entente-ad/entente/directory"
)

const logged = directory.DCID("dc-0000000000")

// securityLog is a domain controller's log on disk, written as its init does.
type securityLog struct {
	*testing.T
	engine  *Engine
	path    string
	written []string
}

func newSecurityLog(t *testing.T) *securityLog {
	e := New(Config{DataDir: t.TempDir()})
	path := filepath.Join(e.stateDir(logged), dirLog, fileSecurity)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	return &securityLog{T: t, engine: e, path: path}
}

// add writes records of one size to the current file.
func (l *securityLog) add(n int) {
	l.Helper()
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		l.Fatal(err)
	}
	for range n {
		record := fmt.Sprintf(`{"timestamp": "2026-11-30T03:00:00.%06d+0000"}`, len(l.written))
		l.written = append(l.written, record)
		if _, err := fmt.Fprintln(f, record); err != nil {
			l.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		l.Fatal(err)
	}
}

// rotate makes the current file the old one.
func (l *securityLog) rotate() {
	l.Helper()
	if err := os.Rename(l.path, l.path+".old"); err != nil {
		l.Fatal(err)
	}
}

// read reads all from a place on.
func (l *securityLog) read(from directory.LogPlace) (all []string, next directory.LogPlace) {
	l.Helper()
	for {
		records, next, err := l.engine.SecurityLog(logged, from)
		if err != nil {
			l.Fatal(err)
		}
		if len(records) == 0 {
			return all, next
		}
		all, from = append(all, records...), next
	}
}

func inode(t *testing.T, path string) uint64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Ino
}

func TestASecurityLogIsReadOnceAcrossARotation(t *testing.T) {
	l := newSecurityLog(t)
	if all, place := l.read(directory.LogPlace{}); len(all) != 0 || place != (directory.LogPlace{}) {
		t.Fatalf("a log that is not there: %q, %+v", all, place)
	}
	l.add(maxRecords + 10)
	got, place := l.read(directory.LogPlace{})
	l.add(5)
	l.rotate()
	more, place := l.read(place) // between the rename and the next file
	l.add(7)
	last, place := l.read(place)
	if got = slices.Concat(got, more, last); !slices.Equal(got, l.written) {
		t.Errorf("%d of %d records: %q", len(got), len(l.written), got)
	}
	if again, _ := l.read(place); len(again) != 0 {
		t.Errorf("read again: %q", again)
	}
}

// The next file of a log often gets the inode of the one that was deleted.
// Here it gets it for certain: the file is written anew in place.
func TestAFileWithTheInodeOfAnotherIsReadFromItsBeginning(t *testing.T) {
	l := newSecurityLog(t)
	l.add(20)
	_, place := l.read(directory.LogPlace{})
	was := inode(t, l.path)

	// Two rotations without a look: the file of the place is gone, the old one
	// was never read, and the current one has the inode of the place.
	if err := os.Rename(l.path, l.path+".reused"); err != nil {
		t.Fatal(err)
	}
	l.add(15)
	l.rotate()
	if err := os.Rename(l.path+".reused", l.path); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(l.path, 0); err != nil {
		t.Fatal(err)
	}
	l.add(30)
	if inode(t, l.path) != was {
		t.Fatal("the inode is another one")
	}
	got, _ := l.read(place)
	if want := l.written[20:]; !slices.Equal(got, want) {
		t.Errorf("%d records of %d, from %q", len(got), len(want), slices.Concat(got, []string{"-"})[0])
	}
}
