package trust

import (
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/condition"
)

// TestEachFailureHasItsReason: each says its own thing, and what to do.
func TestEachFailureHasItsReason(t *testing.T) {
	minute := time.Minute
	cases := []struct {
		name string
		in   *scene
		says []string
	}{
		{"wrong trust password", working(TwoWay).verdict(5).failing(minute).theirs(held(TwoWay, Forest)),
			[]string{"Access is denied. ", "trust password", "WERR_ACCESS_DENIED (5)", "dc1.corp.example.com (203.0.113.10)"}},
		{"partner down", working(TwoWay).lost(condition.PartnerUnreachable).failing(minute),
			[]string{"The specified domain either does not exist or could not be contacted. Name: corp.example.com. ", "none of them answers"}},
		{"DNS server unreachable", working(TwoWay).lost(condition.DNSUnreachable).failing(minute),
			[]string{"could not be contacted. Name: corp.example.com. ", "203.0.113.10", "port 53", "got no answer"}},
		{"DNS server of another domain", working(TwoWay).lost(condition.DNSRefused).failing(minute),
			[]string{"The specified domain either does not exist or could not be contacted. Name: corp.example.com. ", "203.0.113.10", "port 53", "answers, but not for this domain"}},
		{"domain that does not exist", fresh(TwoWay, Forest).lost(condition.DNSNoAnswer).failing(minute),
			[]string{"The specified domain either does not exist", "there is no such domain", "spelling"}},
		{"partner side missing", working(TwoWay).verdict(1787).failing(minute).theirs(nil),
			[]string{"The other side is missing", "cloud.example.net", "WERR_NO_TRUST_SAM_ACCOUNT (1787)", `"Two-Way"`}},
		{"partner with the wrong direction", working(Outgoing).verdict(1787).failing(minute).theirs(held(Outgoing, Forest)),
			[]string{"do not complement each other", `must be "One-Way: Incoming"`, `but it is "One-Way: Outgoing"`}},
		{"clock skew", working(TwoWay).verdict(0).with(func(s *scene) { s.seen.Partner.DCs[0].ClockSkew = -10 * minute }),
			[]string{"10 minutes behind ours", "Kerberos", "NTP"}},
	}
	reasons := map[string]string{}
	for _, c := range cases {
		d := Next(c.in.spec, c.in.status, c.in.seen)
		reason := d.Status.StateReason
		if other, taken := reasons[reason]; taken || reason == "" {
			t.Errorf("%s has the reason of %s: %q", c.name, other, reason)
		}
		reasons[reason] = c.name
		for _, s := range c.says {
			if !strings.Contains(reason, s) {
				t.Errorf("%s: %q does not say %q", c.name, reason, s)
			}
		}
	}
}

// TestEveryCauseHasWords in whole sentences, with every slot filled or left
// out.
func TestEveryCauseHasWords(t *testing.T) {
	seen := map[string]condition.Cause{}
	for cause := range phrases {
		for _, f := range []Facts{{Remote: "corp.example.com", Ours: "cloud.example.net"}, {
			Remote: "corp.example.com", Ours: "cloud.example.net", DC: "a1.cloud.example.net", Partner: "dc1.corp.example.com",
			Status: "WERR_X (1)", Detail: "connection refused", Other: "something",
		}} {
			message, hint := Words(cause, f)
			if strings.Contains(message+hint, "%!") || strings.Contains(message, "  ") || strings.Contains(message, "()") {
				t.Errorf("%s: %q %q", cause, message, hint)
			}
			if !strings.HasSuffix(message, ".") || !strings.HasSuffix(hint, ".") {
				t.Errorf("%s does not end its sentences: %q %q", cause, message, hint)
			}
			if f.Detail != "" && strings.Count(message, "connection refused") != 1 {
				t.Errorf("%s does not say once what came back: %q", cause, message)
			}
			if other, taken := seen[message]; taken {
				t.Errorf("%s and %s have the same words: %q", cause, other, message)
			}
			seen[message] = cause
		}
	}
}

// TestVerdictsAreTrueOnlyWhenAllThreeAreZero is the truth table.
func TestVerdictsAreTrueOnlyWhenAllThreeAreZero(t *testing.T) {
	for _, c := range []struct {
		call, pdc, tc uint32
		ok            bool
		code          uint32
	}{
		{0, 0, 0, true, 0}, {1355, 0, 0, false, 1355}, {0, 1331, 0, false, 1331}, {0, 0, 1311, false, 1311}, {0, 5, 5, false, 5},
	} {
		r := VerifyResult{Call: c.call, PDC: c.pdc, TC: c.tc}
		if r.OK() != c.ok || r.Code() != c.code {
			t.Errorf("%+v: ok %v, code %d", r, r.OK(), r.Code())
		}
	}
}
