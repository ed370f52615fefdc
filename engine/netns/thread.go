package netns

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// onThread runs f on an operating system thread of its own, which ends
// afterwards. Whatever f does to the thread's namespaces, no other goroutine
// can ever run with it. Only f's own goroutine is on the thread: what f starts
// with go is elsewhere.
func onThread(f func() error) error {
	done := make(chan error, 1)
	go func() {
		// Never unlocked: the thread ends with the goroutine.
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			// The main thread cannot end, and /proc/<pid>/ns shows its namespaces.
			// While this goroutine holds it, the next one gets another.
			done <- onThread(f)
			runtime.UnlockOSThread()
			return
		}
		done <- f()
	}()
	return <-done
}

// inside runs f on a thread that is in the network namespace ns, or right here
// when ns is nil, the host.
func inside(ns *os.File, f func() error) error {
	if ns == nil {
		return f()
	}
	return onThread(func() error {
		if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			return os.NewSyscallError("setns", err)
		}
		return f()
	})
}
