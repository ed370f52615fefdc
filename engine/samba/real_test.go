package samba_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/samba"
	"github.com/entente-ad/entente/internal/secret"
)

func TestRealDomainControllers(t *testing.T) {
	needRoot(t)
	insts := twoDCs()
	n := newNetwork(t, "10.204.0.1/24", insts)
	e, _ := newEngine(t, n)
	ctx := t.Context()
	ca, err := e.NewCA(insts[0].Domain, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	p := samba.NewProber(samba.ProberConfig{Dialer: func(directory.DCID) samba.Dialer { return &net.Dialer{} }})
	begin := time.Now()
	step := func(what string, err error) {
		t.Helper()
		t.Log(what, err, time.Since(begin))
		begin = time.Now()
		if err != nil {
			t.Fatal(err)
		}
	}
	wait := func(inst directory.Instance) {
		t.Helper()
		last := ""
		eventually(t, "dc answers", func() error {
			err := p.Probe(ctx, inst, secret.Text{})
			if err != nil && err.Error() != last {
				last = err.Error()
				t.Log(time.Since(begin), last)
			}
			return err
		})
		step("ready", nil)
		t.Logf("%+v", e.Observe(ctx, inst.DC.ID))
	}
	for _, inst := range insts {
		if err := e.Start(ctx, inst); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = e.Remove(context.Background(), inst.DC.ID) })
	}
	step("start", nil)
	admin := secret.New("Adm.1-Marker-Zz9xA")
	_, err = e.Provision(ctx, insts[0], ca, admin)
	step("provision", err)
	step("populate", e.Populate(ctx, insts[0], secret.New("Custom-1er-Pw")))
	wait(insts[0])
	step("join", e.Join(ctx, insts[1], insts[0], ca, admin))
	wait(insts[1])
	step("afterjoin", e.AfterJoin(ctx, insts))
	t.Log(e.SetPassword(ctx, insts[0], "nobody", secret.New("Custom-1er-Pw9")))
	t.Log(e.SetPassword(ctx, insts[0], "admin", secret.New("abc")))
	t.Log(e.SetPassword(ctx, insts[0], "admin", secret.New("abcadfasfafasfafafa")))
	t.Log(e.SetPassword(ctx, insts[0], "admin", secret.New("Custom-1er-Pw9")))
	step("passwords", nil)
	step("winbindd", e.RestartWinbindd(ctx, insts[0].DC.ID))
	t.Cleanup(func() { time.Sleep(hold) })
	step("reload", e.ReloadConfig(ctx, insts[0].DC.ID))
	step("replicate", e.ReplicateDomain(ctx, insts[0], insts[1]))
	t.Logf("%+v", e.Observe(ctx, insts[0].DC.ID))
	time.Sleep(hold)
}
