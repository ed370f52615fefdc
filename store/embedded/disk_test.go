package embedded_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/entente-ad/entente/internal/disk"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/tests/forest"
)

// smallDisk gives a folder on a file system of its own, of size bytes, which
// only this test sees: it runs the test again in a mount namespace of its own.
// ok is false in the process outside, which has nothing more to do.
func smallDisk(t *testing.T, size int) (dir string, ok bool) {
	t.Helper()
	const env = "ENTENTE_TEST_SMALL_DISK"
	if dir = os.Getenv(env); dir == "" {
		forest.NeedRoot(t)
		inside := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
		inside.Env = append(os.Environ(), env+"="+t.TempDir())
		inside.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		out, err := inside.CombinedOutput()
		if t.Log(string(out)); err != nil {
			t.Fatal(err)
		}
		return "", false
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprint("size=", size)); err != nil {
		t.Fatal(err)
	}
	return dir, true
}

// fill fills the file system of dir to its last byte, and gives what frees it.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	name := filepath.Join(dir, "filler")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range []int{1 << 20, 1 << 12, 1} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, block))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	_ = f.Close()
	return func() {
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
}

// TestADiskIsFilledToTheLastByteAndFreed writes without a look at the disk, as
// when it fills from one moment to the next: etcd ends in the middle of a
// write. Reads go on, nothing that was acknowledged is lost, and once there is
// room writes go on too.
func TestADiskIsFilledToTheLastByteAndFreed(t *testing.T) {
	dir, ok := smallDisk(t, 128*mebibyte)
	if !ok {
		return
	}
	stores := filepath.Join(dir, "store")
	p, started := process(t, stores)
	sealer := sealerIn(t, dir)
	s := storetest.Open(t, store.Config{Endpoints: []string{p.Endpoint()}, Sealer: sealer})
	if err := put(t, s, "d-kept", "kept"); err != nil {
		t.Fatal(err)
	}
	var acknowledged atomic.Int64
	var writers sync.WaitGroup
	stop := make(chan struct{})
	writers.Go(func() {
		for i := int64(1); ; i++ {
			for put(t, s, fmt.Sprint("d-", i), strings.Repeat("x", 200_000)) != nil {
				select {
				case <-stop:
					return
				default:
				}
			}
			acknowledged.Store(i)
		}
	})
	eventually(t, "it is written", func() bool { return acknowledged.Load() > 3 })
	free := fill(t, dir)
	eventually(t, "etcd has ended for want of room", func() bool { return len(started()) > 1 })
	if o, ok := store.Directories.Get(s, "d-kept"); !ok || o.Value.Description != "kept" {
		t.Errorf("nothing can be read: %v %v", o, ok)
	}
	close(stop)
	writers.Wait()
	var full *disk.FullError
	if err := disk.Check(dir, 32*mebibyte); !errors.As(err, &full) {
		t.Errorf("got %v, want *FullError", err)
	}
	free()
	eventually(t, "a write goes through", func() bool { return put(t, s, "d-kept", "again") == nil })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	p.Close()

	// A start on a disk that is full.
	free = fill(t, dir)
	p, _ = process(t, stores)
	s = storetest.Open(t, store.Config{Endpoints: []string{p.Endpoint()}, Sealer: sealer})
	if o, ok := store.Directories.Get(s, "d-kept"); !ok || o.Value.Description != "again" {
		t.Errorf("nothing can be read: %v %v", o, ok)
	}
	for i := range acknowledged.Load() {
		if _, ok := store.Directories.Get(s, fmt.Sprint("d-", i+1)); !ok {
			t.Errorf("write %d was acknowledged and is lost", i+1)
		}
	}
	free()
	eventually(t, "a write goes through", func() bool { return put(t, s, "d-kept", "after the start") == nil })
}
