package scenario

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

// TestSixCombinations: for each type and direction, the state that the trust
// ends in, and who gets a ticket to whom, asked of every KDC by stock kinit and
// kvno.
func TestSixCombinations(t *testing.T) {
	w := newWorld(t)
	directions := []struct {
		ours    types.TrustDirection
		partner string // the same, seen from there
		end     types.TrustState
		out, in bool // our users get tickets there; theirs get tickets here
	}{
		{types.TrustDirectionOneWayIncoming, "outgoing", types.TrustStateCreated, true, false},
		{types.TrustDirectionOneWayOutgoing, "incoming", types.TrustStateVerified, false, true},
		{types.TrustDirectionTwoWay, "both", types.TrustStateVerified, true, true},
	}
	for _, kind := range []types.TrustType{types.TrustTypeForest, types.TrustTypeExternal} {
		for _, d := range directions {
			t.Run(string(kind)+" "+string(d.ours), func(t *testing.T) {
				w.partnerTrusts(t, d.partner, strings.ToLower(string(kind)), trustWord)
				tr := w.s.WaitTrust(t, w.trusts(t, d.ours, kind), d.end)
				if tr.TrustStateReason != nil {
					t.Errorf("%s, and a reason: %s", tr.TrustState, *tr.TrustStateReason)
				}
				w.tickets(t, d.out, d.in)
			})
		}
	}
	t.Run("none", func(t *testing.T) { w.tickets(t, false, false) })
}

// tickets asks every KDC of ours for a ticket to the partner's DC, and the
// partner's KDC for one to each of our DCs.
func (w world) tickets(t *testing.T, out, in bool) {
	t.Helper()
	servers := addresses(t, w.managed.DnsIpAddrs)
	partner := w.partner.Address.Addr()
	for _, dc := range servers {
		client := forest.NewClient(t, "", map[string][]netip.Addr{managedName: {dc}, partnerName: {partner}})
		if err := client.Kinit(t.Context(), "Admin@"+managedName, secret.New(harness.AdminPassword)); err != nil {
			t.Fatal(err)
		}
		ticket(t, client, "Admin by "+dc.String(), "cifs/"+w.partner.Host(), partnerName, out)
	}
	client := forest.NewClient(t, "", map[string][]netip.Addr{managedName: servers, partnerName: {partner}})
	if err := client.Kinit(t.Context(), "Administrator@"+partnerName, w.partner.AdminPassword); err != nil {
		t.Fatal(err)
	}
	for _, host := range dcHosts(t, servers[0]) {
		ticket(t, client, "the partner's Administrator", "cifs/"+host, managedName, in)
	}
}

// ticket asks for one, and compares with what the trust's direction allows.
func ticket(t *testing.T, client *forest.Client, who, service, realm string, want bool) {
	t.Helper()
	err := client.Kvno(t.Context(), service)
	switch {
	case want && err != nil:
		t.Errorf("%s gets no ticket to %s: %v", who, service, err)
	case want:
		got, err := client.Tickets(t.Context())
		if name := service + "@" + strings.ToUpper(realm); err != nil || !slices.Contains(got, name) {
			t.Errorf("%s has tickets %q, %v, without %s", who, got, err, name)
		}
	case err == nil:
		t.Errorf("%s got a ticket to %s across a trust that does not point there", who, service)
	case !strings.Contains(err.Error(), "Server not found in Kerberos database"):
		t.Errorf("%s is refused %s, but not because its KDC knows no way there: %v", who, service, err)
	}
}

// dcHosts asks a DC's DNS for the names of all DCs of the managed directory.
func dcHosts(t *testing.T, dns netip.Addr) []string {
	t.Helper()
	resolver := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, netip.AddrPortFrom(dns, 53).String())
	}}
	_, records, err := resolver.LookupSRV(t.Context(), "", "", "_ldap._tcp.dc._msdcs."+managedName+".")
	if err != nil {
		t.Fatal(err)
	}
	var hosts []string
	for _, r := range records {
		hosts = append(hosts, strings.ToLower(strings.TrimSuffix(r.Target, ".")))
	}
	if len(hosts) != 2 {
		t.Errorf("DNS names the DCs %q, want two", hosts)
	}
	return hosts
}
