package samba_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/dnsforward"
	"github.com/entente-ad/entente/engine/samba"
)

// TestMain is also the binary that containers run: Init as their first
// process, as `entente dc-init` is in earnest.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "dc-init" {
		err := samba.Init(context.Background(), samba.InitConfig{
			ConfigFile: os.Args[3],
			NewForwarder: func(c samba.ForwarderConfig) samba.Forwarder {
				return dnsforward.New(dnsforward.Config{OwnDomain: c.OwnDomain, OwnAddresses: c.OwnAddresses, Log: c.Log})
			},
		})
		if err != nil {
			slog.Error("container failed", "error", err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// needRoot skips where nobody may make namespaces, and fails in CI, where
// everything has to run.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() == 0 {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("must run as root")
	}
	t.Skip("needs root: it makes namespaces")
}

// network is a bridge with one network namespace per domain controller.
type network struct {
	bridge string
	names  map[directory.DCID]string
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %v: %v: %s", args, err, out)
	}
}

// newNetwork makes a network for insts, which is gone when the test ends.
func newNetwork(t *testing.T, gateway string, insts []directory.Instance) *network {
	t.Helper()
	n := &network{bridge: fmt.Sprintf("smb%d", os.Getpid()), names: map[directory.DCID]string{}}
	ip(t, "link", "add", n.bridge, "type", "bridge")
	t.Cleanup(func() { ip(t, "link", "del", n.bridge) })
	ip(t, "addr", "add", gateway, "dev", n.bridge)
	ip(t, "link", "set", n.bridge, "up")
	for i, inst := range insts {
		ns, link := fmt.Sprintf("smb-%d-%d", os.Getpid(), i), fmt.Sprintf("smb%dp%d", os.Getpid(), i)
		n.names[inst.DC.ID] = ns
		ip(t, "netns", "add", ns)
		t.Cleanup(func() { ip(t, "netns", "del", ns) })
		ip(t, "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", ns)
		t.Cleanup(func() { ip(t, "link", "del", link) })
		ip(t, "link", "set", link, "master", n.bridge, "up")
		ip(t, "-n", ns, "addr", "add", inst.DC.Address.String()+"/24", "dev", "eth0")
		ip(t, "-n", ns, "link", "set", "eth0", "up")
	}
	return n
}

func (n *network) path(dc directory.DCID) string { return filepath.Join("/run/netns", n.names[dc]) }

// twoDCs are the domain controllers of one directory in 10.204.0.0/24.
func twoDCs() []directory.Instance {
	spec := directory.Spec{
		ID: "d-5a5b000001", Name: "smb.entente.test", ShortName: "SMBTEST",
		DCs: []directory.DC{
			{ID: "dc-5a5b000001", HostName: "Q7ENTENTE1", Address: netip.MustParseAddr("10.204.0.11")},
			{ID: "dc-5a5b000002", HostName: "Q7ENTENTE2", Address: netip.MustParseAddr("10.204.0.12")},
		},
	}
	return spec.Instances()
}

func newEngine(t *testing.T, n *network) (*samba.Engine, samba.Config) {
	t.Helper()
	run := filepath.Join("/run", fmt.Sprintf("smb-%d", os.Getpid()))
	t.Cleanup(func() { _ = os.RemoveAll(run) })
	cfg := samba.Config{
		DataDir: t.TempDir(), RunDir: run, NetNSPath: n.path,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	return samba.New(cfg), cfg
}

// eventually waits for cond to hold.
func eventually(t *testing.T, what string, cond func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if err = cond(); err == nil {
			return
		}
	}
	t.Fatalf("never happened: %s: %v", what, err)
}

var hold, _ = time.ParseDuration(os.Getenv("HOLD"))
