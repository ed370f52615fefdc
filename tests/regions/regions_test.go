// Package regions tells the story of one directory in three Regions, against
// the real thing: six domain controllers, a stock forest, stock kinit and kvno.
package regions

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

const (
	managedName = "corp.regions.test"
	partnerName = "onprem.regions.example"
	trustWord   = "Trust-Password-42"
)

// TestThreeRegions is one story: a directory spreads to three Regions, a trust
// made in the primary one holds on all six domain controllers and without the
// one that made it, what is global is changed in one place only, and a Region
// that is removed leaves no trace.
func TestThreeRegions(t *testing.T) {
	w := newWorld(t)
	regions := []string{harness.Region, "eu-west-1", "ap-southeast-2"}
	for _, region := range regions[1:] {
		w.addRegion(t, region)
	}
	w.crash(t)
	id := w.trust(t)
	for _, region := range regions[1:] {
		w.waitRegion(t, region)
		w.s.OpenRegion(t, region, w.id)
	}
	var all []controller
	for _, region := range regions {
		all = append(all, w.controllers(t, region)...)
	}
	if len(all) != 6 {
		t.Fatalf("%d domain controllers, want six: %v", len(all), all)
	}
	w.verifiedFrom(t, id, all)
	t.Run("each Region answers for itself", func(t *testing.T) { w.views(t, regions, id) })
	t.Run("replication", func(t *testing.T) { w.replicates(t, all) })
	t.Run("tickets by every DC", func(t *testing.T) { w.tickets(t, all, id) })
	t.Run("writes in an additional Region", func(t *testing.T) { w.refusals(t, regions[1], id) })
	t.Run("the first DC is killed", func(t *testing.T) { w.firstKilled(t, all, id) })
	t.Run("two, three, two", func(t *testing.T) { w.scale(t, regions[1], id, all) })
	t.Run("a Region is removed", func(t *testing.T) { w.remove(t, regions[2], id) })
}

// world is a directory in its primary Region and a stock forest.
type world struct {
	s       *harness.Server
	ds      *directoryservice.Client
	id      string
	partner *forest.Forest
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{s: harness.Start(t, harness.Config{Flags: []string{"--vpc-pool", "10.176.0.0/12"}})}
	w.ds = w.s.DS(t)
	n, err := w.s.DefaultNetwork(t.Context())
	check(t, err)
	out, err := w.ds.CreateMicrosoftAD(t.Context(), &directoryservice.CreateMicrosoftADInput{
		Name: aws.String(managedName), Password: aws.String(harness.AdminPassword), Edition: types.DirectoryEditionEnterprise,
		VpcSettings: &types.DirectoryVpcSettings{VpcId: &n.VPC, SubnetIds: n.Subnets},
	})
	check(t, err)
	w.id = aws.ToString(out.DirectoryId)
	described, err := w.ds.DescribeDirectories(t.Context(), &directoryservice.DescribeDirectoriesInput{})
	check(t, err)
	w.partner = forest.Up(t, forest.Config{
		Name: "rgonprem", Realm: partnerName, Address: netip.MustParsePrefix("192.0.2.34/28"),
		DNSForwarders: addresses(t, described.DirectoryDescriptions[0].DnsIpAddrs),
	})
	w.s.WaitDirectory(t, w.id, types.DirectoryStageActive)
	return w
}

func (w *world) addRegion(t *testing.T, region string) {
	t.Helper()
	n, err := w.s.NetworkIn(t.Context(), region)
	check(t, err)
	_, err = w.ds.AddRegion(t.Context(), &directoryservice.AddRegionInput{
		DirectoryId: &w.id, RegionName: &region,
		VPCSettings: &types.DirectoryVpcSettings{VpcId: &n.VPC, SubnetIds: n.Subnets},
	})
	check(t, err)
}

// crash ends the server without a word while domain controllers are on their
// way, and starts it again.
func (w *world) crash(t *testing.T) {
	t.Helper()
	until(t, "the containers of new domain controllers", func() (bool, string) {
		n := len(w.s.Containers(t))
		return n > 2, fmt.Sprint(n)
	})
	check(t, w.s.Kill())
	check(t, w.s.Run(over(t)))
}

