package terraform

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
	"github.com/google/go-cmp/cmp"

	"github.com/entente-ad/entente/tests/harness"
)

// elsewhere is the additional Region.
const elsewhere = "eu-west-1"

// network is what aws_vpc and two aws_subnet make.
type network struct {
	region, vpc string
	subnets     []string
}

func (p provider) aws(args ...string) string {
	p.Helper()
	out, err := p.s.AWS(p.Context(), append(args, "--output", "text")...)
	p.must(err)
	return strings.TrimSpace(out)
}

func makeNetwork(p provider, region, cidr string) network {
	p.Helper()
	n := network{region: region, vpc: p.aws("--region", region, "ec2", "create-vpc", "--cidr-block", cidr+".0.0/16", "--query", "Vpc.VpcId",
		"--tag-specifications", "ResourceType=vpc,Tags=[{Key=Name,Value=terraform}]")}
	for i, zone := range []string{"a", "b"} {
		n.subnets = append(n.subnets, p.aws("--region", region, "ec2", "create-subnet", "--vpc-id", n.vpc, "--availability-zone", region+zone,
			"--cidr-block", cidr+[]string{".1.0/24", ".2.0/24"}[i], "--query", "Subnet.SubnetId"))
	}
	return n
}

func (n network) destroy(p provider) {
	p.Helper()
	for _, subnet := range n.subnets {
		p.aws("--region", n.region, "ec2", "delete-subnet", "--subnet-id", subnet)
	}
	p.aws("--region", n.region, "ec2", "delete-vpc", "--vpc-id", n.vpc)
	if _, err := p.s.AWS(p.Context(), "--region", n.region, "ec2", "describe-vpcs", "--vpc-ids", n.vpc); err == nil || !strings.Contains(err.Error(), "InvalidVpcID.NotFound") {
		p.Errorf("%s after its deletion: %v", n.vpc, err)
	}
}

// TestTerraformAppliesAndDestroys is the provider's acceptance scenarios on
// two directories: each create is followed by an empty plan, each update too,
// and destroy leaves nothing.
func TestTerraformAppliesAndDestroys(t *testing.T) {
	s := harness.Shared(t)
	p := provider{t, s, s.DS(t)}
	home, away := makeNetwork(p, harness.Region, "10.66"), makeNetwork(p, elsewhere, "10.67")

	one := &directoryResource{name: "one.terraform.test", edition: "Enterprise", alias: "tf-one", description: "made by Terraform",
		vpc: home.vpc, subnets: home.subnets, tags: map[string]string{"key1": "value1"}}
	two := &directoryResource{name: "two.terraform.test", edition: "Standard", vpc: home.vpc, subnets: home.subnets, tags: map[string]string{}, count: 2}
	one.begin(p)
	two.begin(p)
	one.wait(p)
	two.wait(p)
	dns1 := planEmpty(p, "directory one", one)["dns_ip_addresses"].([]string)
	state := planEmpty(p, "directory two", two)
	dns2 := state["dns_ip_addresses"].([]string)
	for _, group := range []string{state["security_group_id"].(string), planEmpty(p, "directory one", one)["security_group_id"].(string)} {
		p.aws("ec2", "authorize-security-group-egress", "--group-id", group, "--ip-permissions", "IpProtocol=-1,IpRanges=[{CidrIp=10.66.0.0/16}]")
	}

	one.retag(p, map[string]string{"key1": "value1updated", "key2": "value2"})
	planEmpty(p, "tags updated", one)
	one.retag(p, map[string]string{"key2": "value2"})
	planEmpty(p, "a tag removed", one)

	forwarders(p, one.id)
	bidirectional(p, one, two, dns1, dns2)
	oneWay(p, one, two, dns1, dns2)
	routes(p, one.id)

	region := &regionResource{directory: one.id, region: elsewhere, vpc: away.vpc, subnets: away.subnets, tags: map[string]string{"where": "away"}, count: 2}
	region.create(p)
	planEmpty(p, "region", region)
	planEmpty(p, "directory one with a Region", one) // tags are the Region's own
	region.delete(p)

	one.delete(p)
	two.delete(p)
	home.destroy(p)
	away.destroy(p)
}

