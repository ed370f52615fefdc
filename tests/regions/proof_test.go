package regions

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
	"github.com/aws/smithy-go"

	"github.com/entente-ad/entente/client"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

// refusals: what is global is changed in the primary Region, and each call
// says so in the error that AWS has for it.
func (w *world) refusals(t *testing.T, region, id string) {
	in := harness.In(region)
	n, err := w.s.NetworkIn(t.Context(), "eu-west-3")
	check(t, err)
	for _, c := range []struct {
		call string
		err  error
		code string
	}{
		{"CreateTrust", second(w.ds.CreateTrust(t.Context(), &directoryservice.CreateTrustInput{
			DirectoryId: &w.id, RemoteDomainName: aws.String("other.example.net"), TrustPassword: aws.String(trustWord), TrustDirection: types.TrustDirectionTwoWay}, in)),
			"UnsupportedOperationException"},
		{"VerifyTrust", second(w.ds.VerifyTrust(t.Context(), &directoryservice.VerifyTrustInput{TrustId: &id}, in)), "UnsupportedOperationException"},
		{"DeleteTrust", second(w.ds.DeleteTrust(t.Context(), &directoryservice.DeleteTrustInput{TrustId: &id}, in)), "UnsupportedOperationException"},
		{"UpdateTrust", second(w.ds.UpdateTrust(t.Context(), &directoryservice.UpdateTrustInput{TrustId: &id, SelectiveAuth: types.SelectiveAuthEnabled}, in)), "ClientException"},
		{"AddRegion", second(w.ds.AddRegion(t.Context(), &directoryservice.AddRegionInput{
			DirectoryId: &w.id, RegionName: aws.String("eu-west-3"), VPCSettings: &types.DirectoryVpcSettings{VpcId: &n.VPC, SubnetIds: n.Subnets}}, in)),
			"UnsupportedOperationException"},
		{"DeleteDirectory", second(w.ds.DeleteDirectory(t.Context(), &directoryservice.DeleteDirectoryInput{DirectoryId: &w.id}, in)), "ClientException"},
		{"DeleteDirectory in the primary Region", second(w.ds.DeleteDirectory(t.Context(), &directoryservice.DeleteDirectoryInput{DirectoryId: &w.id})), "ClientException"},
		{"RemoveRegion in the primary Region", second(w.ds.RemoveRegion(t.Context(), &directoryservice.RemoveRegionInput{DirectoryId: &w.id})), "UnsupportedOperationException"},
		{"AddRegion again", second(w.ds.AddRegion(t.Context(), &directoryservice.AddRegionInput{
			DirectoryId: &w.id, RegionName: &region, VPCSettings: &types.DirectoryVpcSettings{VpcId: &n.VPC, SubnetIds: n.Subnets}})),
			"DirectoryAlreadyInRegionException"},
	} {
		var api smithy.APIError
		if !errors.As(c.err, &api) || api.ErrorCode() != c.code {
			t.Errorf("%s: %v, want %s", c.call, c.err, c.code)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// verifiedFrom waits until the trust is Verified by exactly these domain
// controllers.
func (w *world) verifiedFrom(t *testing.T, id string, dcs []controller) {
	t.Helper()
	cfg, err := w.s.Config(over(t))
	check(t, err)
	c := client.New(client.Config{Endpoint: w.s.Endpoint, Region: harness.Region, Credentials: cfg.Credentials})
	var want []string
	for _, dc := range dcs {
		want = append(want, dc.id)
	}
	slices.Sort(want)
	until(t, "the trust to be verified by all domain controllers", func() (bool, string) {
		var out struct {
			TrustState, TrustStateReason string
			Verdicts                     []struct {
				DomainControllerId, Error string
				Verified                  bool
			}
		}
		check(t, c.Call(over(t), "ExplainTrust", map[string]string{"TrustId": id}, &out))
		var by, all []string
		for _, v := range out.Verdicts {
			if v.Verified {
				by = append(by, v.DomainControllerId)
			}
			all = append(all, fmt.Sprintf("%+v", v))
		}
		slices.Sort(by)
		return out.TrustState == string(types.TrustStateVerified) && slices.Equal(by, want), out.TrustState + " " + out.TrustStateReason + strings.Join(all, "; ")
	})
}

// tickets asks each of these domain controllers for tickets across the trust,
// both ways; with an id, the trust must be Verified too.
func (w *world) tickets(t *testing.T, dcs []controller, id string) {
	t.Helper()
	partner := w.partner.Address.Addr()
	for _, dc := range dcs {
		here := netip.MustParseAddr(dc.address)
		c := forest.NewClient(t, "", map[string][]netip.Addr{managedName: {here}, partnerName: {partner}})
		check(t, c.Kinit(t.Context(), "Admin@"+managedName, secret.New(harness.AdminPassword)))
		if err := c.Kvno(t.Context(), "cifs/"+w.partner.Host()); err != nil {
			t.Errorf("Admin gets no ticket to the partner by %s in %s: %v", dc.id, dc.region, err)
		}
		check(t, c.Kinit(t.Context(), "Administrator@"+partnerName, w.partner.AdminPassword))
		if err := c.Kvno(t.Context(), "krbtgt/"+strings.ToUpper(managedName)); err != nil {
			t.Errorf("the partner's Administrator gets no ticket to us: %v", err)
		}
		if err := c.Kvno(t.Context(), "cifs/"+w.hostOf(t, dc)+"."+managedName); err != nil {
			t.Errorf("the partner's Administrator gets no ticket to %s in %s: %v", dc.id, dc.region, err)
		}
	}
	if id != "" {
		w.s.WaitTrust(t, id, types.TrustStateVerified)
	}
}

// hostOf reads the host name of a domain controller from its configuration.
func (w *world) hostOf(t *testing.T, dc controller) string {
	t.Helper()
	hosts, err := os.ReadFile(filepath.Join(w.s.DataDir, "dcs", dc.id, "hosts"))
	check(t, err)
	fields := strings.Fields(string(hosts))
	return fields[len(fields)-1]
}

// inDC runs a command in the container of a domain controller.
func (w *world) inDC(t *testing.T, dc controller, argv ...string) (string, error) {
	t.Helper()
	return w.s.InContainer(t, dc.id, argv...)
}

// replicates: what is written on one domain controller of each Region is seen
// on every one, without anybody's help.
func (w *world) replicates(t *testing.T, all []controller) {
	var users []string
	for _, from := range []controller{all[1], all[3], all[5]} {
		user := "u" + strings.TrimPrefix(from.id, "dc-")
		if out, err := w.inDC(t, from, "samba-tool", "user", "create", user, "--random-password"); err != nil {
			t.Fatalf("on %s: %v: %s", from.id, err, out)
		}
		users = append(users, user)
	}
	for _, at := range all {
		until(t, "the new users on "+at.id, func() (bool, string) {
			out, err := w.inDC(t, at, "ldbsearch", "-H", "/var/lib/samba/private/sam.ldb", "(sAMAccountName=u*)", "sAMAccountName")
			missing := slices.ContainsFunc(users, func(u string) bool { return !strings.Contains(out, "sAMAccountName: "+u+"\n") })
			return err == nil && !missing, out
		})
	}
}

// remove removes a Region, and looks for traces.
func (w *world) remove(t *testing.T, region, id string) {
	gone := w.controllers(t, region)
	var hosts []string
	for _, dc := range gone {
		hosts = append(hosts, w.hostOf(t, dc))
	}
	_, err := w.ds.RemoveRegion(t.Context(), &directoryservice.RemoveRegionInput{DirectoryId: &w.id}, harness.In(region))
	check(t, err)
	if d, _ := w.region(t, region); d.Status != types.DirectoryStageDeleting {
		t.Errorf("the Region is %s", d.Status)
	}
	check(t, w.s.Kill()) // in the middle
	check(t, w.s.Run(over(t)))
	until(t, "the Region to be gone", func() (bool, string) {
		d, there := w.region(t, region)
		return !there, string(d.Status)
	})
	_, err = w.ds.DescribeRegions(t.Context(), &directoryservice.DescribeRegionsInput{DirectoryId: &w.id}, harness.In(region))
	var none *types.DirectoryDoesNotExistException
	if !errors.As(err, &none) {
		t.Errorf("in the Region that is gone: %v", err)
	}
	w.noTrace(t, hosts, gone, region)
	w.s.WaitTrust(t, id, types.TrustStateVerified)
}

// noTrace looks in every domain controller that is left for whatever points at
// those that are gone, and on the host for what was theirs.
func (w *world) noTrace(t *testing.T, hosts []string, gone []controller, site string) {
	t.Helper()
	var left []controller
	for _, region := range []string{harness.Region, "eu-west-1", "ap-southeast-2"} {
		if region != site {
			left = append(left, w.controllers(t, region)...)
		}
	}
	for _, dc := range left {
		for i, host := range hosts {
			out, err := w.inDC(t, dc, "ldbsearch", "-H", "/var/lib/samba/private/sam.ldb", "--cross-ncs",
				"(|(cn="+host+")(sAMAccountName="+host+"$)(fromServer=*"+host+"*)(serverReference=*"+host+"*))", "dn")
			if err != nil || strings.Contains(strings.ToLower(out), "cn="+strings.ToLower(host)) {
				t.Errorf("%s still knows %s: %v %s", dc.id, host, err, out)
			}
			for _, zone := range []string{managedName, "_msdcs." + managedName} {
				out, err := w.inDC(t, dc, "samba-tool", "dns", "query", "127.0.0.1", zone, "@", "ALL", "-P")
				if err != nil || strings.Contains(strings.ToLower(out), strings.ToLower(host)) || strings.Contains(out, gone[i].address+" ") {
					t.Errorf("%s: DNS zone %s still names %s: %v %s", dc.id, zone, host, err, out)
				}
			}
		}
		if out, err := w.inDC(t, dc, "samba-tool", "drs", "showrepl", "--summary"); err != nil || !strings.Contains(out, "ALL GOOD") {
			t.Errorf("replication of %s: %v %s", dc.id, err, out)
		}
	}
	out, err := w.inDC(t, left[0], "samba-tool", "dbcheck", "--cross-ncs")
	for line := range strings.Lines(out) {
		// RMD_FLAGS=1 marks a link that was removed; it is kept for a while, as deleted objects are.
		if strings.Contains(line, "target DN is deleted") && !strings.Contains(line, "RMD_FLAGS=1") || strings.HasPrefix(line, "ERROR") {
			t.Errorf("dbcheck: %v %s", err, line)
		}
	}
	if out, err := w.inDC(t, left[0], "samba-tool", "sites", "list"); err != nil || site != "" && strings.Contains(out, site) {
		t.Errorf("sites: %v %s", err, out)
	}
	for _, dc := range gone {
		if _, err := os.Stat(filepath.Join(w.s.DataDir, "dcs", dc.id)); !os.IsNotExist(err) {
			t.Errorf("the folder of %s is still there: %v", dc.id, err)
		}
		spaces, _ := filepath.Glob("/run/netns/*" + dc.id)
		if len(spaces) > 0 || slices.ContainsFunc(w.s.Containers(t), func(c harness.Container) bool { return c.DC == dc.id }) {
			t.Errorf("something of %s is still there: %v", dc.id, spaces)
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func addresses(t *testing.T, list []string) []netip.Addr {
	t.Helper()
	var out []netip.Addr
	for _, s := range list {
		a, err := netip.ParseAddr(s)
		check(t, err)
		out = append(out, a)
	}
	return out
}

// patience is a limit against hanging: six domain controllers start at a time.
const patience = 2 * harness.Patience

// until looks until it is so.
func until(t *testing.T, what string, look func() (bool, string)) {
	t.Helper()
	for end := time.Now().Add(patience); ; sleep() {
		ok, state := look()
		if ok {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waited %v for %s; it is %s", patience, what, state)
		}
	}
}

func sleep() { time.Sleep(200 * time.Millisecond) }

// over is a context for what must go on when a test's own is over.
func over(t *testing.T) context.Context { return context.WithoutCancel(t.Context()) }