// region describes one Region of the directory; ok is false when it is none.
func (w *world) region(t *testing.T, name string) (d types.RegionDescription, ok bool) {
	t.Helper()
	out, err := w.ds.DescribeRegions(over(t), &directoryservice.DescribeRegionsInput{DirectoryId: &w.id, RegionName: &name})
	check(t, err)
	if len(out.RegionsDescription) == 0 {
		return d, false
	}
	return out.RegionsDescription[0], true
}

func (w *world) waitRegion(t *testing.T, name string) {
	t.Helper()
	until(t, "Region "+name+" to be Active", func() (bool, string) {
		d, _ := w.region(t, name)
		if d.Status == types.DirectoryStageFailed {
			t.Fatalf("Region %s failed", name)
		}
		return d.Status == types.DirectoryStageActive, string(d.Status) + w.talk(t, name)
	})
}

// talk is what the domain controllers of a Region have to say.
func (w *world) talk(t *testing.T, region string) string {
	var b strings.Builder
	for _, dc := range w.controllers(t, region) {
		fmt.Fprintf(&b, "; %s %s %s", dc.id, dc.status, dc.reason)
	}
	return b.String()
}

// controller is one domain controller of the directory.
type controller struct {
	region, id, address, reason string
	status                      types.DomainControllerStatus
}

func (w *world) controllers(t *testing.T, region string) []controller {
	t.Helper()
	out, err := w.ds.DescribeDomainControllers(over(t), &directoryservice.DescribeDomainControllersInput{DirectoryId: &w.id}, harness.In(region))
	check(t, err)
	var list []controller
	for _, dc := range out.DomainControllers {
		list = append(list, controller{
			region: region, id: aws.ToString(dc.DomainControllerId), address: aws.ToString(dc.DnsIpAddr),
			reason: aws.ToString(dc.StatusReason), status: dc.Status,
		})
	}
	return list
}

// trust makes both sides of a two-way forest trust.
func (w *world) trust(t *testing.T) string {
	t.Helper()
	err := w.partner.CreateLocalTrust(t.Context(), forest.LocalTrust{
		Domain: managedName, Type: "forest", Direction: "both", Password: secret.New(trustWord),
		User: "Admin", UserPassword: secret.New(harness.AdminPassword),
	})
	check(t, err)
	out, err := w.ds.CreateTrust(t.Context(), &directoryservice.CreateTrustInput{
		DirectoryId: &w.id, RemoteDomainName: aws.String(partnerName), TrustPassword: aws.String(trustWord),
		TrustDirection: types.TrustDirectionTwoWay, ConditionalForwarderIpAddrs: []string{w.partner.Address.Addr().String()},
	})
	check(t, err)
	w.s.WaitTrust(t, aws.ToString(out.TrustId), types.TrustStateVerified)
	return aws.ToString(out.TrustId)
}

// views compares what the Regions answer.
func (w *world) views(t *testing.T, regions []string, id string) {
	seen := map[string]bool{}
	for _, region := range regions {
		out, err := w.ds.DescribeDirectories(t.Context(), &directoryservice.DescribeDirectoriesInput{}, harness.In(region))
		check(t, err)
		d := out.DirectoryDescriptions[0]
		if d.Stage != types.DirectoryStageActive || !slices.Equal(d.RegionsInfo.AdditionalRegions, regions[1:]) || len(d.DnsIpAddrs) != 2 {
			t.Errorf("%s: %+v", region, d)
		}
		for _, own := range append(d.DnsIpAddrs, aws.ToString(d.VpcSettings.SecurityGroupId), aws.ToString(d.VpcSettings.VpcId)) {
			if own == "" || seen[own] {
				t.Errorf("%s: %q is another Region's too, or missing", region, own)
			}
			seen[own] = true
		}
		trusts, err := w.ds.DescribeTrusts(t.Context(), &directoryservice.DescribeTrustsInput{TrustIds: []string{id}}, harness.In(region))
		if err != nil || trusts.Trusts[0].TrustState != types.TrustStateVerified {
			t.Errorf("%s: the trust is %+v, %v", region, trusts, err)
		}
	}
}

