package lsa_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/vishvananda/netns"
	"go.uber.org/goleak"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/engine/lsa/lsatest"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/trust"
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	defer exec.Command("ip", "netns", "delete", router).Run()
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
	// A null session has the partner start a process: none is made where LDAP
	// tells the SID.
	withoutSMB := func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasSuffix(address, ":445") {
			t.Errorf("%s is called", address)
		}
		return dialInRouter(ctx, network, address)
	}
	cfg := lsa.Config{Dial: withoutSMB, Resolver: net.JoinHostPort(b.Address.Addr().String(), "53")}
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

func TestTicketsCrossTheTrust(t *testing.T) {
	a, b := forests(t)
	ours, theirs := target(a, lsa.OurSide), target(b, lsa.PartnerSide)
	if _, err := lsa.ProveTicket(t.Context(), ours, credentials(a), theirs); !errors.Is(err, lsa.KDCErrServerUnknown) {
		t.Errorf("no trust: got %v, want %v", err, lsa.KDCErrServerUnknown)
	}

	incoming := pair(t, a, b, trust.Incoming, trust.Outgoing, "Ticket-Password-1", "Ticket-Password-1")
	proof, err := lsa.ProveTicket(t.Context(), ours, credentials(a), theirs)
	if err != nil || proof.Weak {
		t.Errorf("incoming trust: %+v, %v", proof, err)
	}
	if _, err := lsa.ProveTicket(t.Context(), theirs, credentials(b), ours); err == nil {
		t.Error("the other direction gave a ticket too")
	}
	incoming()

	unlike := pair(t, a, b, trust.Incoming, trust.Outgoing, "Ticket-Password-1", "Ticket-Password-2")
	_, err = lsa.ProveTicket(t.Context(), ours, credentials(a), theirs)
	if x := lsa.Explain(err); x.Cause != condition.PasswordMismatch || !strings.Contains(err.Error(), lsa.PartnerSide) {
		t.Errorf("different passwords: got %v, explained as %+v", err, x)
	}
	unlike()

	one := pair(t, a, nil, trust.Incoming, "", "Ticket-Password-1", "")
	_, err = lsa.ProveTicket(t.Context(), ours, credentials(a), theirs)
	if x := lsa.Explain(err); x.Cause != condition.PartnerSideMissing {
		t.Errorf("partner side missing: got %v, explained as %+v", err, x)
	}
	one()

	_, err = lsa.ProveTicket(t.Context(), ours, lsa.Credentials{User: "Administrator", Password: secret.New(marker)}, theirs)
	if !errors.Is(err, lsa.KDCErrPreauthFailed) || strings.Contains(err.Error(), marker) {
		t.Errorf("wrong password: got %v", err)
	}
}

// pair makes both sides of an external trust; with b nil only a's. The
// function that it gives removes them.
func pair(t *testing.T, a, b *forest.Forest, atA, atB trust.Direction, passwordA, passwordB string) func() {
	t.Helper()
	other := func(f *forest.Forest) *forest.Forest {
		if f.Name == "lsaash" {
			return forest.Shared(t, forest.Config{Name: "lsafir"})
		}
		return forest.Shared(t, forest.Config{Name: "lsaash"})
	}
	var undo []func()
	make1 := func(f *forest.Forest, d trust.Direction, password string) {
		ctx := context.WithoutCancel(t.Context())
		c, err := lsa.Dial(ctx, target(f, lsa.OurSide), credentials(f))
		if err != nil {
			t.Fatal(err)
		}
		partner, err := lsa.DialAnonymous(ctx, target(other(f), lsa.PartnerSide))
		if err != nil {
			t.Fatal(err)
		}
		defer partner.Close()
		id, err := partner.Identity(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.CreateTrust(ctx, trust.NewTDO{TDO: trust.TDO{
			DNSName: id.DNSName, NetBIOSName: id.NetBIOSName, SID: id.SID,
			Direction: d, Type: trust.External, Attributes: trust.AttrQuarantined,
		}, Password: secret.New(password)}); err != nil {
			t.Fatal(err)
		}
		if err := c.SetEncryptionTypes(ctx, id.DNSName, trust.EncAES); err != nil {
			t.Fatal(err)
		}
		undo = append(undo, func() {
			if err := c.DeleteTrust(ctx, id.DNSName); err != nil {
				t.Error(err)
			}
			_ = c.Close()
		})
	}
	make1(a, atA, passwordA)
	if b != nil {
		make1(b, atB, passwordB)
	}
	return func() {
		for _, fn := range undo {
			fn()
		}
	}
}

// marker is a secret that must be found nowhere.
const marker = "MARKER-secret-7f3a"

func TestLogonFailuresAreToldWithoutSecrets(t *testing.T) {
	a, _ := forests(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for name, c := range map[string]struct {
		auth lsa.Auth
		want error
	}{
		"NTLM":     {lsa.AuthNTLM, lsa.StatusLogonFailure},
		"Kerberos": {lsa.AuthKerberos, lsa.KDCErrPreauthFailed},
		"auto":     {lsa.AuthAuto, lsa.StatusLogonFailure},
	} {
		_, err := lsa.Dial(t.Context(), target(a, lsa.OurSide), lsa.Credentials{User: "Administrator", Password: secret.New(marker), Auth: c.auth})
		if !errors.Is(err, c.want) || !errs.Is(err, errs.Denied) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
			continue
		}
		for _, part := range []string{lsa.OurSide, a.Host(), "445"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not name %q", name, err, part)
			}
		}
		if strings.Contains(fmt.Sprintf("%+v %#v", err, err), marker) {
			t.Errorf("%s: the password is in %#v", name, err)
		}
	}
	// Kerberos alone does all that NTLM does.
	k := credentials(a)
	k.Auth = lsa.AuthKerberos
	c, err := lsa.Dial(t.Context(), target(a, lsa.OurSide), k)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if id, err := c.Identity(t.Context()); err != nil || id.NetBIOSName != "ASH" {
		t.Errorf("Kerberos: %+v, %v", id, err)
	}
	if _, err := c.Verify(t.Context(), "nowhere.test"); err != nil {
		t.Errorf("Kerberos on the netlogon pipe: %v", err)
	}
}
