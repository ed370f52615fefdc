// Package crash kills the server at random moments and looks whether
// everything ends where it should.
package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

func TestMain(m *testing.M) { os.Exit(forest.Main(m)) }

const (
	managedName = "crash.entente.test"
	partnerName = "steady.example.net"
	trustWord   = "Trust-Password-42"
)

// TestKilledAtTenRandomMoments kills the server with SIGKILL five times while
// a directory is made and five times while a trust is. After each restart
// everything goes on by itself, and the end is the one that an undisturbed run
// has: an Active directory, one Verified trust, one trusted-domain object, no
// container or namespace that nobody wants.
func TestKilledAtTenRandomMoments(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	s := harness.Start(t, harness.Config{})
	ds := s.DS(t)

	kill := func(within time.Duration) {
		t.Helper()
		time.Sleep(time.Duration(random.Int64N(int64(within))))
		if err := s.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	id := s.CreateDirectory(t, managedName)
	for range 5 {
		kill(4 * time.Second)
	}
	dir := s.WaitDirectory(t, id, types.DirectoryStageActive)
	containers(t, s, 2)

	partner := forest.Up(t, forest.Config{
		Name: "steady", Realm: partnerName, Address: netip.MustParsePrefix("198.51.100.130/25"), DNSForwarders: addrs(t, dir.DnsIpAddrs),
	})
	err := partner.CreateLocalTrust(t.Context(), forest.LocalTrust{
		Domain: managedName, Type: "forest", Direction: "both", Password: secret.New(trustWord),
		User: "Admin", UserPassword: secret.New(harness.AdminPassword),
	})
	if err != nil {
		t.Fatal(err)
	}

	served := serving(t, dir.DnsIpAddrs)
	for round := range 5 {
		out, err := ds.CreateTrust(t.Context(), &directoryservice.CreateTrustInput{
			DirectoryId: aws.String(id), RemoteDomainName: aws.String(partnerName), TrustPassword: aws.String(trustWord),
			TrustDirection: types.TrustDirectionTwoWay, ConditionalForwarderIpAddrs: []string{partner.Address.Addr().String()},
		})
		if err != nil {
			t.Fatal(err)
		}
		trust := aws.ToString(out.TrustId)
		kill(700 * time.Millisecond)
		s.WaitTrust(t, trust, types.TrustStateVerified)
		if n := trustedDomains(t, s, dir); n != 1 {
			t.Errorf("round %d: %d trusted-domain objects, want one", round, n)
		}
		if round < 4 {
			s.DeleteTrust(t, trust)
		}
	}
	served()
	containers(t, s, 2)
}

// serving asks both DCs for LDAP and Kerberos again and again until the
// function that it gives is called: kills of the server must not be felt.
func serving(t *testing.T, dcs []string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			for _, dc := range dcs {
				for _, port := range []string{"389", "88"} {
					conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", net.JoinHostPort(dc, port))
					if err == nil {
						_ = conn.Close()
					} else if ctx.Err() == nil {
						t.Errorf("DC %s does not answer on port %s while the server is killed: %v", dc, port, err)
					}
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func() { cancel(); <-done }
}

// trustedDomains counts the objects of class trustedDomain on the first DC.
func trustedDomains(t *testing.T, s *harness.Server, dir types.DirectoryDescription) int {
	t.Helper()
	out, err := s.InDC(t, aws.ToString(dir.DirectoryId), dir.DnsIpAddrs[0], "ldbsearch", "-H", "/var/lib/samba/private/sam.ldb", "(objectClass=trustedDomain)", "cn")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(out, "\ndn: ") + btoi(strings.HasPrefix(out, "dn: "))
}

// containers checks how many containers of DCs run for this server.
func containers(t *testing.T, s *harness.Server, want int) {
	t.Helper()
	if got := len(s.Containers(t)); got != want {
		t.Errorf("%d containers of domain controllers run, want %d", got, want)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func addrs(t *testing.T, list []string) []netip.Addr {
	t.Helper()
	var out []netip.Addr
	for _, s := range list {
		a, err := netip.ParseAddr(s)
		if err != nil {
			t.Fatal(fmt.Errorf("address of a DC: %w", err))
		}
		out = append(out, a)
	}
	return out
}
