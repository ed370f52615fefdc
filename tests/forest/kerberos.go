package forest

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/entente-ad/entente/internal/secret"
)

// Client is a stock Kerberos client with settings and tickets of its own. It
// asks the KDCs it was given, so that what it proves does not hang on DNS.
type Client struct {
	netns  string
	dir    string
	realms map[string][]netip.Addr
}

// NewClient makes a client that knows the KDCs of realms. It runs in the
// network namespace of that path, or in this one when netns is "".
func NewClient(t testing.TB, netns string, realms map[string][]netip.Addr) *Client {
	t.Helper()
	return &Client{netns: netns, dir: t.TempDir(), realms: realms}
}

// settings writes krb5.conf for a user of realm. It has no [domain_realm]:
// where a service is, its user's own KDC has to say.
func (c *Client) settings(realm string) error {
	var conf strings.Builder
	fmt.Fprintf(&conf, "[libdefaults]\n  default_realm = %s\n  dns_lookup_realm = false\n  dns_lookup_kdc = false\n"+
		"  rdns = false\n  dns_canonicalize_hostname = false\n  udp_preference_limit = 1\n[realms]\n", realm)
	for realm, addresses := range c.realms {
		fmt.Fprintf(&conf, "  %s = {\n", strings.ToUpper(realm))
		for _, a := range addresses {
			fmt.Fprintf(&conf, "    kdc = %s\n", netip.AddrPortFrom(a, 88))
		}
		conf.WriteString("  }\n")
	}
	return os.WriteFile(filepath.Join(c.dir, "krb5.conf"), []byte(conf.String()), 0o600)
}

func (c *Client) run(ctx context.Context, stdin string, argv ...string) (string, error) {
	if c.netns != "" {
		argv = append([]string{"nsenter", "--net=" + c.netns, "--"}, argv...)
	}
	env := []string{
		"KRB5_CONFIG=" + filepath.Join(c.dir, "krb5.conf"),
		"KRB5CCNAME=FILE:" + filepath.Join(c.dir, "cc"), "LC_ALL=C",
	}
	return output(ctx, stdin, env, argv[0], argv[1:]...)
}

// Kinit logs principal on ("alice@corp.example.com") and forgets the tickets
// of who was logged on before.
func (c *Client) Kinit(ctx context.Context, principal string, password secret.Text) error {
	user, realm, _ := strings.Cut(principal, "@")
	realm = strings.ToUpper(realm)
	if err := c.settings(realm); err != nil {
		return err
	}
	_, err := c.run(ctx, password.Reveal()+"\n", "kinit", user+"@"+realm)
	return err
}

// Kvno asks for a ticket to service ("cifs/dc1.corp.example.com") as who is
// logged on. The error has kvno's words, and so the KDC's.
func (c *Client) Kvno(ctx context.Context, service string) error {
	_, err := c.run(ctx, "", "kvno", service)
	return err
}

// Tickets lists the services that the client holds tickets for, with the realm
// whose KDC issued each: a ticket across a trust ends in the other realm.
func (c *Client) Tickets(ctx context.Context) ([]string, error) {
	out, err := c.run(ctx, "", "klist")
	if err != nil {
		return nil, err
	}
	var services []string
	for line := range strings.Lines(out) {
		// The name as asked for ends a line of five words; when the ticket has
		// another one, since its realm was found by referral, the next line says so.
		fields := strings.Fields(line)
		switch n := len(fields); {
		case n == 5 && strings.Contains(fields[4], "/"):
			services = append(services, fields[4])
		case n == 3 && strings.HasPrefix(strings.TrimSpace(line), "Ticket server:"):
			services[len(services)-1] = fields[2]
		}
	}
	return services, nil
}
