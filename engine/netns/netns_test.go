package netns

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/vpc"

	"github.com/entente-ad/entente/tests/forest"
)

// build makes two VPCs with a domain controller in each subnet of the first and
// one in the second.
func build(t *testing.T, e *Engine) []vpc.NIC {
	t.Helper()
	one, two := network(1), network(2)
	nics := []vpc.NIC{nic("dc-000000000a", one, 0), nic("dc-000000000b", one, 1), nic("dc-000000000c", two, 0)}
	for _, spec := range []vpc.Spec{one, two} {
		if err := e.Apply(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range nics {
		if err := errors.Join(e.AttachDC(t.Context(), n), e.SetFilter(t.Context(), n.Name, open())); err != nil {
			t.Fatal(err)
		}
	}
	return nics
}

func check(t *testing.T, e *Engine, nics []vpc.NIC) {
	t.Helper()
	for _, to := range nics {
		if err := reach(t, new(net.Dialer).DialContext, to.Address); err != nil {
			t.Errorf("from the host to %s: %v", to.Name, err)
		}
		for _, from := range nics {
			if err := reach(t, e.Dial(from.Name), to.Address); err != nil {
				t.Errorf("from %s to %s: %v", from.Name, to.Name, err)
			}
		}
	}
}

func TestEveryoneReachesEveryone(t *testing.T) {
	e := newEngine(t)
	nics := build(t, e)
	for _, n := range nics {
		echo(t, e, n)
	}
	check(t, e, nics)

	before := sh(t, e.dcName(nics[0].Name), "ip", "-o", "address")
	build(t, e) // nothing changes
	if after := sh(t, e.dcName(nics[0].Name), "ip", "-o", "address"); !slices.Equal(before, after) {
		t.Errorf("applying again changed %q to %q", before, after)
	}
	check(t, e, nics) // the servers' sockets are in the same namespaces still

	x, err := e.List()
	if err != nil || !slices.Equal(x.DCs, []string{"dc-000000000a", "dc-000000000b", "dc-000000000c"}) || !slices.Equal(x.VPCs, []string{"00abc001", "00abc002"}) {
		t.Errorf("List gives %v, %v", x, err)
	}
	prefixes, err := e.HostPrefixes()
	if err != nil || !slices.Contains(prefixes, network(1).CIDR) {
		t.Errorf("HostPrefixes gives %v, %v, without %v", prefixes, err, network(1).CIDR)
	}
}

// A source address of another subnet does not get through the router.
func TestPretendersAreDropped(t *testing.T) {
	e := newEngine(t)
	nics := build(t, e)
	echo(t, e, nics[2])
	sh(t, e.dcName(nics[0].Name), "ip", "address", "add", nics[1].Address.Next().String()+"/32", "dev", "lo")
	dial := func(ctx context.Context, network, address string) (c net.Conn, err error) {
		ns, err := os.Open(e.Path(nics[0].Name))
		if err != nil {
			return nil, err
		}
		defer ns.Close()
		err = inside(ns, func() error {
			d := net.Dialer{LocalAddr: &net.TCPAddr{IP: nics[1].Address.Next().AsSlice()}, Timeout: 300 * time.Millisecond}
			c, err = d.DialContext(ctx, network, address)
			return err
		})
		return c, err
	}
	if err := reach(t, dial, nics[2].Address); err == nil {
		t.Error("a packet with another subnet's source address got through")
	}
}

// What a crash or a hand can leave behind, and then everything is asked for
// again.
func TestBrokenPartsAreMadeAgain(t *testing.T) {
	for name, breakIt := range map[string]func(t *testing.T, e *Engine, nics []vpc.NIC){
		"the router's name is a plain file": func(t *testing.T, e *Engine, _ []vpc.NIC) {
			path := e.routerPath(network(1).ID)
			if err := errors.Join(unix.Unmount(path, unix.MNT_DETACH), os.Remove(path), os.WriteFile(path, nil, 0o444)); err != nil {
				t.Fatal(err)
			}
		},
		"the router is gone, the domain controllers live": func(t *testing.T, e *Engine, _ []vpc.NIC) {
			if err := removeNamespace(e.routerName(network(1).ID)); err != nil {
				t.Fatal(err)
			}
		},
		"the router's name is gone while somebody holds it": func(t *testing.T, e *Engine, _ []vpc.NIC) {
			held, err := os.Open(e.routerPath(network(1).ID))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { held.Close() })
			path := e.routerPath(network(1).ID)
			if err := errors.Join(unix.Unmount(path, unix.MNT_DETACH), os.Remove(path)); err != nil {
				t.Fatal(err)
			}
		},
		"the host's link is gone": func(t *testing.T, e *Engine, _ []vpc.NIC) {
			sh(t, "", "ip", "link", "delete", e.hostLink(network(1).ID))
		},
		"the host's link is down and has a wrong address": func(t *testing.T, e *Engine, _ []vpc.NIC) {
			l := e.hostLink(network(1).ID)
			sh(t, "", "ip", "link", "set", l, "down")
			sh(t, "", "ip", "address", "flush", "dev", l)
			sh(t, "", "ip", "address", "add", "10.203.99.1/24", "dev", l)
		},
		"the link's ends are not a pair": func(t *testing.T, e *Engine, _ []vpc.NIC) {
			sh(t, "", "ip", "link", "delete", e.hostLink(network(1).ID))
			sh(t, "", "ip", "link", "add", e.hostLink(network(1).ID), "type", "veth", "peer", "name", tag+"x")
		},
		"routes are gone": func(t *testing.T, e *Engine, _ []vpc.NIC) {
			sh(t, "", "ip", "route", "delete", network(1).CIDR.String())
			sh(t, e.routerName(network(1).ID), "ip", "route", "delete", "default")
		},
		"the router forwards nothing": func(t *testing.T, e *Engine, _ []vpc.NIC) {
			sh(t, e.routerName(network(1).ID), "sysctl", "-qw", "net.ipv4.ip_forward=0")
		},
		"a bridge is gone": func(t *testing.T, e *Engine, _ []vpc.NIC) {
			sh(t, e.routerName(network(1).ID), "ip", "link", "delete", bridgeName(network(1).Subnets[0].ID))
		},
		"a bridge is half made": func(t *testing.T, e *Engine, _ []vpc.NIC) {
			l := bridgeName(network(1).Subnets[0].ID)
			sh(t, e.routerName(network(1).ID), "ip", "link", "delete", l)
			sh(t, e.routerName(network(1).ID), "ip", "link", "add", l, "type", "bridge")
		},
		"a domain controller has no interface": func(t *testing.T, e *Engine, nics []vpc.NIC) {
			sh(t, e.dcName(nics[0].Name), "ip", "link", "delete", "eth0")
		},
		"an interface is off its bridge, down and without address": func(t *testing.T, e *Engine, nics []vpc.NIC) {
			sh(t, e.routerName(network(1).ID), "ip", "link", "set", nics[0].Name, "nomaster", "down")
			sh(t, e.dcName(nics[0].Name), "ip", "address", "flush", "dev", "eth0")
		},
		"the whole host has rebooted": func(t *testing.T, e *Engine, _ []vpc.NIC) {
			if err := e.RemoveAll(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t)
			breakIt(t, e, build(t, e))
			nics := build(t, e)
			for _, n := range nics {
				echo(t, e, n)
			}
			check(t, e, nics)
		})
	}
}

