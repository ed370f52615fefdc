package service_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

func TestUpdateTrust(t *testing.T) {
	r := newRig(t)
	id := r.active("ours.test")
	in := twoWay(id, "corp.example.com")
	in.SelectiveAuth = types.SelectiveAuthEnabled
	tid := *must(r.CreateTrust(t.Context(), caller, in))(t).TrustId
	status := trust.Status{State: trust.Verified, LocalSide: true}
	put(r, store.TrustStatus, tid, status)
	describe := func() types.Trust {
		return must(r.DescribeTrusts(t.Context(), caller, &directoryservice.DescribeTrustsInput{TrustIds: []string{tid}}))(t).Trusts[0]
	}
	if got := describe(); got.SelectiveAuth != types.SelectiveAuthEnabled || got.TrustState != types.TrustStateVerified {
		t.Errorf("created: %+v", got)
	}
	update := func(v types.SelectiveAuth) func() error {
		return func() error {
			_, err := r.UpdateTrust(t.Context(), caller, &directoryservice.UpdateTrustInput{TrustId: &tid, SelectiveAuth: v})
			return err
		}
	}
	unknown := func() error {
		_, err := r.UpdateTrust(t.Context(), caller, &directoryservice.UpdateTrustInput{TrustId: new("t-0000000000"), SelectiveAuth: types.SelectiveAuthEnabled})
		return err
	}
	const mustBe = "Invalid value of SelectiveAuth. It must be Enabled or Disabled."
	r.refuses([]refusal{
		{"left out", update(""), errs.Invalid, mustBe},
		{"neither", update("Half"), errs.Invalid, mustBe},
		{"unknown trust", unknown, errs.NotFound, "Trust t-0000000000 does not exist"},
	})
	out := must(r.UpdateTrust(t.Context(), caller, &directoryservice.UpdateTrustInput{TrustId: &tid, SelectiveAuth: types.SelectiveAuthDisabled}))(t)
	if *out.TrustId != tid || out.RequestId == nil || *out.RequestId != caller.RequestID {
		t.Errorf("answer %+v", out)
	}
	// The old state is gone when the call answers, and the new one stays until
	// the reconciler has answered this very update.
	if got := describe(); got.SelectiveAuth != types.SelectiveAuthDisabled || got.TrustState != types.TrustStateUpdating || got.TrustStateReason != nil {
		t.Errorf("updated: %+v", got)
	}
	must(r.DeleteTrust(t.Context(), caller, &directoryservice.DeleteTrustInput{TrustId: &tid}))(t)
	r.refuses([]refusal{{"being deleted", update(types.SelectiveAuthEnabled), errs.Refused, "Trust " + tid + " is being deleted."}})
}
