package lsatest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/trust"
)

// Side is one of the two domains that the suite works on.
type Side struct {
	Dial func(ctx context.Context) (Conn, error) // as an administrator, at the PDC emulator
	// RestartWinbindd makes the controller forget the trusts that it has seen
	// and returns when it works again. Sessions break.
	RestartWinbindd func(ctx context.Context) error
	// Stranger reads a trust without an account.
	Stranger func(ctx context.Context, name directory.FQDN) (trust.TDO, error)
}

// Lab is two domains, each a forest of its own, that reach each other and
// have no trusts.
type Lab struct{ A, B Side }

// Run checks that a pair of domains behaves as domain controllers do. All
// cases share the pair that newLab gives.
func Run(t *testing.T, newLab func(t *testing.T) Lab) {
	s := &suite{lab: newLab(t)}
	s.dial(t)
	t.Cleanup(func() { _ = s.a.Close(); _ = s.b.Close() })
	for _, c := range []struct {
		name string
		fn   func(*suite, *testing.T)
	}{
		{"a domain tells who it is", (*suite).identity},
		{"a trust that is not there is not found", (*suite).notFound},
		{"a two-way forest trust verifies from both sides", (*suite).twoWay},
		{"a second trust of the same name is refused", (*suite).exists},
		{"our own names are refused", (*suite).ownNames},
		{"a stranger sees direction and type", (*suite).stranger},
		{"a rolled password keeps both sides verified", (*suite).roll},
		{"the partner's side missing is told and heals when it comes", (*suite).partnerMissing},
		{"different passwords are told", (*suite).passwords},
		{"a deleted partner side is told at once and by name after rediscovery", (*suite).partnerDeleted},
		{"a channel from before a re-creation is stale until rediscovery", (*suite).stale},
		{"a partner side of the same direction is told like a missing one", (*suite).wrongDirection},
		{"every direction and type reads back as written", (*suite).readBack},
		{"winbindd keeps the direction that it saw first until it is restarted", (*suite).directionChange},
	} {
		if !t.Run(c.name, func(t *testing.T) { s.clean(t); c.fn(s, t) }) {
			// The cases share two domains, whose winbindd remembers.
			break
		}
	}
	s.clean(t)
}

type suite struct {
	lab      Lab
	a, b     Conn
	idA, idB trust.Identity
}

// patience is how long a status may take that passes by itself.
const patience = 20 * time.Second

func (s *suite) dial(t *testing.T) {
	t.Helper()
	for _, end := range []struct {
		side Side
		conn *Conn
		id   *trust.Identity
	}{{s.lab.A, &s.a, &s.idA}, {s.lab.B, &s.b, &s.idB}} {
		c, err := end.side.Dial(t.Context())
		if err != nil {
			t.Fatalf("dial: %v", err)
		}
		*end.conn = c
		if *end.id, err = c.Identity(t.Context()); err != nil {
			t.Fatalf("identity: %v", err)
		}
	}
}

// clean removes both sides of the trust.
func (s *suite) clean(t *testing.T) {
	t.Helper()
	for name, c := range map[directory.FQDN]Conn{s.idB.DNSName: s.a, s.idA.DNSName: s.b} {
		if err := c.DeleteTrust(context.WithoutCancel(t.Context()), name); err != nil && !errs.Is(err, errs.NotFound) {
			t.Fatalf("delete: %v", err)
		}
	}
}

const password = "Conformance-Trust-1"

// with is a trust with partner, to create.
func with(partner trust.Identity, d trust.Direction, kind trust.Type, password string) trust.NewTDO {
	return trust.NewTDO{TDO: trust.TDO{
		DNSName: partner.DNSName, NetBIOSName: partner.NetBIOSName, SID: partner.SID,
		Direction: d, Type: kind, Attributes: trust.AttributesFor(kind),
	}, Password: secret.New(password)}
}

// create writes a trust whole: object, encryption types, forest information.
func create(t *testing.T, c Conn, n trust.NewTDO) {
	t.Helper()
	if err := c.CreateTrust(t.Context(), n); err != nil {
		t.Fatalf("create: %v", err)
	}
	if err := c.SetEncryptionTypes(t.Context(), n.DNSName, trust.EncAES); err != nil {
		t.Fatalf("encryption types: %v", err)
	}
	if n.Type != trust.Forest {
		return
	}
	if err := c.SetForestInfo(t.Context(), n.DNSName, records(n.TDO)); err != nil {
		t.Fatalf("forest information: %v", err)
	}
}

func records(n trust.TDO) []trust.ForestRecord {
	return []trust.ForestRecord{
		{Kind: trust.TopLevelName, Name: string(n.DNSName)},
		{Kind: trust.DomainInfo, SID: n.SID, DNSName: string(n.DNSName), NetBIOS: string(n.NetBIOSName)},
	}
}

// both writes the two sides of a two-way forest trust.
func (s *suite) both(t *testing.T) {
	t.Helper()
	create(t, s.a, with(s.idB, trust.TwoWay, trust.Forest, password))
	create(t, s.b, with(s.idA, trust.TwoWay, trust.Forest, password))
}

// await verifies until the answer is want, rediscovering before each look
// when that is asked for.
func await(t *testing.T, c Conn, name directory.FQDN, rediscover bool, want ...trust.VerifyResult) trust.VerifyResult {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		if rediscover {
			if err := c.Rediscover(t.Context(), name); err != nil {
				if _, ok := errors.AsType[lsa.Win32](err); !ok {
					t.Fatalf("rediscover: %v", err)
				}
			}
		}
		got, err := c.Verify(t.Context(), name)
		if err != nil {
			t.Fatalf("verify: %v", err)
		}
		bare := got
		bare.TrustedDC = ""
		if slices.Contains(want, bare) {
			return got
		}
		if time.Now().After(deadline) {
			t.Fatalf("verify: got %+v, want %+v", got, want)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func statuses(pdc, tc lsa.Win32) trust.VerifyResult {
	return trust.VerifyResult{PDC: uint32(pdc), TC: uint32(tc)}
}

func (s *suite) verified(t *testing.T) {
	t.Helper()
	for _, end := range []struct {
		c    Conn
		name directory.FQDN
	}{{s.a, s.idB.DNSName}, {s.b, s.idA.DNSName}} {
		if r := await(t, end.c, end.name, true, trust.VerifyResult{}); r.TrustedDC == "" {
			t.Error("verify names no domain controller of the partner")
		}
	}
}
