package service_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/trust"
)

// BenchmarkDescribeTrusts reads 100 trusts with all that is known of them.
func BenchmarkDescribeTrusts(b *testing.B) {
	st := storetest.New(b)
	svc := service.New(service.Config{Store: st})
	for i := range 100 {
		id := fmt.Sprintf("t-%010d", i)
		tx := st.Begin()
		store.Trusts.Put(tx, id, trust.Spec{
			ID: trust.ID(id), Directory: "d-1", Region: caller.Region, CreatedAt: now, RemoteDomainName: "x.example",
		}, 0)
		store.TrustStatus.Put(tx, id, trust.Status{
			State: trust.Verified, Conditions: make([]condition.Condition, 7), Steps: make([]trust.StepDone, 20),
			Verdicts: []trust.Verdict{{DC: directory.DCID("dc-1")}},
		}, 0)
		storetest.Commit(b, tx)
	}
	for b.Loop() {
		out, err := svc.DescribeTrusts(b.Context(), caller, &directoryservice.DescribeTrustsInput{})
		if err != nil || len(out.Trusts) != 100 {
			b.Fatal(out, err)
		}
	}
}
