package lsatest

import (
	"errors"
	"reflect"
	"testing"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

func (s *suite) identity(t *testing.T) {
	for _, id := range []trust.Identity{s.idA, s.idB} {
		if id.DNSName == "" || id.NetBIOSName == "" || id.SID == "" || id.GUID == "" || !id.ForestRoot() {
			t.Errorf("incomplete: %+v", id)
		}
	}
	if s.idA.SID == s.idB.SID || s.idA.DNSName == s.idB.DNSName {
		t.Errorf("both domains are the same: %+v", s.idA)
	}
}

func (s *suite) notFound(t *testing.T) {
	ctx, name := t.Context(), s.idB.DNSName
	_, read := s.a.Trust(ctx, name)
	_, info := s.a.ForestInfo(ctx, name)
	for what, err := range map[string]error{
		"Trust": read, "ForestInfo": info,
		"DeleteTrust":        s.a.DeleteTrust(ctx, name),
		"SetEncryptionTypes": s.a.SetEncryptionTypes(ctx, name, trust.EncAES),
		"SetForestInfo":      s.a.SetForestInfo(ctx, name, records(trust.TDO{DNSName: name, NetBIOSName: s.idB.NetBIOSName, SID: s.idB.SID})),
	} {
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: got %v, want NotFound", what, err)
		}
	}
	if list, err := s.a.Trusts(ctx); err != nil || len(list) != 0 {
		t.Errorf("Trusts: %+v, %v", list, err)
	}
	got, err := s.a.Verify(ctx, name)
	if want := (trust.VerifyResult{Call: uint32(lsa.ErrorNoSuchDomain)}); err != nil || got != want {
		t.Errorf("Verify: got %+v, %v, want %+v", got, err, want)
	}
	if err := s.a.Rediscover(ctx, name); !errors.Is(err, lsa.ErrorNoSuchDomain) {
		t.Errorf("Rediscover: got %v, want %v", err, lsa.ErrorNoSuchDomain)
	}
}

func (s *suite) twoWay(t *testing.T) {
	s.both(t)
	s.verified(t)
}

func (s *suite) exists(t *testing.T) {
	n := with(s.idB, trust.TwoWay, trust.Forest, password)
	create(t, s.a, n)
	err := s.a.CreateTrust(t.Context(), n)
	if !errs.Is(err, errs.Exists) || !errors.Is(err, lsa.StatusObjectNameCollision) {
		t.Errorf("got %v, want %v", err, lsa.StatusObjectNameCollision)
	}
}

func (s *suite) ownNames(t *testing.T) {
	err := s.a.CreateTrust(t.Context(), with(s.idA, trust.TwoWay, trust.External, password))
	if !errors.Is(err, lsa.StatusCurrentDomain) || lsa.Explain(err).Cause != condition.NameClash {
		t.Errorf("got %v, want %v", err, lsa.StatusCurrentDomain)
	}
}

func (s *suite) stranger(t *testing.T) {
	name := s.idB.DNSName
	if _, err := s.lab.A.Stranger(t.Context(), name); !errs.Is(err, errs.NotFound) {
		t.Errorf("before: got %v, want NotFound", err)
	}
	create(t, s.a, with(s.idB, trust.TwoWay, trust.External, password))
	got, err := s.lab.A.Stranger(t.Context(), name)
	if err != nil || got.Direction != trust.TwoWay || got.Type != trust.External || got.SID != s.idB.SID {
		t.Errorf("got %+v, %v", got, err)
	}
}

func (s *suite) roll(t *testing.T) {
	s.both(t)
	s.verified(t)
	if err := s.a.ChangePassword(t.Context(), s.idB.DNSName); err != nil {
		t.Fatalf("roll: %v", err)
	}
	s.verified(t)
}

func (s *suite) partnerMissing(t *testing.T) {
	create(t, s.a, with(s.idB, trust.TwoWay, trust.Forest, password))
	missing := statuses(lsa.ErrorNoTrustSAMAccount, lsa.ErrorNoTrustSAMAccount)
	r := await(t, s.a, s.idB.DNSName, true, missing)
	if x := lsa.ExplainVerify(r); x.Cause != condition.PartnerSideMissing {
		t.Errorf("explained as %+v", x)
	}
	create(t, s.b, with(s.idA, trust.TwoWay, trust.Forest, password))
	await(t, s.a, s.idB.DNSName, false, trust.VerifyResult{})
}

