package lsa_test

import (
	"context"
	"testing"
	"time"

	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/trust"
)

// names asks a forest who it is.
func names(t *testing.T, f *forest.Forest) trust.Identity {
	t.Helper()
	c := session(t, f, lsa.Dial)
	id, err := c.Identity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// session logs on to a forest until the test ends.
func session(t *testing.T, f *forest.Forest, dial func(context.Context, lsa.Target, lsa.Credentials) (*lsa.Conn, error)) *lsa.Conn {
	t.Helper()
	c, err := dial(t.Context(), target(f, lsa.OurSide), credentials(f))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// newTrust is an external two-way trust with id, to create.
func newTrust(id trust.Identity) trust.NewTDO {
	return trust.NewTDO{TDO: trust.TDO{
		DNSName: id.DNSName, NetBIOSName: id.NetBIOSName, SID: id.SID,
		Direction: trust.TwoWay, Type: trust.External, Attributes: trust.AttrQuarantined,
	}, Password: secret.New("Older-Password-1")}
}

// TestASecretUnderRC4IsTheSecretUnderAES: a server without OpenPolicy3 gets
// the same trust.
func TestASecretUnderRC4IsTheSecretUnderAES(t *testing.T) {
	a, b := forests(t)
	idA, idB := names(t, a), names(t, b)
	for _, side := range []struct {
		at   *lsa.Conn
		with trust.Identity
	}{{session(t, a, lsa.DialOld), idB}, {session(t, b, lsa.Dial), idA}} {
		if err := side.at.CreateTrust(t.Context(), newTrust(side.with)); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []*forest.Forest{a, b} {
		if err := f.RestartWinbindd(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, side := range []struct {
		f    *forest.Forest
		with trust.Identity
	}{{a, idB}, {b, idA}} {
		c := session(t, side.f, lsa.Dial)
		var got trust.VerifyResult
		var err error
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
			_ = c.Rediscover(t.Context(), side.with.DNSName)
			if got, err = c.Verify(t.Context(), side.with.DNSName); err == nil && got.OK() {
				break
			}
		}
		if err != nil || !got.OK() {
			t.Errorf("%s: %+v, %v", side.f.Name, got, err)
		}
		defer func() {
			if err := c.DeleteTrust(context.WithoutCancel(t.Context()), side.with.DNSName); err != nil {
				t.Error(err)
			}
		}()
	}
}
