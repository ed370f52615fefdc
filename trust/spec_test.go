package trust_test

import (
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/trust"
)

func TestNewSpecKeepsTheNameAsGiven(t *testing.T) {
	now := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	got, err := trust.NewSpec(trust.New{
		ID: "t-1", Own: directory.Spec{ID: "d-1", Region: "eu-central-1", Name: "ours.test"},
		RemoteName: "Corp.Example.com.", Direction: trust.TwoWay, Now: now,
	})
	want := trust.Spec{
		ID: "t-1", Directory: "d-1", Region: "eu-central-1", RemoteDomainName: "Corp.Example.com.", Remote: "corp.example.com",
		Direction: trust.TwoWay, Type: trust.Forest, CreatedAt: now, UpdatedAt: now,
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestNewSpecRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		remote    string
		direction trust.Direction
		kind      trust.Type
	}{
		"a single label":             {"corp", trust.TwoWay, ""},
		"a single label with hyphen": {"my-corp", trust.TwoWay, ""},
		"a single label with dot":    {"corp.", trust.TwoWay, ""},
		"a backslash":                {`a\b`, trust.TwoWay, ""},
		"two trailing dots":          {"corp.test..", trust.TwoWay, ""},
		"an address":                 {"192.0.2.1", trust.TwoWay, ""},
		"a name too long":            {strings.Repeat("a.", 130) + "test", trust.TwoWay, ""},
		"nothing":                    {"", trust.TwoWay, ""},
		"itself":                     {"ours.test", trust.TwoWay, ""},
		"itself, spelled otherwise":  {"OURS.Test.", trust.TwoWay, ""},
		"a name below":               {"child.ours.test", trust.TwoWay, ""},
		"a name above":               {"test.", trust.TwoWay, ""},
		"no direction":               {"corp.test", "", ""},
		"another direction":          {"corp.test", "Both", ""},
		"another type":               {"corp.test", trust.Incoming, "Realm"},
	} {
		_, err := trust.NewSpec(trust.New{Own: directory.Spec{Name: "ours.test"}, RemoteName: c.remote, Direction: c.direction, Type: c.kind})
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := trust.NewSpec(trust.New{Own: directory.Spec{Name: "a.ours.test"}, RemoteName: "ours.test", Direction: trust.TwoWay})
	if !errs.Is(err, errs.Invalid) {
		t.Errorf("our own parent: %v", err)
	}
	_, err = trust.NewSpec(trust.New{Own: directory.Spec{Name: "ours.test"}, RemoteName: "theirsours.test", Direction: trust.TwoWay})
	if err != nil {
		t.Errorf("a name that only ends alike: %v", err)
	}
}

func TestTrustPasswords(t *testing.T) {
	for password, ok := range map[string]bool{
		"x": true, "Passw0rd$+=<>^~|` ": true, "pässwörd ٣": true, strings.Repeat("ü", 128): true, " a": true,
		"": false, strings.Repeat("x", 129): false, "  ": false, "a\tb": false, "a\x00": false, "a€": false, "a\xff": false, "½": false,
	} {
		if err := trust.CheckPassword(secret.New(password)); (err == nil) != ok || !ok && !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestReportedFlipsBeforeTheCallAnswers(t *testing.T) {
	created := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	asked, since := created.Add(time.Minute), created.Add(time.Second)
	for name, c := range map[string]struct {
		spec   trust.Spec
		status trust.Status
		want   trust.State
		reason string
		since  time.Time
	}{
		"a new one":                   {trust.Spec{}, trust.Status{}, trust.Creating, "", created},
		"as the reconciler says":      {trust.Spec{}, trust.Status{State: trust.VerifyFailed, StateReason: "r", StateSince: since}, trust.VerifyFailed, "r", since},
		"verified has no reason":      {trust.Spec{}, trust.Status{State: trust.Verified, StateReason: "r", StateSince: since}, trust.Verified, "", since},
		"verification asked for":      {trust.Spec{VerifySerial: 2}, trust.Status{State: trust.VerifyFailed, StateReason: "r", Answered: 1}, trust.Verifying, "", asked},
		"verification answered":       {trust.Spec{VerifySerial: 2}, trust.Status{State: trust.Verified, Answered: 2, StateSince: since}, trust.Verified, "", since},
		"still being created":         {trust.Spec{VerifySerial: 1}, trust.Status{State: trust.Creating, StateSince: since}, trust.Creating, "", since},
		"failed, asked for again":     {trust.Spec{VerifySerial: 1}, trust.Status{State: trust.Failed, StateReason: "r", StateSince: since}, trust.Verifying, "", asked},
		"deleted before a look":       {trust.Spec{Delete: true}, trust.Status{}, trust.Deleting, "", asked},
		"delete asked for":            {trust.Spec{Delete: true, VerifySerial: 1}, trust.Status{State: trust.Verified}, trust.Deleting, "", asked},
		"delete takes its time":       {trust.Spec{Delete: true}, trust.Status{State: trust.Deleting, StateReason: "DC down", StateSince: since}, trust.Deleting, "DC down", since},
		"deleted, about to disappear": {trust.Spec{Delete: true}, trust.Status{State: trust.Deleted, StateSince: since}, trust.Deleted, "", since},
	} {
		c.spec.CreatedAt, c.spec.UpdatedAt = created, asked
		if got := trust.Reported(c.spec, c.status); got.State != c.want || got.Reason != c.reason || !got.Since.Equal(c.since) || !got.Updated.Equal(asked) {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// FuzzRemoteNames holds that any spelling of a partner's name that is accepted
// is compared as one, and that none of ours is ever accepted.
func FuzzRemoteNames(f *testing.F) {
	for _, s := range []string{"corp.example.com", "Corp.Example.com.", "my-corp", `a\b`, "ours.test", "x.OURS.test.", "..", "\u212a.com"} {
		f.Add(s)
	}
	own := directory.Spec{Name: "ours.test"}
	f.Fuzz(func(t *testing.T, s string) {
		spec, err := trust.NewSpec(trust.New{Own: own, RemoteName: s, Direction: trust.TwoWay})
		if err != nil {
			return
		}
		if directory.Below(spec.Remote, own.Name) || directory.Below(own.Name, spec.Remote) {
			t.Fatalf("%q overlaps our own name", s)
		}
		for _, spelling := range []string{strings.ToUpper(s), string(spec.Remote), string(spec.Remote) + "."} {
			if again, err := trust.ParseRemote(spelling); again != spec.Remote || err != nil {
				t.Fatalf("%q is %q, but %q is %q, %v", s, spec.Remote, spelling, again, err)
			}
		}
	})
}
