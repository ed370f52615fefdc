package interop

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// cli runs the AWS CLI, Debian's where there is one, and decodes its answer.
// The error is what it wrote to standard error.
func cli(t *testing.T, url string, out any, args ...string) (stderr string) {
	t.Helper()
	binary := "/usr/bin/aws"
	if _, err := os.Stat(binary); err != nil {
		binary = "aws"
	}
	cmd := exec.CommandContext(t.Context(), binary, append([]string{"--endpoint-url", url, "--region", region, "--output", "json"}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "LC_ALL=C.UTF-8", "AWS_ACCESS_KEY_ID=" + keyID, "AWS_SECRET_ACCESS_KEY=" + keySecret,
		"AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1"}
	var e bytes.Buffer
	cmd.Stderr = &e
	answer, err := cmd.Output()
	if err != nil {
		if e.Len() == 0 {
			t.Fatalf("aws %v: %v", args, err)
		}
		return e.String()
	}
	if len(bytes.TrimSpace(answer)) > 0 && out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			t.Fatalf("aws %v: %v in %s", args, err, answer)
		}
	}
	return ""
}

// network asks EC2, with the CLI, for the default VPC and its subnets.
func network(t *testing.T, url string) (vpc string, subnets []string) {
	t.Helper()
	var vpcs struct {
		Vpcs []struct{ VpcId, CidrBlock, State string }
	}
	var nets struct {
		Subnets []struct{ SubnetId, AvailabilityZone string }
	}
	if e := cli(t, url, &vpcs, "ec2", "describe-vpcs", "--filters", "Name=is-default,Values=true"); e != "" || len(vpcs.Vpcs) != 1 {
		t.Fatalf("%s %+v", e, vpcs)
	}
	if e := cli(t, url, &nets, "ec2", "describe-subnets", "--filters", "Name=vpc-id,Values="+vpcs.Vpcs[0].VpcId); e != "" || len(nets.Subnets) != 2 {
		t.Fatalf("%s %+v", e, nets)
	}
	if a, b := nets.Subnets[0].AvailabilityZone, nets.Subnets[1].AvailabilityZone; a == b || !strings.HasPrefix(a, region) || vpcs.Vpcs[0].State != "available" {
		t.Errorf("got %+v %+v", vpcs, nets)
	}
	return vpcs.Vpcs[0].VpcId, []string{nets.Subnets[0].SubnetId, nets.Subnets[1].SubnetId}
}

func testCLI(t *testing.T, url, vpc string, subnets []string) {
	t.Helper()
	run := func(out any, args ...string) {
		t.Helper()
		if e := cli(t, url, out, args...); e != "" {
			t.Fatalf("aws %v: %s", args, e)
		}
	}
	var who struct{ Account, Arn string }
	run(&who, "sts", "get-caller-identity")
	if who.Account != "000000000000" || !strings.HasSuffix(who.Arn, ":user/"+keyID) {
		t.Errorf("got %+v", who)
	}
	var zones struct {
		AvailabilityZones []struct{ ZoneName, State string }
	}
	run(&zones, "ec2", "describe-availability-zones", "--filters", "Name=state,Values=available")
	if len(zones.AvailabilityZones) != 3 || zones.AvailabilityZones[0].State != "available" {
		t.Errorf("got %+v", zones)
	}
	var d struct{ DirectoryId string }
	run(&d, "ds", "create-microsoft-ad", "--name", "cli.example.com", "--password", password, "--edition", "Standard",
		"--vpc-settings", "VpcId="+vpc+",SubnetIds="+strings.Join(subnets, ","))
	eventually(t, func() bool {
		var ds struct {
			DirectoryDescriptions []struct {
				Stage      string
				LaunchTime string // the CLI understood the number
			}
		}
		run(&ds, "ds", "describe-directories", "--directory-ids", d.DirectoryId)
		return ds.DirectoryDescriptions[0].Stage == "Active" && strings.HasPrefix(ds.DirectoryDescriptions[0].LaunchTime, "20")
	})
	var dcs struct {
		DomainControllers []struct{ DomainControllerId, Status string }
	}
	run(&dcs, "ds", "describe-domain-controllers", "--directory-id", d.DirectoryId)
	if len(dcs.DomainControllers) != 2 || dcs.DomainControllers[0].Status != "Active" {
		t.Errorf("got %+v", dcs)
	}
	cliForwarders(t, url, d.DirectoryId)
	cliTrust(t, url, d.DirectoryId)
	run(nil, "ds", "reset-user-password", "--directory-id", d.DirectoryId, "--user-name", "Admin", "--new-password", password+"2")
	var limits struct {
		DirectoryLimits struct{ CloudOnlyMicrosoftADCurrentCount int }
	}
	run(&limits, "ds", "get-directory-limits")
	if limits.DirectoryLimits.CloudOnlyMicrosoftADCurrentCount < 1 {
		t.Errorf("got %+v", limits)
	}
	run(nil, "ds", "delete-directory", "--directory-id", d.DirectoryId)
}

func cliForwarders(t *testing.T, url, id string) {
	t.Helper()
	const domain = "self.example.net"
	if e := cli(t, url, nil, "ds", "create-conditional-forwarder", "--directory-id", id, "--remote-domain-name", domain+".", "--dns-ip-addrs", "203.0.113.5", "203.0.113.6"); e != "" {
		t.Fatal(e)
	}
	if e := cli(t, url, nil, "ds", "update-conditional-forwarder", "--directory-id", id, "--remote-domain-name", domain, "--dns-ip-addrs", "203.0.113.7"); e != "" {
		t.Fatal(e)
	}
	var f struct {
		ConditionalForwarders []struct {
			RemoteDomainName string
			Addresses        []string `json:"DnsIpAddrs"`
		}
	}
	if e := cli(t, url, &f, "ds", "describe-conditional-forwarders", "--directory-id", id); e != "" || len(f.ConditionalForwarders) != 1 ||
		f.ConditionalForwarders[0].RemoteDomainName != domain || len(f.ConditionalForwarders[0].Addresses) != 1 {
		t.Fatalf("%s %+v", e, f)
	}
}

func cliTrust(t *testing.T, url, id string) {
	t.Helper()
	args := []string{"ds", "create-trust", "--directory-id", id, "--remote-domain-name", "self.example.net", "--trust-password", trustPassword, "--trust-direction"}
	if e := cli(t, url, nil, append(args, "Both Ways")...); !strings.Contains(e, "(ValidationException)") || !strings.Contains(e, "[One-Way: Outgoing, One-Way: Incoming, Two-Way]") {
		t.Errorf("got %s", e)
	}
	var tr struct{ TrustId string }
	if e := cli(t, url, &tr, append(args, "One-Way: Incoming")...); e != "" {
		t.Fatal(e)
	}
	eventually(t, func() bool {
		var list struct {
			Trusts []struct{ TrustState, TrustType, SelectiveAuth string }
		}
		if e := cli(t, url, &list, "ds", "describe-trusts", "--trust-ids", tr.TrustId); e != "" || len(list.Trusts) != 1 {
			t.Fatalf("%s %+v", e, list)
		}
		return list.Trusts[0].TrustState == "Created" && list.Trusts[0].TrustType == "Forest" && list.Trusts[0].SelectiveAuth == "Disabled"
	})
	if e := cli(t, url, nil, "ds", "verify-trust", "--trust-id", tr.TrustId); !strings.Contains(e, "(UnsupportedOperationException)") {
		t.Errorf("verifying an incoming trust: %s", e)
	}
	if e := cli(t, url, nil, "ds", "delete-trust", "--trust-id", tr.TrustId); e != "" {
		t.Error(e)
	}
}