// However far a process got before it was killed, asking again ends right, and
// so does removing.
func TestKilledAnywhere(t *testing.T) {
	e := newEngine(t)
	for steps := range 30 {
		ctx := &dyingContext{Context: t.Context(), left: steps}
		spec := network(1)
		n := nic("dc-000000000a", spec, 0)
		err := errors.Join(e.Apply(ctx, spec), e.AttachDC(ctx, n))
		if steps%2 == 0 {
			if err := errors.Join(e.DetachDC(t.Context(), n.Name), e.Remove(t.Context(), spec.ID)); err != nil {
				t.Fatal(err)
			}
			if x, err := e.List(); err != nil || len(x.VPCs)+len(x.links)+len(x.DCs) > 0 {
				t.Fatalf("after %d steps and removing, left behind: %v, %v", steps, x, err)
			}
		}
		if err == nil {
			if steps < 5 {
				t.Errorf("only %d places to stop at", steps)
			}
			break
		}
	}
	nics := build(t, e)
	for _, n := range nics {
		echo(t, e, n)
	}
	check(t, e, nics)
}

// dyingContext ends after it was asked a number of times.
type dyingContext struct {
	context.Context
	left int
}

func (c *dyingContext) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestRangeInUseIsRefused(t *testing.T) {
	e := newEngine(t)
	spec := network(1)
	sh(t, "", "ip", "link", "add", tag+"d", "type", "bridge")
	t.Cleanup(func() { exec.Command("ip", "link", "delete", tag+"d").Run() })
	sh(t, "", "ip", "address", "add", "10.203.65.200/32", "dev", tag+"d")
	err := e.Apply(t.Context(), spec)
	if !errs.Is(err, errs.Refused) || !strings.Contains(err.Error(), tag+"d") {
		t.Errorf("error %v, want a refusal that names the interface", err)
	}
	if x, err := e.List(); err != nil || len(x.VPCs)+len(x.links) > 0 {
		t.Errorf("something was made: %v, %v", x, err)
	}
	sh(t, "", "ip", "link", "delete", tag+"d")
	if err := e.Apply(t.Context(), spec); err != nil {
		t.Error(err)
	}
}

