package netns

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entente-ad/entente/vpc"

	"github.com/entente-ad/entente/tests/forest"
)

const tag = "nettst"

// newEngine gives an engine, and fails the test if it leaves anything behind.
func newEngine(t *testing.T) *Engine {
	t.Helper()
	forest.NeedRoot(t)
	e, err := New(Config{Tag: tag, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.RemoveAll(context.Background()); err != nil {
			t.Error(err)
		}
		if left := traces(t); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	})
	if left := traces(t); len(left) > 0 {
		t.Fatalf("not clean before the test: %q", left)
	}
	return e
}

// traces lists what the tests' host has beyond an empty one.
func traces(t *testing.T) []string {
	t.Helper()
	var out []string
	entries, err := os.ReadDir("/run")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		out = append(out, "/run/"+entry.Name())
	}
	for _, l := range sh(t, "", "ip", "-o", "link") {
		if !strings.Contains(l, ": lo:") && !strings.Contains(l, "NOARP") { // the kernel's own
			out = append(out, l)
		}
	}
	out = append(out, sh(t, "", "ip", "route")...)
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(string(mounts)) {
		if strings.Contains(l, " /run/") {
			out = append(out, l)
		}
	}
	if forward, err := os.ReadFile("/proc/sys/net/ipv4/ip_forward"); err != nil || forward[0] != '0' {
		out = append(out, fmt.Sprintf("ip_forward=%s", forward))
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// sh runs a command in a namespace and gives its output's lines.
func sh(t *testing.T, ns string, argv ...string) []string {
	t.Helper()
	if ns != "" {
		argv = append([]string{"ip", "netns", "exec", ns}, argv...)
	}
	out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v: %s", argv, err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// network gives the n-th VPC of the tests.
func network(n int) vpc.Spec {
	cidr := netip.MustParsePrefix(fmt.Sprintf("10.203.%d.0/24", 64+n))
	at := func(last int) netip.Prefix {
		return netip.MustParsePrefix(fmt.Sprintf("10.203.%d.%d/28", 64+n, last))
	}
	return vpc.Spec{
		ID: vpc.ID(fmt.Sprintf("vpc-%017x", 0xabc000+n)), Region: "us-east-1", CIDR: cidr,
		Subnets: []vpc.Subnet{
			{ID: vpc.SubnetID(fmt.Sprintf("subnet-%017x", 0x1000+n)), CIDR: at(0)},
			{ID: vpc.SubnetID(fmt.Sprintf("subnet-%017x", 0x2000+n)), CIDR: at(16)},
		},
	}
}

func nic(name string, spec vpc.Spec, subnet int) vpc.NIC {
	a := spec.Subnets[subnet].CIDR.Addr()
	for range 4 {
		a = a.Next()
	}
	return vpc.NIC{Name: name, VPC: spec, Subnet: spec.Subnets[subnet].ID, Address: a}
}

// open is a filter that lets everything through.
func open() vpc.Filter {
	anyone := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	all := []vpc.Accept{{Match: vpc.Match{Protocol: vpc.All, Prefixes: anyone}, Rule: "sgr-open"}}
	return vpc.Filter{Ingress: all, Egress: all}
}

// echo runs a server inside a domain controller's namespace that says "hello"
// on TCP and answers every UDP packet.
func echo(t *testing.T, e *Engine, n vpc.NIC) {
	t.Helper()
	ns, err := os.Open(e.Path(n.Name))
	if err != nil {
		t.Fatal(err)
	}
	defer ns.Close()
	var tcp net.Listener
	var udp net.PacketConn
	err = inside(ns, func() error {
		var err1, err2 error
		tcp, err1 = net.Listen("tcp4", netip.AddrPortFrom(n.Address, 7).String())
		udp, err2 = net.ListenPacket("udp4", netip.AddrPortFrom(n.Address, 7).String())
		return errors.Join(err1, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { tcp.Close(); udp.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			io.WriteString(c, "hello")
			c.Close()
		}
	})
	wg.Go(func() {
		b := make([]byte, 100)
		for {
			n, from, err := udp.ReadFrom(b)
			if err != nil {
				return
			}
			udp.WriteTo(b[:n], from)
		}
	})
}

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// reach says what goes wrong between a dialer and an echo server.
func reach(t *testing.T, dial dialFunc, a netip.Addr) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	address := netip.AddrPortFrom(a, 7).String()
	c, err := dial(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if b, err := io.ReadAll(c); err != nil || string(b) != "hello" {
		return fmt.Errorf("read %q, %w", b, err)
	}
	u, err := dial(ctx, "udp", address)
	if err != nil {
		return err
	}
	defer u.Close()
	u.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := u.Write([]byte("ping")); err != nil {
		return err
	}
	b := make([]byte, 10)
	if n, err := u.Read(b); err != nil || string(b[:n]) != "ping" {
		return fmt.Errorf("read %q by UDP, %w", b[:n], err)
	}
	return nil
}