func forwarders(p provider, directory string) {
	p.Helper()
	f := &forwarderResource{directory: directory, remote: "corp.example.org", addresses: []string{"10.90.0.53", "10.90.0.54"}}
	f.create(p)
	planEmpty(p, "conditional forwarder", f)
	f.update(p, []string{"10.90.0.55"})
	planEmpty(p, "conditional forwarder updated", f)
	f.delete(p)
	if _, there := f.read(p); there {
		p.Error("the conditional forwarder is there after destroy")
	}
}

// bidirectional is the provider's test of that name, with its refresh, import
// and updates in place.
func bidirectional(p provider, one, two *directoryResource, dns1, dns2 []string) {
	p.Helper()
	first := &trustResource{directory: one.id, remote: two.name, direction: "Two-Way", password: "Some0therPassword", forwarders: dns2, deleteForwarder: true}
	second := &trustResource{directory: two.id, remote: one.name, direction: "Two-Way", password: "Some0therPassword", forwarders: dns1, deleteForwarder: true}
	first.create(p)
	if state := planEmpty(p, "the first side", first); state["trust_state"] != "VerifyFailed" || state["trust_state_reason"] == "" {
		p.Errorf("the first side alone: %v", state)
	}
	second.create(p)
	if state := planEmpty(p, "the second side", second); state["trust_state"] != "Verified" || state["trust_state_reason"] != "" {
		p.Errorf("the second side: %v", state)
	}
	healed(p, first)

	imported := importTrust(p, one.id, two.name)
	state, _ := imported.read(p)
	for key, want := range first.configured() {
		if diff := cmp.Diff(want, state[key]); diff != "" {
			p.Errorf("imported %s (-configured +state):\n%s", key, diff)
		}
	}

	first.update(p, "Enabled", dns2[:1])
	planEmpty(p, "selective authentication and forwarder updated", first)
	first.update(p, "Disabled", nil)
	planEmpty(p, "selective authentication off", first)
	destroyTrust(p, first)
	destroyTrust(p, second)
}

// oneWay is the provider's one-way pair, external, with a trailing dot in the
// name, which must come back as it was given.
func oneWay(p provider, one, two *directoryResource, dns1, dns2 []string) {
	p.Helper()
	outgoing := &trustResource{directory: one.id, remote: two.name + ".", direction: string(types.TrustDirectionOneWayOutgoing), kind: "External",
		password: "Some0therPassword", selective: "Disabled", forwarders: dns2, deleteForwarder: true}
	incoming := &trustResource{directory: two.id, remote: one.name, direction: string(types.TrustDirectionOneWayIncoming), kind: "External",
		password: "Some0therPassword", forwarders: dns1, deleteForwarder: true}
	incoming.create(p)
	if state := planEmpty(p, "the incoming side", incoming); state["trust_state"] != "Created" || state["trust_state_reason"] != "" {
		p.Errorf("the incoming side: %v", state)
	}
	outgoing.create(p)
	planEmpty(p, "the outgoing side", outgoing)
	healed(p, outgoing)
	outgoing.update(p, "Disabled", dns2[1:])
	planEmpty(p, "the outgoing side's forwarder", outgoing)
	destroyTrust(p, outgoing)
	destroyTrust(p, incoming)
}

// healed waits until a refresh shows the trust Verified, without a call.
func healed(p provider, r *trustResource) {
	p.Helper()
	for end := time.Now().Add(harness.Patience); ; time.Sleep(500 * time.Millisecond) {
		state := planEmpty(p, "refresh", r)
		if state["trust_state"] == "Verified" && state["trust_state_reason"] == "" {
			return
		}
		if time.Now().After(end) {
			p.Fatalf("the trust with %s is not Verified: %v", r.remote, state)
		}
	}
}

func destroyTrust(p provider, r *trustResource) {
	p.Helper()
	r.delete(p)
	f := forwarderResource{directory: r.directory, remote: r.remote}
	if _, there := f.read(p); there {
		p.Errorf("the conditional forwarder for %s is there after destroy", r.remote)
	}
}

func routes(p provider, directory string) {
	p.Helper()
	r := &routesResource{directory: directory, routes: map[string]string{"198.51.100.0/24": "one", "192.0.2.128/25": "two"}}
	r.create(p)
	planEmpty(p, "routes", r)
	r.delete(p)
	if state, there := r.read(p); there {
		p.Errorf("after destroy: %v", state)
	}
}
