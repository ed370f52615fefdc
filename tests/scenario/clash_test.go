package scenario

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

// TestPartnersWithOneHostName: two partners whose DCs are both called DC1, as
// everybody's first DC is. Both trusts work, or the reason names the clash.
func TestPartnersWithOneHostName(t *testing.T) {
	w := newWorld(t)
	second := forest.Up(t, forest.Config{
		Name: "onprem2", Realm: "branch.example.org", Address: netip.MustParsePrefix("198.51.100.10/25"),
		DNSForwarders: addresses(t, w.managed.DnsIpAddrs),
	})
	w.partnerTrusts(t, "both", "forest", trustWord)
	err := second.CreateLocalTrust(t.Context(), forest.LocalTrust{
		Domain: managedName, Type: "forest", Direction: "both", Password: secret.New(trustWord),
		User: "Admin", UserPassword: secret.New(harness.AdminPassword),
	})
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{
		w.trusts(t, types.TrustDirectionTwoWay, types.TrustTypeForest),
		w.trustsBy(t, &directoryservice.CreateTrustInput{
			DirectoryId: aws.String(w.id), RemoteDomainName: aws.String("branch.example.org"), TrustPassword: aws.String(trustWord),
			TrustDirection: types.TrustDirectionTwoWay, ConditionalForwarderIpAddrs: []string{second.Address.Addr().String()},
		}),
	}
	for _, id := range ids {
		w.s.WaitTrustFor(t, id, "to work, or to name the clash", func(tr types.Trust) bool {
			return tr.TrustState == types.TrustStateVerified ||
				tr.TrustState == types.TrustStateVerifyFailed && strings.Contains(aws.ToString(tr.TrustStateReason), "host name")
		})
	}
	// And they go on so: asked again, alternating, both answer as before.
	for range 3 {
		for _, id := range ids {
			if _, err := w.ds.VerifyTrust(t.Context(), &directoryservice.VerifyTrustInput{TrustId: aws.String(id)}); err != nil {
				t.Fatal(err)
			}
			w.s.WaitTrust(t, id, types.TrustStateVerified)
		}
	}
}
