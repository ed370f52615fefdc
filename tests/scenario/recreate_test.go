package scenario

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
)

// TestDeleteAndCreateAgain: ten times in the same direction, verified each
// time without touching the partner.
func TestDeleteAndCreateAgain(t *testing.T) {
	w := newWorld(t)
	w.partnerTrusts(t, "both", "forest", trustWord)
	for range 10 {
		id := w.trusts(t, types.TrustDirectionTwoWay, types.TrustTypeForest)
		w.s.WaitTrust(t, id, types.TrustStateVerified)
		w.s.DeleteTrust(t, id)
	}
}

// TestAnotherDirection: a trust made anew in another direction ends where it
// should, if need be after the restart of the partner that its reason asks for.
func TestAnotherDirection(t *testing.T) {
	w := newWorld(t)
	steps := []struct {
		ours    types.TrustDirection
		partner string
		end     types.TrustState
	}{
		{types.TrustDirectionOneWayIncoming, "outgoing", types.TrustStateCreated},
		{types.TrustDirectionTwoWay, "both", types.TrustStateVerified},
		{types.TrustDirectionOneWayOutgoing, "incoming", types.TrustStateVerified},
		{types.TrustDirectionTwoWay, "both", types.TrustStateVerified},
	}
	for _, step := range steps {
		t.Run(string(step.ours), func(t *testing.T) {
			w.partnerTrusts(t, step.partner, "forest", trustWord)
			id := w.trusts(t, step.ours, types.TrustTypeForest)
			restarted := false
			w.s.WaitTrustFor(t, id, "to be "+string(step.end), func(tr types.Trust) bool {
				if !restarted && tr.TrustState == types.TrustStateVerifyFailed && strings.Contains(aws.ToString(tr.TrustStateReason), "restart") {
					t.Logf("the partner must be restarted: %s", aws.ToString(tr.TrustStateReason))
					restarted = true
					if err := w.partner.RestartWinbindd(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				return tr.TrustState == step.end
			})
			w.s.DeleteTrust(t, id)
		})
	}
}
