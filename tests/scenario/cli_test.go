package scenario

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/tests/harness"
)

// TestTheAWSCLI makes, looks at, verifies and removes a directory, a
// conditional forwarder and a trust with Debian's AWS CLI and nothing else.
func TestTheAWSCLI(t *testing.T) {
	w := newWorld(t)
	aws := func(out any, args ...string) {
		t.Helper()
		text, err := w.s.AWS(t.Context(), append(args, "--output", "json")...)
		if err != nil {
			t.Fatal(err)
		}
		if out == nil {
			return
		}
		if err := json.Unmarshal([]byte(text), out); err != nil {
			t.Fatalf("aws %v: %v\n%s", args, err, text)
		}
	}
	network, err := w.s.DefaultNetwork(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var made struct{ DirectoryId string }
	aws(&made, "ds", "create-microsoft-ad", "--name", "cli.entente.test", "--password", harness.AdminPassword,
		"--edition", "Standard", "--vpc-settings", "VpcId="+network.VPC+",SubnetIds="+strings.Join(network.Subnets, ","))
	id := made.DirectoryId
	w.s.WaitDirectory(t, id, types.DirectoryStageActive)

	var directories struct {
		DirectoryDescriptions []struct {
			Name, ShortName, Stage string
			DnsIpAddrs             []string
		}
	}
	aws(&directories, "ds", "describe-directories", "--directory-ids", id)
	cli := directories.DirectoryDescriptions[0]
	if cli.Name != "cli.entente.test" || cli.ShortName != "CLI" || cli.Stage != "Active" || len(cli.DnsIpAddrs) != 2 {
		t.Errorf("described as %+v", cli)
	}

	name := "elsewhere.example.org"
	var forwarders struct {
		ConditionalForwarders []struct {
			RemoteDomainName, ReplicationScope string
			DnsIpAddrs                         []string
		}
	}
	at := []string{"--directory-id", id, "--remote-domain-name"}
	aws(nil, slices.Concat([]string{"ds", "create-conditional-forwarder"}, at, []string{name + ".", "--dns-ip-addrs", "203.0.113.11"})...)
	aws(nil, slices.Concat([]string{"ds", "update-conditional-forwarder"}, at, []string{name, "--dns-ip-addrs", "203.0.113.12", "203.0.113.13"})...)
	aws(&forwarders, "ds", "describe-conditional-forwarders", "--directory-id", id)
	if len(forwarders.ConditionalForwarders) != 1 || forwarders.ConditionalForwarders[0].RemoteDomainName != name ||
		!slices.Equal(forwarders.ConditionalForwarders[0].DnsIpAddrs, []string{"203.0.113.12", "203.0.113.13"}) {
		t.Errorf("forwarders: %+v", forwarders)
	}
	aws(nil, slices.Concat([]string{"ds", "delete-conditional-forwarder"}, at, []string{name})...)
	aws(&forwarders, "ds", "describe-conditional-forwarders", "--directory-id", id)
	if len(forwarders.ConditionalForwarders) != 0 {
		t.Errorf("a deleted forwarder is there: %+v", forwarders)
	}

	half := func(from, to string, servers []string) string {
		var made struct{ TrustId string }
		aws(&made, slices.Concat([]string{"ds", "create-trust", "--directory-id", from, "--remote-domain-name", to, "--trust-password", trustWord,
			"--trust-direction", "Two-Way", "--trust-type", "External", "--conditional-forwarder-ip-addrs"}, servers)...)
		return made.TrustId
	}
	theirs := half(w.id, "cli.entente.test", cli.DnsIpAddrs)
	ours := half(id, managedName, w.managed.DnsIpAddrs)
	for _, trust := range []string{ours, theirs} {
		w.s.WaitTrust(t, trust, types.TrustStateVerified)
		aws(nil, "ds", "verify-trust", "--trust-id", trust)
		w.s.WaitTrust(t, trust, types.TrustStateVerified)
	}
	var trusts struct {
		Trusts []struct{ RemoteDomainName, TrustState, TrustType, TrustDirection, SelectiveAuth string }
	}
	aws(&trusts, "ds", "describe-trusts", "--directory-id", id)
	if len(trusts.Trusts) != 1 || trusts.Trusts[0].RemoteDomainName != managedName || trusts.Trusts[0].TrustType != "External" || trusts.Trusts[0].SelectiveAuth != "Disabled" {
		t.Errorf("trusts: %+v", trusts)
	}
	for _, trust := range []string{ours, theirs} {
		aws(nil, "ds", "delete-trust", "--trust-id", trust, "--delete-associated-conditional-forwarder")
		w.s.WaitTrustGone(t, trust)
	}
	aws(nil, "ds", "delete-directory", "--directory-id", id)
	w.s.WaitDirectoryGone(t, id)
}