// firstKilled kills the domain controller that made the trust, PDC emulator
// and hub, again and again, so that it stays dead, and asks the others.
func (w *world) firstKilled(t *testing.T, all []controller, id string) {
	first := w.first(t)
	others := slices.DeleteFunc(slices.Clone(all), func(c controller) bool { return c.id == first })
	stop := w.keepDead(t, first)
	until(t, "the primary Region to be Impaired", func() (bool, string) {
		d, _ := w.region(t, harness.Region)
		return d.Status == types.DirectoryStageImpaired, string(d.Status)
	})
	w.tickets(t, others, id)
	w.s.WaitTrust(t, id, types.TrustStateVerified)
	check(t, w.s.Kill()) // without the control plane too
	w.tickets(t, others[:1], "")
	check(t, w.s.Run(over(t)))
	w.tickets(t, others[len(others)-1:], id)
	stop()
	until(t, "the primary Region to be Active", func() (bool, string) {
		d, _ := w.region(t, harness.Region)
		return d.Status == types.DirectoryStageActive, string(d.Status) + w.talk(t, harness.Region)
	})
	w.verifiedFrom(t, id, all)
}

// first is the domain controller that was provisioned: its address is the
// first one of the directory.
func (w *world) first(t *testing.T) string {
	t.Helper()
	out, err := w.ds.DescribeDirectories(t.Context(), &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{w.id}})
	check(t, err)
	for _, dc := range w.controllers(t, harness.Region) {
		if dc.address == out.DirectoryDescriptions[0].DnsIpAddrs[0] {
			return dc.id
		}
	}
	t.Fatal("no first domain controller")
	return ""
}

// keepDead kills a container whenever it is there, until stop is called.
func (w *world) keepDead(t *testing.T, dc string) (stop func()) {
	t.Helper()
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			for _, c := range w.s.Containers(t) {
				if c.DC == dc {
					_ = syscall.Kill(c.PID, syscall.SIGKILL)
				}
			}
			select {
			case <-done:
				return
			default:
				sleep()
			}
		}
	}()
	return func() { close(done); <-ended }
}

// scale goes from two domain controllers to three and back.
func (w *world) scale(t *testing.T, region, id string, all []controller) {
	set := func(n int32) error {
		_, err := w.ds.UpdateNumberOfDomainControllers(t.Context(), &directoryservice.UpdateNumberOfDomainControllersInput{
			DirectoryId: &w.id, DesiredNumber: &n}, harness.In(region))
		return err
	}
	w.forgetReferences(t, w.controllers(t, region)[0])
	check(t, set(3))
	now := w.controllers(t, region)
	i := slices.IndexFunc(now, func(c controller) bool {
		return !slices.ContainsFunc(all, func(o controller) bool { return o.id == c.id })
	})
	if len(now) != 3 || now[i].status != types.DomainControllerStatusCreating {
		t.Fatalf("%+v", now)
	}
	added := now[i]
	if err := set(2); err == nil || !strings.Contains(err.Error(), "An update is already in progress for directory "+w.id) {
		t.Errorf("a second update meanwhile: %v", err)
	}
	check(t, w.s.Kill()) // in the middle
	check(t, w.s.Run(over(t)))
	until(t, "the third domain controller to be Active", func() (bool, string) {
		c := w.controllers(t, region)
		return len(c) == 3 && !slices.ContainsFunc(c, func(c controller) bool { return c.status != types.DomainControllerStatusActive }), fmt.Sprint(c)
	})
	w.verifiedFrom(t, id, append(slices.Clone(all), added))
	w.tickets(t, []controller{added}, id)
	host := w.hostOf(t, added)
	check(t, set(2))
	if c := w.controllers(t, region); len(c) != 3 || c[slices.IndexFunc(c, func(c controller) bool { return c.id == added.id })].status != types.DomainControllerStatusDeleting {
		t.Errorf("%+v", c)
	}
	until(t, "the third domain controller to be gone", func() (bool, string) {
		c := w.controllers(t, region)
		return len(c) == 2, fmt.Sprint(c)
	})
	w.noTrace(t, []string{host}, []controller{added}, "")
	w.verifiedFrom(t, id, all)
}
