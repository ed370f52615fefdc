// Package managed tells the stories of what surrounds a managed directory:
// backups, settings, certificates, notifications. Its world is its own, since
// a restore takes a directory back in time.
package managed

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
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

func TestMain(m *testing.M) {
	code := harness.Main(m)
	_ = os.RemoveAll(messages())
	os.Exit(code)
}

// messages is the folder that topics and log groups of the tests' server are
// delivered to.
func messages() string {
	return filepath.Join(os.TempDir(), "entente-around-"+strconv.Itoa(os.Getpid()))
}

func topicFile() string { return filepath.Join(messages(), "topic") }

func logFile() string { return filepath.Join(messages(), "log") }

const (
	managedName = "corp.around.test"
	partnerName = "onprem.around.example"
	trustWord   = "Trust-Password-42"
	userWord    = "Passw0rd-of-a-user"
)

// world is a managed directory and a self-managed forest that know each
// other's DNS.
type world struct {
	s       *harness.Server
	ds      *directoryservice.Client
	id      string
	managed types.DirectoryDescription
	partner *forest.Forest
}

func newWorld(t *testing.T) world {
	t.Helper()
	if err := os.MkdirAll(messages(), 0o700); err != nil {
		t.Fatal(err)
	}
	w := world{s: harness.SharedWith(t, harness.Config{
		Flags: []string{"--event-topic", "stages=file:" + topicFile(), "--log-group", "security=file:" + logFile()},
	})}
	w.id = harness.SharedDirectory(t, managedName)
	w.ds = w.s.DS(t)
	out, err := w.ds.DescribeDirectories(t.Context(), &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{w.id}})
	if err != nil {
		t.Fatal(err)
	}
	var servers []netip.Addr
	for _, a := range out.DirectoryDescriptions[0].DnsIpAddrs {
		servers = append(servers, netip.MustParseAddr(a))
	}
	w.partner = forest.Shared(t, forest.Config{
		Name: "around", Realm: partnerName, Address: netip.MustParsePrefix("192.0.2.82/28"), DNSForwarders: servers,
	})
	w.managed = w.s.WaitDirectory(t, w.id, types.DirectoryStageActive)
	return w
}

// tool runs samba-tool on the directory's first DC, as nobody but a test may.
func (w world) tool(t *testing.T, argv ...string) string {
	t.Helper()
	out, err := w.s.InDC(t, w.id, w.managed.DnsIpAddrs[0], append([]string{"samba-tool"}, argv...)...)
	if err != nil {
		t.Fatalf("samba-tool %v: %v: %s", argv, err, out)
	}
	return out
}

// client is a stock Kerberos client that knows both sides' KDCs.
func (w world) client(t *testing.T, dc int) *forest.Client {
	t.Helper()
	return forest.NewClient(t, "", map[string][]netip.Addr{
		managedName: {netip.MustParseAddr(w.managed.DnsIpAddrs[dc])},
		partnerName: {w.partner.Address.Addr()},
	})
}

// ticket asks for a ticket as a user, by way of a DC of ours, until it comes:
// what was just replicated may take a moment.
func (w world) ticket(t *testing.T, dc int, user, password, service string) {
	t.Helper()
	c := w.client(t, dc)
	eventually(t, "a ticket for "+user+" to "+service, func() error {
		if err := c.Kinit(t.Context(), user, secret.New(password)); err != nil || service == "" {
			return err
		}
		return c.Kvno(t.Context(), service)
	})
}

// eventually waits until f works.
func eventually(t *testing.T, what string, f func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), harness.Patience)
	defer cancel()
	for {
		err := f()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("waited %v for %s: %v", harness.Patience, what, err)
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// hosts lists the DNS names of the directory's DCs, as the domain has them.
func (w world) hosts(t *testing.T) []string {
	t.Helper()
	var names []string
	for line := range strings.Lines(w.tool(t, "computer", "list")) {
		if name := strings.TrimSuffix(strings.TrimSpace(line), "$"); name != "" {
			names = append(names, strings.ToLower(name)+"."+managedName)
		}
	}
	return names
}

// addresses names the DCs with their addresses.
func (w world) addresses(t *testing.T) string {
	t.Helper()
	out, err := w.ds.DescribeDomainControllers(t.Context(), &directoryservice.DescribeDomainControllersInput{DirectoryId: aws.String(w.id)})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, dc := range out.DomainControllers {
		all = append(all, fmt.Sprint(aws.ToString(dc.DomainControllerId), " ", aws.ToString(dc.DnsIpAddr), " ", dc.Status))
	}
	return strings.Join(all, ", ")
}
