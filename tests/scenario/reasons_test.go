package scenario

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
)

// TestEveryBreakHasItsOwnReason breaks one trust in seven ways. Each break has
// words that name its cause, and the trust heals by itself where the cause can
// go without a call.
func TestEveryBreakHasItsOwnReason(t *testing.T) {
	w := newWorld(t)
	reasons := map[string]string{} // reason → break
	broken := func(t *testing.T, id, what string, words ...string) {
		t.Helper()
		tr := w.s.WaitTrustFor(t, id, "to say why it is broken: "+strings.Join(words, ", "), func(tr types.Trust) bool {
			if tr.TrustState != types.TrustStateVerifyFailed && tr.TrustState != types.TrustStateFailed {
				return false
			}
			for _, word := range words {
				if !strings.Contains(strings.ToLower(aws.ToString(tr.TrustStateReason)), strings.ToLower(word)) {
					return false
				}
			}
			return true
		})
		reason := aws.ToString(tr.TrustStateReason)
		if other, seen := reasons[reason]; seen {
			t.Errorf("%s and %s have the same reason: %s", what, other, reason)
		}
		reasons[reason] = what
		t.Logf("%s: %s: %s", what, tr.TrustState, reason)
	}

	t.Run("a domain that does not exist", func(t *testing.T) {
		id := w.trustsBy(t, &directoryservice.CreateTrustInput{
			DirectoryId: aws.String(w.id), RemoteDomainName: aws.String("nowhere.onprem.example.net"), TrustPassword: aws.String(trustWord),
			TrustDirection: types.TrustDirectionTwoWay, ConditionalForwarderIpAddrs: []string{w.partner.Address.Addr().String()},
		})
		broken(t, id, "domain does not exist", "does not exist or could not be contacted", "nowhere.onprem.example.net")
	})
	t.Run("a DNS server that does not answer", func(t *testing.T) {
		id := w.trustsBy(t, &directoryservice.CreateTrustInput{
			DirectoryId: aws.String(w.id), RemoteDomainName: aws.String(partnerName), TrustPassword: aws.String(trustWord),
			TrustDirection: types.TrustDirectionTwoWay, ConditionalForwarderIpAddrs: []string{"203.0.113.13"},
		})
		broken(t, id, "DNS server unreachable", "DNS", "203.0.113.13")
	})

	t.Run("one trust", func(t *testing.T) {
		id := w.trusts(t, types.TrustDirectionTwoWay, types.TrustTypeForest)
		broken(t, id, "partner side missing", "other side is missing")

		t.Run("wrong direction", func(t *testing.T) {
			w.partnerTrusts(t, "outgoing", "forest", trustWord)
			broken(t, id, "wrong direction", "do not complement")
		})
		t.Run("wrong password", func(t *testing.T) {
			w.partnerTrusts(t, "both", "forest", "Another-Password-7")
			broken(t, id, "wrong password", "Access is denied", "password")
		})
		t.Run("down, skewed, healed", func(t *testing.T) {
			w.partnerTrusts(t, "both", "forest", trustWord)
			w.s.WaitTrust(t, id, types.TrustStateVerified)

			if err := w.partner.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			broken(t, id, "partner down", "could not be contacted")

			// Back with a clock that Kerberos does not accept.
			w.partner.FakeTime = "+10m"
			if err := w.partner.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			broken(t, id, "clock skew", "the clock of")

			w.partner.FakeTime = ""
			if err := w.partner.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			healed := w.s.WaitTrust(t, id, types.TrustStateVerified)
			if healed.TrustStateReason != nil {
				t.Errorf("verified, and still a reason: %s", *healed.TrustStateReason)
			}
		})
	})
	if len(reasons) != 7 {
		t.Errorf("%d reasons, want seven: %v", len(reasons), reasons)
	}
}