func TestAttachNeedsTheNetwork(t *testing.T) {
	e := newEngine(t)
	spec := network(1)
	if err := e.AttachDC(t.Context(), nic("dc-000000000a", spec, 0)); !errs.Is(err, errs.Unavailable) {
		t.Errorf("without a network: %v, want Unavailable", err)
	}
	for name, change := range map[string]func(*vpc.NIC){
		"an address of another subnet": func(n *vpc.NIC) { n.Address = nic("dc-x", spec, 1).Address },
		"no address":                   func(n *vpc.NIC) { n.Address = netip.Addr{} },
		"an unknown subnet":            func(n *vpc.NIC) { n.Subnet = "subnet-0" },
		"a name with a slash":          func(n *vpc.NIC) { n.Name = "../dc" },
		"a name of 16 characters":      func(n *vpc.NIC) { n.Name = "dc-0123456789abc" },
		"no name":                      func(n *vpc.NIC) { n.Name = "" },
	} {
		n := nic("dc-000000000a", spec, 0)
		change(&n)
		if err := e.AttachDC(t.Context(), n); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if err := errors.Join(e.DetachDC(t.Context(), "dc-000000000a"), e.Remove(t.Context(), spec.ID)); err != nil {
		t.Errorf("removing what is not there: %v", err)
	}
}

func TestDialRefusesNames(t *testing.T) {
	e := newEngine(t)
	build(t, e)
	if _, err := e.Dial("dc-000000000a")(t.Context(), "tcp", "localhost:7"); err == nil {
		t.Error("a name was dialled")
	}
	if _, err := e.Dial("dc-000000ffff")(t.Context(), "tcp", "10.203.65.4:7"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("dialling from nowhere: %v", err)
	}
	if _, err := e.Dial("dc-000000000a")(t.Context(), "tcp", "10.203.65.4:7"); !errors.Is(err, unix.ECONNREFUSED) {
		t.Errorf("dialling a closed port: %v", err)
	}
}

// No goroutine may find itself in another namespace after many dials.
func TestThreadsStayAtHome(t *testing.T) {
	e := newEngine(t)
	nics := build(t, e)
	home, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { e.Dial(nics[0].Name)(t.Context(), "tcp", "10.203.65.4:9") })
		wg.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			if here, err := os.Readlink("/proc/thread-self/ns/net"); err != nil || here != home {
				t.Errorf("a goroutine is in %s, %v, not in %s", here, err, home)
			}
		})
	}
	wg.Wait()
	if here, err := os.Readlink("/proc/self/ns/net"); err != nil || here != home {
		t.Errorf("the process is in %s, %v, not in %s", here, err, home)
	}
}

func TestNewRefusesTags(t *testing.T) {
	for _, bad := range []string{"", "toolong", "a/b", "A1", "a-b"} {
		if _, err := New(Config{Tag: bad}); err == nil {
			t.Errorf("the tag %q was accepted", bad)
		}
	}
}

// Docker leaves the chain FORWARD with policy DROP.
func TestDroppingFirewallIsNamed(t *testing.T) {
	forest.NeedRoot(t)
	if blocked, err := ForwardBlocked(); err != nil || blocked != "" {
		t.Errorf("without a firewall: %q, %v", blocked, err)
	}
	sh(t, "", "nft", "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }")
	defer sh(t, "", "nft", "delete table ip filter")
	if blocked, err := ForwardBlocked(); err != nil || blocked != "filter FORWARD" {
		t.Errorf("with Docker's chain: %q, %v", blocked, err)
	}
}
