package netns

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The tests run on a host of their own, as far as networks go: the test binary
// starts itself once more in new network and mount namespaces with an empty
// /run. They can neither disturb nor be disturbed, and all that they leave
// behind is theirs.
func TestMain(m *testing.M) {
	const again = "ENTENTE_NETNS_TEST_INSIDE"
	if os.Getuid() != 0 {
		os.Exit(m.Run())
	}
	if os.Getenv(again) == "" {
		os.Exit(runInside(again))
	}
	err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	_ = unix.Unmount(namespaceDir, unix.MNT_DETACH) // the real host's, if it has one
	err = errors.Join(err,
		unix.Mount("tmpfs", "/run", "tmpfs", 0, ""),
		os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("0"), 0o644),
		exec.Command("ip", "link", "set", "lo", "up").Run(),
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot set the tests' host up:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func runInside(again string) int {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), again+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	signal.Ignore(os.Interrupt, syscall.SIGQUIT) // go test's are for the child
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return max(1, exit.ExitCode())
		}
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
