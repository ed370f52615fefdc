package scenario

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
)

// TestATrustByTheForwarderThatExists: without addresses, CreateTrust uses the
// conditional forwarder for the name or one of its parents, and says so where
// there is none. Deleting the trust with its forwarder leaves a parent's alone.
func TestATrustByTheForwarderThatExists(t *testing.T) {
	w := newWorld(t)
	w.partnerTrusts(t, "both", "forest", trustWord)
	id := w.trustsBy(t, &directoryservice.CreateTrustInput{
		DirectoryId: aws.String(w.id), RemoteDomainName: aws.String(partnerName), TrustPassword: aws.String(trustWord),
		TrustDirection: types.TrustDirectionTwoWay,
	})
	tr := w.s.WaitTrust(t, id, types.TrustStateFailed, types.TrustStateVerifyFailed)
	for _, word := range []string{"could not be contacted", "conditional forwarder", partnerName} {
		if reason := aws.ToString(tr.TrustStateReason); !strings.Contains(reason, word) {
			t.Errorf("without a forwarder the reason does not say %q: %s", word, reason)
		}
	}

	const parent = "example.net"
	forwarder := directoryservice.CreateConditionalForwarderInput{
		DirectoryId: aws.String(w.id), RemoteDomainName: aws.String(parent), DnsIpAddrs: []string{w.partner.Address.Addr().String()},
	}
	if _, err := w.ds.CreateConditionalForwarder(t.Context(), &forwarder); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := w.ds.DeleteConditionalForwarder(over(t), &directoryservice.DeleteConditionalForwarderInput{DirectoryId: aws.String(w.id), RemoteDomainName: aws.String(parent)})
		if err != nil {
			t.Error(err)
		}
	})
	w.s.WaitTrust(t, id, types.TrustStateVerified)

	w.deleteIfThere(t, id) // with its forwarder, which it has not
	left, err := w.ds.DescribeConditionalForwarders(t.Context(), &directoryservice.DescribeConditionalForwardersInput{DirectoryId: aws.String(w.id)})
	if err != nil {
		t.Fatal(err)
	}
	if list := left.ConditionalForwarders; len(list) != 1 || aws.ToString(list[0].RemoteDomainName) != parent {
		t.Errorf("forwarders left: %+v", list)
	}
}

// TestReverseLookupsInADomainController: its resolver says that addresses of
// private space have no name, instead of refusing the question.
func TestReverseLookupsInADomainController(t *testing.T) {
	w := newWorld(t)
	out, err := w.s.InDC(t, w.id, w.managed.DnsIpAddrs[0], "/usr/bin/python3", "-I", "-c", `
import dns.resolver, dns.reversename
for address in ("10.9.8.7", "192.168.1.1"):
    try:
        print(address, dns.resolver.resolve(dns.reversename.from_address(address), "PTR"))
    except dns.resolver.NXDOMAIN:
        print(address, "does not exist")
`)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, address := range []string{"10.9.8.7", "192.168.1.1"} {
		if !strings.Contains(out, address+" does not exist") {
			t.Errorf("%s: %s", address, out)
		}
	}
}
