// Package scenario tells Entente's stories against the real thing: the real
// binary, the official SDK, stock Samba forests, stock kinit and kvno.
package scenario

import (
	"context"
	"net/netip"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// The names of the two domains that most stories are about.
const (
	managedName = "corp.entente.test"
	partnerName = "onprem.example.net"
	trustWord   = "Trust-Password-42"
)

// world is a managed directory and a self-managed forest that know each
// other's DNS, without a trust.
type world struct {
	s       *harness.Server
	ds      *directoryservice.Client
	id      string
	managed types.DirectoryDescription
	partner *forest.Forest
}

// newWorld gives the shared world; tests leave it without a trust.
func newWorld(t *testing.T) world {
	t.Helper()
	w := world{s: harness.Shared(t), id: harness.SharedDirectory(t, managedName)}
	w.ds = w.s.DS(t)
	// The partner is made while the directory is: its DCs' addresses are
	// known from the start.
	out, err := w.ds.DescribeDirectories(t.Context(), &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{w.id}})
	if err != nil {
		t.Fatal(err)
	}
	w.partner = forest.Shared(t, forest.Config{
		Name: "onprem", Realm: partnerName, Address: netip.MustParsePrefix("203.0.113.10/28"),
		DNSForwarders: addresses(t, out.DirectoryDescriptions[0].DnsIpAddrs),
	})
	w.managed = w.s.WaitDirectory(t, w.id, types.DirectoryStageActive)
	return w
}

func addresses(t *testing.T, list []string) []netip.Addr {
	t.Helper()
	var out []netip.Addr
	for _, s := range list {
		a, err := netip.ParseAddr(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	return out
}

// trusts creates our side of a trust with the partner and gives its id. It is
// deleted, and its forwarder with it, when the test ends.
func (w world) trusts(t *testing.T, direction types.TrustDirection, kind types.TrustType) string {
	t.Helper()
	return w.trustsBy(t, &directoryservice.CreateTrustInput{
		DirectoryId: aws.String(w.id), RemoteDomainName: aws.String(partnerName), TrustPassword: aws.String(trustWord),
		TrustDirection: direction, TrustType: kind, ConditionalForwarderIpAddrs: []string{w.partner.Address.Addr().String()},
	})
}

func (w world) trustsBy(t *testing.T, in *directoryservice.CreateTrustInput) string {
	t.Helper()
	out, err := w.ds.CreateTrust(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	id := aws.ToString(out.TrustId)
	t.Cleanup(func() { w.deleteIfThere(t, id) })
	return id
}

func (w world) deleteIfThere(t *testing.T, id string) {
	t.Helper()
	out, err := w.ds.DescribeTrusts(over(t), &directoryservice.DescribeTrustsInput{DirectoryId: aws.String(w.id)})
	if err != nil {
		t.Error(err)
		return
	}
	for _, tr := range out.Trusts {
		if aws.ToString(tr.TrustId) == id {
			_, err := w.ds.DeleteTrust(over(t), &directoryservice.DeleteTrustInput{TrustId: tr.TrustId, DeleteAssociatedConditionalForwarder: true})
			if err != nil {
				t.Error(err)
			}
			w.s.WaitTrustGone(t, id)
		}
	}
}

// partnerTrusts makes the partner's own side with samba-tool, and takes it
// away when the test ends. direction is seen from the partner.
func (w world) partnerTrusts(t *testing.T, direction, kind, password string) {
	t.Helper()
	err := w.partner.CreateLocalTrust(t.Context(), forest.LocalTrust{
		Domain: managedName, Type: kind, Direction: direction, Password: secret.New(password),
		User: "Admin", UserPassword: secret.New(harness.AdminPassword),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.partner.DeleteLocalTrust(over(t), managedName); err != nil {
			t.Logf("partner's side is gone already: %v", err)
		}
	})
}

// trustsIn is trustsBy for any directory of the shared server.
func (w world) trustsIn(t *testing.T, directory string, in *directoryservice.CreateTrustInput) string {
	t.Helper()
	w.id = directory
	return w.trustsBy(t, in)
}

// over is a context for clean-up, when the test's own is over.
func over(t *testing.T) context.Context { return context.WithoutCancel(t.Context()) }
