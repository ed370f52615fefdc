package samba_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/netns"
	"github.com/entente-ad/entente/engine/samba"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/vpc"

	"github.com/entente-ad/entente/tests/forest"
)

const runDir = "/run/smbt"

// newEngine gives an engine with a network for two domain controllers.
func newEngine(t *testing.T) (*samba.Engine, *netns.Engine, samba.Config, []directory.Instance) {
	t.Helper()
	forest.NeedRoot(t)
	n, err := netns.New(netns.Config{Tag: "smbe"})
	if err != nil {
		t.Fatal(err)
	}
	v := vpc.Spec{ID: "vpc-5a5b0000000000002", CIDR: netip.MustParsePrefix("10.204.0.0/16"),
		Subnets: []vpc.Subnet{{ID: "subnet-5a5b0000000000002", CIDR: netip.MustParsePrefix("10.204.2.0/24")}}}
	spec := directory.Spec{ID: "d-5a5b000002", Name: "crash.entente.test", ShortName: "CRASH"}
	for i := range byte(2) {
		spec.DCs = append(spec.DCs, directory.DC{ID: directory.NewDCID([5]byte{0x5a, 0x5b, 1, 0, i}),
			HostName: fmt.Sprintf("Q8ENTENTE%d", i), Address: netip.AddrFrom4([4]byte{10, 204, 2, 11 + i})})
	}
	t.Cleanup(func() {
		if err := n.RemoveAll(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := n.Apply(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	for _, dc := range spec.DCs {
		if err := n.AttachDC(t.Context(), vpc.NIC{Name: string(dc.ID), VPC: v, Subnet: v.Subnets[0].ID, Address: dc.Address}); err != nil {
			t.Fatal(err)
		}
		// An interface begins closed.
		if err := n.SetFilter(t.Context(), string(dc.ID), vpc.Filter{Always: []netip.Addr{spec.DCs[0].Address, spec.DCs[1].Address}}); err != nil {
			t.Fatal(err)
		}
	}
	cfg := samba.Config{DataDir: t.TempDir(), RunDir: runDir, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		NetNSPath: func(dc directory.DCID) string { return n.Path(string(dc)) }}
	e := samba.New(cfg)
	t.Cleanup(func() {
		for _, dc := range spec.DCs {
			if err := e.Remove(context.Background(), dc.ID); err != nil {
				t.Error(err)
			}
		}
		if left, err := e.List(); err != nil || len(left) != 0 {
			t.Errorf("left: %v, %v", left, err)
		}
	})
	return e, n, cfg, spec.Instances()
}

// kill kills Init with all that runs in its container.
func kill(t *testing.T, dc directory.DCID) {
	t.Helper()
	var p struct{ PID int }
	data, err := os.ReadFile(filepath.Join(runDir, string(dc)+".pid"))
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	proc, findErr := os.FindProcess(p.PID)
	if err != nil || findErr != nil || p.PID == 0 {
		t.Fatal(err, findErr)
	}
	if err := proc.Kill(); err != nil {
		t.Fatal(err)
	}
}

// eventually waits for cond to hold, long enough for any machine.
func eventually(t *testing.T, what string, cond func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err = cond(); err == nil {
			return
		}
	}
	t.Fatalf("never happened: %s: %v", what, err)
}

// killWhile kills dc's container once its job has said word, while f runs.
func killWhile(t *testing.T, cfg samba.Config, dc directory.DCID, word string, f func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	eventually(t, word, func() error {
		data, err := os.ReadFile(filepath.Join(cfg.DataDir, "dcs", string(dc), "log", "jobs.log"))
		if err == nil && !bytes.Contains(data, []byte(word)) {
			err = fmt.Errorf("it said %q", data)
		}
		return err
	})
	kill(t, dc)
	if err := <-done; err == nil {
		t.Fatalf("killed at %q, and yet it went well", word)
	}
}

// A container that is killed while its domain is provisioned or joined is
// started again, and the same call ends right; what a DC must keep, it keeps.
func TestKilledContainersEndRight(t *testing.T) {
	e, n, cfg, insts := newEngine(t)
	ctx := t.Context()
	ca, err := e.NewCA(insts[0].Domain, time.Now())
	must(t, err)
	administrator := secret.New("Adm.1-Marker-Zz9xA")
	first, second := insts[0], insts[1]
	for _, inst := range insts {
		must(t, e.Start(ctx, inst))
		must(t, e.Start(ctx, inst)) // adopts
	}
	killWhile(t, cfg, first.DC.ID, "Setting up sam.ldb schema", func() error {
		_, err := e.Provision(ctx, first, ca, administrator)
		return err
	})
	if seen := e.Observe(ctx, first.DC.ID); seen.Running || seen.Provisioned {
		t.Fatalf("%+v", seen)
	}
	must(t, e.Start(ctx, first))
	sid, err := e.Provision(ctx, first, ca, administrator)
	must(t, err)
	again, err := e.Provision(ctx, first, ca, administrator)
	if must(t, err); again != sid || sid == "" {
		t.Fatalf("provisioned twice: %s, %s", sid, again)
	}
	for range 2 {
		must(t, e.Populate(ctx, first, secret.New("Custom-1er-Pw")))
	}
	prober := samba.NewProber(samba.ProberConfig{Dialer: func(dc directory.DCID) samba.Dialer { return dialer(n.Dial(string(dc))) }})
	answers := func(inst directory.Instance) {
		t.Helper()
		eventually(t, inst.FQDN()+" answers", func() error { return prober.Probe(ctx, inst, secret.Text{}) })
	}
	answers(first)
	killWhile(t, cfg, second.DC.ID, "Replicating critical objects", func() error { return e.Join(ctx, second, first, nil, ca, administrator) })
	must(t, e.Start(ctx, second))
	must(t, e.Join(ctx, second, first, nil, ca, administrator))
	answers(second)
	must(t, e.AfterJoin(ctx, insts))

	wantKind(t, e.SetPassword(ctx, first, "Administrator", secret.New("Custom-1er-Pw")), errs.UserNotFound)
	wantKind(t, e.SetPassword(ctx, first, "Admin", secret.New("short")), errs.InvalidPassword)
	must(t, e.SetPassword(ctx, first, "Admin", secret.New("Custom-2nd-Pw")))
	must(t, e.RestartWinbindd(ctx, first.DC.ID))
	must(t, e.ReloadConfig(ctx, first.DC.ID))
	must(t, e.ReplicateDomain(ctx, first, second))

	rules := directory.ForwardRules{Revision: 7, Rules: []directory.ForwardRule{
		{Domain: "corp.test", Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.53")}, Cache: true}}}
	must(t, e.SetForwarders(ctx, first.DC.ID, rules))
	kill(t, first.DC.ID)
	eventually(t, "the container is seen to be gone", func() error {
		if e.Observe(ctx, first.DC.ID).Running {
			return fmt.Errorf("it runs")
		}
		return nil
	})
	must(t, e.Start(ctx, first))
	seen := e.Observe(ctx, first.DC.ID)
	upstreams, err := e.Upstreams(ctx, first.DC.ID)
	if seen.ForwardersRevision != 7 || len(upstreams) != 1 || err != nil || !seen.Provisioned {
		t.Fatalf("after a restart: %+v, %v, %v", seen, upstreams, err)
	}
	answers(first)
}

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d(ctx, network, address)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, kind errs.Kind) {
	t.Helper()
	if !errs.Is(err, kind) {
		t.Fatalf("error %v, want kind %v", err, kind)
	}
}
