// Package ownhost runs a package's tests on a host of their own, as far as
// networks and /run go, so that nothing they leave can last. The test binary
// is also what containers of domain controllers run, as `entente dc-init` is
// in earnest.
package ownhost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/entente-ad/entente/engine/dnsforward"
	"github.com/entente-ad/entente/engine/samba"
)

// Main runs the tests: func TestMain(m *testing.M) { os.Exit(ownhost.Main(m)) }.
// Without root they run where they are.
func Main(m *testing.M) int {
	const again = "ENTENTE_TEST_INSIDE"
	switch {
	case len(os.Args) == 4 && os.Args[1] == "dc-init":
		return dcInit(os.Args[3])
	case os.Getuid() == 0 && os.Getenv(again) == "":
		return inside(again)
	case os.Getuid() == 0:
		err := errors.Join(
			unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
			unix.Mount("tmpfs", "/run", "tmpfs", 0, ""),
			exec.Command("ip", "link", "set", "lo", "up").Run())
		if err != nil {
			fmt.Fprintln(os.Stderr, "cannot set the tests' host up:", err)
			return 1
		}
	}
	return m.Run()
}

func dcInit(config string) int {
	err := samba.Init(context.Background(), samba.InitConfig{
		ConfigFile: config,
		NewForwarder: func(c samba.ForwarderConfig) samba.Forwarder {
			return dnsforward.New(dnsforward.Config{OwnDomain: c.OwnDomain, OwnAddresses: c.OwnAddresses, Log: c.Log})
		},
	})
	if err != nil {
		slog.Error("container failed", "error", err.Error())
		return 1
	}
	return 0
}

func inside(again string) int {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), again+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS, Pdeathsig: unix.SIGKILL}
	signal.Ignore(os.Interrupt, unix.SIGQUIT) // go test's are for the child
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return max(1, exit.ExitCode())
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
