package lsa_test

import (
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/vishvananda/netns"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/engine/lsa/lsatest"
	"github.com/entente-ad/entente/test/forest"
	"github.com/entente-ad/entente/trust"
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	defer exec.Command("ip", "netns", "delete", router).Run() //nolint:errcheck // not there without root
	return forest.Main(m)
}

// router is the network namespace between the two forests.
const router = "lsa-router"

var (
	addressA = netip.MustParsePrefix("10.201.1.10/24")
	addressB = netip.MustParsePrefix("10.201.2.10/24")
)

// forests makes the two stock forests that the tests of this package share.
func forests(t *testing.T) (a, b *forest.Forest) {
	t.Helper()
	forest.NeedRoot(t)
	if _, err := os.Stat("/run/netns/" + router); err != nil {
		for _, argv := range [][]string{{"netns", "add", router}, {"-n", router, "link", "set", "lo", "up"}} {
			if out, err := exec.Command("ip", argv...).CombinedOutput(); err != nil {
				t.Fatalf("ip %v: %v: %s", argv, err, out)
			}
		}
	}
	a = forest.Shared(t, forest.Config{
		Name: "lsaash", Realm: "ash.test", Address: addressA, Attach: router,
		HostName: "ASHDC", DNSForwarders: []netip.Addr{addressB.Addr()},
	})
	b = forest.Shared(t, forest.Config{
		Name: "lsafir", Realm: "fir.test", Address: addressB, Attach: router,
		HostName: "FIRDC", DNSForwarders: []netip.Addr{addressA.Addr()},
	})
	return a, b
}

// dialInRouter opens sockets in the router's namespace.
func dialInRouter(ctx context.Context, network, address string) (net.Conn, error) {
	type result struct {
		c   net.Conn
		err error
	}
	done := make(chan result)
	go func() {
		// The thread stays locked, so it ends with this goroutine and takes
		// the namespace with it.
		runtime.LockOSThread()
		ns, err := netns.GetFromName(router)
		if err == nil {
			defer ns.Close()
			err = netns.Set(ns)
		}
		if err != nil {
			done <- result{nil, err}
			return
		}
		// No second thread: a name is never resolved here.
		c, err := (&net.Dialer{FallbackDelay: -1}).DialContext(ctx, network, address)
		done <- result{c, err}
	}()
	r := <-done
	return r.c, r.err
}

func target(f *forest.Forest, side string) lsa.Target {
	return lsa.Target{
		Side: side, Host: f.Host(), Address: f.Address.Addr(),
		Realm: directory.FQDN(f.Domain()), Dial: dialInRouter,
	}
}

func credentials(f *forest.Forest) lsa.Credentials {
	return lsa.Credentials{User: "Administrator", Password: f.AdminPassword}
}

func TestSambaConforms(t *testing.T) {
	a, b := forests(t)
	side := func(f *forest.Forest) lsatest.Side {
		return lsatest.Side{
			Dial: func(ctx context.Context) (lsatest.Conn, error) {
				return lsa.Dial(ctx, target(f, lsa.OurSide), credentials(f))
			},
			RestartWinbindd: f.RestartWinbindd,
			Stranger: func(ctx context.Context, name directory.FQDN) (trust.TDO, error) {
				dc := trust.PartnerDC{Host: f.Host(), Address: f.Address.Addr()}
				return lsa.PartnerTrust(ctx, lsa.Config{Dial: dialInRouter}, dc, name)
			},
		}
	}
	lsatest.Run(t, func(*testing.T) lsatest.Lab { return lsatest.Lab{A: side(a), B: side(b)} })
}

func TestDiscoverFindsTheForest(t *testing.T) {
	_, b := forests(t)
	cfg := lsa.Config{Dial: dialInRouter, Resolver: net.JoinHostPort(b.Address.Addr().String(), "53")}
	p, err := lsa.Discover(t.Context(), cfg, directory.FQDN(b.Domain()))
	if err != nil {
		t.Fatal(err)
	}
	if p.DNSName != "fir.test" || p.Forest != "fir.test" || p.NetBIOSName != "FIR" || !strings.HasPrefix(p.SID, "S-1-5-21-") {
		t.Errorf("identity: %+v", p.Identity)
	}
	want := trust.PartnerDC{Host: "firdc.fir.test", Address: addressB.Addr(), NetBIOS: "FIRDC", PDC: true, Writable: true, Answered: true}
	if len(p.DCs) != 1 {
		t.Fatalf("controllers: %+v", p.DCs)
	}
	got := p.DCs[0]
	got.ClockSkew = got.ClockSkew.Truncate(5e9) // it has a resolution of seconds
	if got != want {
		t.Errorf("controller: %+v, want %+v", got, want)
	}
}
