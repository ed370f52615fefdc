package scenario

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/tests/harness"
)

// TestTwoManagedDirectories: each side by its own CreateTrust; the first one
// says that the other side is missing, and is Verified without any call once
// it exists.
func TestTwoManagedDirectories(t *testing.T) {
	w := newWorld(t)
	otherID := harness.SharedDirectory(t, "east.entente.test")
	other := w.s.WaitDirectory(t, otherID, types.DirectoryStageActive)

	half := func(from, name string, servers []string) string {
		return w.trustsIn(t, from, &directoryservice.CreateTrustInput{
			DirectoryId: aws.String(from), RemoteDomainName: aws.String(name), TrustPassword: aws.String(trustWord),
			TrustDirection: types.TrustDirectionTwoWay, ConditionalForwarderIpAddrs: servers,
		})
	}
	first := half(w.id, "east.entente.test", other.DnsIpAddrs)
	waiting := w.s.WaitTrust(t, first, types.TrustStateVerifyFailed)
	if reason := aws.ToString(waiting.TrustStateReason); !strings.Contains(reason, "other side is missing") {
		t.Errorf("the reason does not say that the other side is missing: %s", reason)
	}
	second := half(otherID, managedName, w.managed.DnsIpAddrs)
	for _, id := range []string{second, first} {
		tr := w.s.WaitTrust(t, id, types.TrustStateVerified)
		if tr.TrustStateReason != nil {
			t.Errorf("%s is verified, and still has a reason: %s", id, *tr.TrustStateReason)
		}
	}
}

// TestOneWayPairOfManagedDirectories: the outgoing side ends Verified, the
// incoming one Created.
func TestOneWayPairOfManagedDirectories(t *testing.T) {
	w := newWorld(t)
	otherID := harness.SharedDirectory(t, "east.entente.test")
	other := w.s.WaitDirectory(t, otherID, types.DirectoryStageActive)

	incoming := w.trustsIn(t, otherID, &directoryservice.CreateTrustInput{
		DirectoryId: aws.String(otherID), RemoteDomainName: aws.String(managedName + "."), TrustPassword: aws.String(trustWord),
		TrustDirection: types.TrustDirectionOneWayIncoming, ConditionalForwarderIpAddrs: w.managed.DnsIpAddrs,
	})
	outgoing := w.trustsIn(t, w.id, &directoryservice.CreateTrustInput{
		DirectoryId: aws.String(w.id), RemoteDomainName: aws.String("east.entente.test"), TrustPassword: aws.String(trustWord),
		TrustDirection: types.TrustDirectionOneWayOutgoing, ConditionalForwarderIpAddrs: other.DnsIpAddrs,
	})
	w.s.WaitTrust(t, outgoing, types.TrustStateVerified)
	created := w.s.WaitTrust(t, incoming, types.TrustStateCreated)
	if name := aws.ToString(created.RemoteDomainName); name != managedName+"." {
		t.Errorf("RemoteDomainName is %q, not as it was given", name)
	}
}
