package trust

import (
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/condition"
)

// TestWhatHoldsSaysWhatWasFound, and says the same at the next look.
func TestWhatHoldsSaysWhatWasFound(t *testing.T) {
	want := map[condition.Type]string{
		condition.Healthy:        "Answering: a1.cloud.example.net and b2.cloud.example.net.",
		condition.NameResolution: "DNS names dc1.corp.example.com.",
		condition.Reachability:   "dc1.corp.example.com (203.0.113.10) answers; it is the PDC emulator.",
		condition.Time:           "The clocks of both sides agree.",
		condition.Identity:       "CORP, S-1-5-21-1-2-3, of the forest corp.example.com.",
		condition.LocalSide:      `cloud.example.net holds a trust of type Forest, "Two-Way".`,
		condition.PartnerSide:    `corp.example.com holds a trust of type Forest, "Two-Way".`,
		condition.SecureChannel:  "Verified by NETLOGON from a1.cloud.example.net and b2.cloud.example.net.",
		condition.Encryption:     "AES256.",
	}
	// The clock's last seconds are another each time.
	for _, skew := range []time.Duration{0, time.Second, -29 * time.Second} {
		s := working(TwoWay).verdict(0).theirs(held(TwoWay, Forest)).with(func(s *scene) { s.seen.Partner.DCs[0].ClockSkew = skew })
		got := Next(s.spec, s.status, s.seen).Status.Conditions
		if len(got) != len(want) {
			t.Errorf("%d conditions, want %d: %+v", len(got), len(want), got)
		}
		for _, c := range got {
			if !c.True || c.Message != want[c.Type] {
				t.Errorf("%s: %v %q, want %q", c.Type, c.True, c.Message, want[c.Type])
			}
		}
	}
}

// TestWhatHoldsIsNeverWithoutWords, whatever the partner tells.
func TestWhatHoldsIsNeverWithoutWords(t *testing.T) {
	for name, s := range map[string]*scene{
		"a partner that tells strangers nothing": working(Outgoing).verdict(0),
		"an incoming trust":                      working(Incoming),
		"a clock that differs":                   working(TwoWay).verdict(0).with(func(s *scene) { s.seen.Partner.DCs[0].ClockSkew = 2 * time.Minute }),
		"a DC of ours down": working(TwoWay).verdict(0).with(func(s *scene) {
			s.seen.DCs[0].Fault, s.seen.DCs[0].TDO, s.seen.DCs[0].Verdict = &Fault{Detail: "connection refused"}, nil, nil
		}),
		"a partner that is down": working(TwoWay).lost(condition.PartnerUnreachable),
	} {
		for _, c := range Next(s.spec, s.status, s.seen).Status.Conditions {
			if !strings.HasSuffix(c.Message, ".") || strings.Contains(c.Message, " .") {
				t.Errorf("%s: %s says %q", name, c.Type, c.Message)
			}
		}
	}
}
