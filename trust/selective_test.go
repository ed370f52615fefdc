package trust

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/vpc"
)

func TestComposeAccess(t *testing.T) {
	sids := map[ID]string{"t-open": "S-1-5-21-4-5-6", "t-in": "S-1-5-21-7-8-9", "t-sel": "S-1-5-21-1-1-1"}
	status := func(id ID) Status {
		if sids[id] == "" {
			return Status{}
		}
		return Status{Partner: &Partner{Identity: Identity{SID: sids[id]}}}
	}
	selective := Spec{ID: "t-sel", Direction: TwoWay, SelectiveAuth: true}
	open, unfound := Spec{ID: "t-open", Direction: Outgoing}, Spec{ID: "t-new", Direction: Outgoing}
	incoming := Spec{ID: "t-in", Direction: Incoming, SelectiveAuth: true}
	going := selective
	going.ID, going.Delete = "t-going", true
	for name, c := range map[string]struct {
		trusts []Spec
		want   Access
	}{
		"none":                               {nil, Access{}},
		"none restricts":                     {[]Spec{open, incoming}, Access{}},
		"one restricts":                      {[]Spec{selective}, Access{Selective: []ID{"t-sel"}}},
		"others pass, once they are found":   {[]Spec{open, selective, unfound}, Access{Selective: []ID{"t-sel"}, Open: []string{"S-1-5-21-4-5-6"}}},
		"an incoming trust lets nobody in":   {[]Spec{incoming, selective}, Access{Selective: []ID{"t-sel"}}},
		"one that is on its way out is kept": {[]Spec{going}, Access{Selective: []ID{"t-going"}}},
	} {
		if got := ComposeAccess(c.trusts, status); !got.Same(c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestShut(t *testing.T) {
	partner := func(ID) Status { return Status{Partner: corp()} }
	selective := Spec{ID: "t-1", Direction: TwoWay, SelectiveAuth: true}
	open := Spec{ID: "t-2", Direction: Outgoing}
	elsewhere := netip.MustParseAddr("198.51.100.7")
	dc := corp().DCs[0].Address
	for name, c := range map[string]struct {
		trusts            []Spec
		partner, stranger bool
	}{
		"nothing selective":      {[]Spec{open, {ID: "t-3", Direction: Incoming, SelectiveAuth: true}}, false, false},
		"all selective":          {[]Spec{selective}, true, true},
		"beside one that is not": {[]Spec{selective, open}, true, false},
	} {
		f := vpc.Filter{Shut: Shut(c.trusts, partner)}
		for _, port := range []int{135, 139, 445, 49152, 60000, 65535} {
			if f.ShutFor(vpc.TCP, dc, port) != c.partner || f.ShutFor(vpc.TCP, elsewhere, port) != c.stranger {
				t.Errorf("%s: TCP %d", name, port)
			}
		}
		for _, port := range []int{53, 88, 389, 464, 3268} {
			if f.ShutFor(vpc.TCP, dc, port) || f.ShutFor(vpc.UDP, dc, port) {
				t.Errorf("%s: port %d is shut, and Kerberos, LDAP and DNS need it", name, port)
			}
		}
		if Shuts(f, *corp()) != c.partner {
			t.Errorf("%s: Shuts is wrong", name)
		}
	}
}

// selective is a trust that works with selective authentication.
func selective(direction Direction) *scene {
	s := working(direction)
	s.spec.SelectiveAuth = true
	s.seen.Access = AccessStatus{InForce: Access{Selective: []ID{s.spec.ID}}, Targets: 3}
	return s
}

func (s *scene) condition(t condition.Type) condition.Condition {
	d := s.next()
	i := slices.IndexFunc(d.Status.Conditions, func(c condition.Condition) bool { return c.Type == t })
	if i < 0 {
		return condition.Condition{}
	}
	return d.Status.Conditions[i]
}

func (s *scene) next() Decision { return Next(s.spec, s.status, s.seen) }

func TestATrustIsNotMadeBeforeItsUsersAreKeptOut(t *testing.T) {
	s := fresh(TwoWay, Forest)
	s.spec.SelectiveAuth = true
	if d := s.next(); len(d.Work) != 0 || d.Status.State != Creating {
		t.Fatalf("%+v", d)
	}
	s.seen.Access = AccessStatus{Reason: "no domain controller answers"}
	s.seen.Now = noon.Add(time.Hour)
	s.status.FailingSince = noon
	if d := s.next(); len(d.Work) != 0 || d.Status.State != Failed || !strings.Contains(d.Status.StateReason, "no domain controller answers") {
		t.Errorf("%+v", d)
	}
	s.seen.Access = AccessStatus{InForce: Access{Selective: []ID{s.spec.ID}}}
	if d := s.next(); len(d.Work) != 1 || d.Work[0].Steps[0] != StepCreateLocalSide {
		t.Errorf("%+v", d)
	}
}

func TestUpdateIsAnsweredWhenItIsInForce(t *testing.T) {
	s := working(TwoWay)
	s.spec.SelectiveAuth, s.spec.UpdateSerial, s.spec.UpdatedAt = true, 1, noon
	if r := Reported(s.spec, s.status); r.State != Updating {
		t.Errorf("reported %+v", r)
	}
	d := s.next()
	if d.Status.State != Updating || len(d.Work) != 0 || d.Wait == 0 {
		t.Fatalf("%+v", d)
	}
	s.status = d.Status
	s.seen.Access = AccessStatus{InForce: Access{Selective: []ID{s.spec.ID}}}
	if d = s.next(); d.Status.State != Updated || d.Status.Updated != 1 {
		t.Fatalf("%+v", d)
	}
	s.status = d.Status
	if r := Reported(s.spec, s.status); r.State != Updated {
		t.Errorf("reported %+v", r)
	}
	d = s.next()
	if d.Status.State != Verifying || len(d.Work) == 0 || d.Work[0].Steps[0] != StepProveChannel {
		t.Fatalf("%+v", d)
	}
	for i := range s.seen.DCs {
		s.seen.DCs[i].Tried[StepProveChannel] = nil
		s.seen.DCs[i].Verdict = &Verdict{DC: s.seen.DCs[i].ID, At: noon}
	}
	s.status = d.Status
	if d = s.next(); d.Status.State != Verified || d.Status.StateReason != "" {
		t.Errorf("%+v", d)
	}
}

func TestUpdateThatCannotBeDoneFailsAndHeals(t *testing.T) {
	s := working(TwoWay)
	s.spec.SelectiveAuth, s.spec.UpdateSerial, s.spec.UpdatedAt = true, 1, noon.Add(-updateGrace)
	s.seen.Access.Reason = "the database is locked"
	d := s.next()
	if d.Status.State != UpdateFailed || d.Status.Cause != condition.SelectivePending || !strings.Contains(d.Status.StateReason, "the database is locked") {
		t.Fatalf("%+v", d)
	}
	s.status = d.Status
	if d = s.next(); d.Status.State != UpdateFailed {
		t.Errorf("%+v", d)
	}
	s.seen.Access = AccessStatus{InForce: Access{Selective: []ID{s.spec.ID}}}
	if d = s.next(); len(d.Work) == 0 {
		t.Errorf("it does not go on: %+v", d)
	}
}

func TestUpdateOfAnIncomingTrustEndsWhereItWas(t *testing.T) {
	s := working(Incoming)
	s.spec.SelectiveAuth, s.spec.UpdateSerial = true, 1
	d := s.next()
	if d.Status.State != Updated {
		t.Fatalf("%+v", d)
	}
	s.status = d.Status
	s.seen.PartnerSide = PartnerSide{Asked: true, Known: true, TDO: held(Outgoing, Forest)}
	if d = s.next(); d.Status.State != Created {
		t.Fatalf("%+v", d)
	}
	if c := s.condition(condition.SelectiveAuth); !c.True || !strings.Contains(c.Message, "no effect") {
		t.Errorf("%+v", c)
	}
}

func TestWhatSelectiveAuthenticationSays(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*scene)
		cause  condition.Cause
		words  string
	}{
		"in force":                  {func(*scene) {}, "", "refuses users of corp.example.com"},
		"accounts with own policy":  {func(s *scene) { s.seen.Access.Exempt, s.seen.Access.Exempts = []string{"WEB$"}, 3 }, condition.SelectiveExempt, "WEB$ and 2 more"},
		"NTLM not closed somewhere": {func(s *scene) { s.seen.NTLMOpen = []string{"b2.cloud.example.net"} }, condition.SelectiveNTLM, "from b2.cloud.example.net to"},
	} {
		s := selective(TwoWay)
		for i := range s.seen.DCs {
			s.seen.DCs[i].Tried[StepProveChannel] = nil
			s.seen.DCs[i].Verdict = &Verdict{DC: s.seen.DCs[i].ID, At: noon}
		}
		c.change(s)
		if d := s.next(); d.Status.State != Verified {
			t.Errorf("%s: %s (%s)", name, d.Status.State, d.Status.StateReason)
		}
		got := s.condition(condition.SelectiveAuth)
		if got.True != (c.cause == "") || got.Cause != c.cause || !strings.Contains(got.Message, c.words) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	off := working(TwoWay)
	off.status.Conditions = []condition.Condition{{Type: condition.SelectiveAuth, True: true}}
	if c := off.condition(condition.SelectiveAuth); c.Type != "" {
		t.Errorf("off, and still said: %+v", c)
	}
}

func TestARefusedChannelSaysWhy(t *testing.T) {
	s := selective(TwoWay)
	s.seen.DCs[0].Tried[StepProveChannel], s.seen.DCs[1].Tried[StepProveChannel] = nil, nil
	s.seen.DCs[0].Verdict = &Verdict{DC: "dc-1", At: noon, Result: VerifyResult{Call: 5}}
	s.seen.DCs[1].Verdict = &Verdict{DC: "dc-2", At: noon}
	s.status.FailingSince = noon.Add(-time.Hour)
	if d := s.next(); d.Status.State != VerifyFailed || d.Status.Cause != condition.PasswordMismatch {
		t.Errorf("%+v", d)
	}
	s.seen.DCs[0].Verdict = &Verdict{DC: "dc-1", At: noon, Error: "no answer", Cause: condition.PartnerUnreachable}
	if d := s.next(); d.Status.State != VerifyFailed || d.Status.Cause != condition.PartnerUnreachable {
		t.Errorf("%+v", d)
	}
}
