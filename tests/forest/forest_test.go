package forest_test

import (
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
)

// Two stock forests, a trust made by stock tools between them, and tickets
// across it: what the forests of other tests are worth.
func TestTwoForestsTrust(t *testing.T) {
	forest.NeedRoot(t)
	ctx := t.Context()
	const router = "forest-router"
	for _, argv := range [][]string{{"netns", "add", router}, {"-n", router, "link", "set", "lo", "up"}} {
		if out, err := exec.Command("ip", argv...).CombinedOutput(); err != nil {
			t.Fatalf("ip %v: %v: %s", argv, err, out)
		}
	}
	t.Cleanup(func() { exec.Command("ip", "netns", "delete", router).Run() })

	here := netip.MustParsePrefix("10.203.1.10/24")
	there := netip.MustParsePrefix("10.203.2.10/24")
	oak := forest.Up(t, forest.Config{
		Name: "oak", Realm: "oak.test", Address: here, Attach: router,
		HostName: "OAKDC", DNSForwarders: []netip.Addr{there.Addr()},
	})
	elm := forest.Up(t, forest.Config{
		Name: "elm", Realm: "elm.test", Address: there, Attach: router,
		HostName: "ELMDC", DNSForwarders: []netip.Addr{here.Addr()},
	})

	password := secret.New("Aa1-trust-password-of-the-test")
	alice := secret.New("Aa1-alice-of-oak")
	if err := oak.CreateUser(ctx, "alice", alice); err != nil {
		t.Fatal(err)
	}
	// oak is trusted, elm trusts: oak's users get tickets for elm's services.
	if err := oak.CreateLocalTrust(ctx, forest.LocalTrust{
		Domain: "elm.test", Type: "forest", Direction: "incoming", Password: password,
		User: "Administrator", UserPassword: elm.AdminPassword,
	}); err != nil {
		t.Fatal(err)
	}
	if err := elm.CreateLocalTrust(ctx, forest.LocalTrust{
		Domain: "oak.test", Type: "forest", Direction: "outgoing", Password: password,
		User: "alice", UserPassword: alice,
	}); err != nil {
		t.Fatal(err)
	}

	client := forest.NewClient(t, "/run/netns/"+router, map[string][]netip.Addr{
		"oak.test": {here.Addr()}, "elm.test": {there.Addr()},
	})
	if err := client.Kinit(ctx, "alice@OAK.TEST", alice); err != nil {
		t.Fatal(err)
	}
	if err := client.Kvno(ctx, "cifs/"+elm.Host()); err != nil {
		t.Fatal(err)
	}
	tickets, err := client.Tickets(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"krbtgt/OAK.TEST@OAK.TEST", "cifs/elmdc.elm.test@ELM.TEST"} {
		if !slices.Contains(tickets, want) {
			t.Errorf("alice's tickets are %q, without %s", tickets, want)
		}
	}
	if err := client.Kinit(ctx, "Administrator@ELM.TEST", elm.AdminPassword); err != nil {
		t.Fatal(err)
	}
	if err := client.Kvno(ctx, "cifs/"+oak.Host()); err == nil {
		t.Error("a user of elm, which oak does not trust, got a ticket to oak")
	}

	if err := elm.DeleteLocalTrust(ctx, "oak.test"); err != nil {
		t.Error(err)
	}
	if out, _ := elm.Exec(ctx, "", "samba-tool", "domain", "trust", "list"); strings.Contains(out, "oak.test") {
		t.Errorf("elm still lists the trust: %s", out)
	}
}