func (s *suite) passwords(t *testing.T) {
	create(t, s.a, with(s.idB, trust.TwoWay, trust.Forest, password))
	create(t, s.b, with(s.idA, trust.TwoWay, trust.Forest, "Another-Password-2"))
	r := await(t, s.a, s.idB.DNSName, true, statuses(lsa.ErrorAccessDenied, lsa.ErrorAccessDenied))
	if x := lsa.ExplainVerify(r); x.Cause != condition.PasswordMismatch {
		t.Errorf("explained as %+v", x)
	}
}

func (s *suite) partnerDeleted(t *testing.T) {
	s.both(t)
	s.verified(t)
	if err := s.b.DeleteTrust(t.Context(), s.idA.DNSName); err != nil {
		t.Fatalf("delete: %v", err)
	}
	await(t, s.a, s.idB.DNSName, false, statuses(lsa.ErrorAccountDisabled, 0))
	await(t, s.a, s.idB.DNSName, true, statuses(lsa.ErrorNoTrustSAMAccount, lsa.ErrorNoTrustSAMAccount))
}

func (s *suite) stale(t *testing.T) {
	s.both(t)
	s.verified(t)
	s.clean(t)
	s.both(t)
	r := await(t, s.a, s.idB.DNSName, false, statuses(lsa.ErrorAccountDisabled, 0))
	if x := lsa.ExplainVerify(r); x.Cause != condition.ChannelStale {
		t.Errorf("explained as %+v", x)
	}
	s.verified(t)
}

func (s *suite) wrongDirection(t *testing.T) {
	// Both sides only outgoing: neither accepts the other.
	create(t, s.a, with(s.idB, trust.Outgoing, trust.Forest, password))
	create(t, s.b, with(s.idA, trust.Outgoing, trust.Forest, password))
	await(t, s.a, s.idB.DNSName, true, statuses(lsa.ErrorNoTrustSAMAccount, lsa.ErrorNoTrustSAMAccount))
}

func (s *suite) readBack(t *testing.T) {
	for _, kind := range []trust.Type{trust.Forest, trust.External} {
		for _, d := range []trust.Direction{trust.TwoWay, trust.Outgoing, trust.Incoming} {
			n := with(s.idB, d, kind, password)
			create(t, s.a, n)
			want := n.TDO
			want.EncryptionTypes = trust.EncAES
			if kind == trust.Forest {
				want.ForestInfo = records(n.TDO)
			}
			if got, err := s.a.Trust(t.Context(), n.DNSName); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s %s: got %+v, %v, want %+v", kind, d, got, err, want)
			}
			want.EncryptionTypes, want.ForestInfo = 0, nil
			if list, err := s.a.Trusts(t.Context()); err != nil || !reflect.DeepEqual(list, []trust.TDO{want}) {
				t.Errorf("%s %s: list %+v, %v", kind, d, list, err)
			}
			s.clean(t)
		}
	}
}

func (s *suite) directionChange(t *testing.T) {
	restart := func() {
		t.Helper()
		if err := s.lab.A.RestartWinbindd(t.Context()); err != nil {
			t.Fatalf("restart: %v", err)
		}
		_ = s.a.Close()
		var err error
		if s.a, err = s.lab.A.Dial(t.Context()); err != nil {
			t.Fatalf("dial: %v", err)
		}
	}
	restart()
	create(t, s.a, with(s.idB, trust.Incoming, trust.Forest, password))
	create(t, s.b, with(s.idA, trust.TwoWay, trust.Forest, password))
	notOutgoing := statuses(lsa.ErrorCantAccessDomainInfo, lsa.ErrorCantAccessDomainInfo)
	await(t, s.a, s.idB.DNSName, false, notOutgoing)

	s.clean(t)
	s.both(t)
	await(t, s.a, s.idB.DNSName, true, notOutgoing)
	restart()
	await(t, s.a, s.idB.DNSName, true, trust.VerifyResult{})
}
