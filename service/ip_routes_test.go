package service_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/awsranges"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/vpc"
)

// routed plays reconcile/interfaces: what is wanted is in force.
func (r *rig) routed() {
	r.t.Helper()
	for _, o := range store.IPRoutes.List(r.store) {
		if !o.Value.Delete {
			put(r, store.IPRouteStatus, o.Key, directory.IPRouteStatus{State: directory.RouteAdded, Since: now})
			continue
		}
		tx := r.store.Begin()
		store.IPRoutes.Delete(tx, o.Key, o.Revision)
		if st, ok := store.IPRouteStatus.Get(r.store, o.Key); ok {
			store.IPRouteStatus.Delete(tx, st.Key, st.Revision)
		}
		storetest.Commit(r.t, tx)
	}
}

func (r *rig) addRoutes(id directory.ID, cidrs ...string) error {
	in := &directoryservice.AddIpRoutesInput{DirectoryId: new(string(id))}
	for _, c := range cidrs {
		in.IpRoutes = append(in.IpRoutes, types.IpRoute{CidrIp: new(c)})
	}
	_, err := r.AddIpRoutes(r.t.Context(), caller, in)
	return err
}

func (r *rig) removeRoutes(id directory.ID, cidrs ...string) error {
	_, err := r.RemoveIpRoutes(r.t.Context(), caller, &directoryservice.RemoveIpRoutesInput{DirectoryId: new(string(id)), CidrIps: cidrs})
	return err
}

// routes lists "203.0.113.0/24 Added".
func (r *rig) routes(id directory.ID) string {
	r.t.Helper()
	out := must(r.ListIpRoutes(r.t.Context(), caller, &directoryservice.ListIpRoutesInput{DirectoryId: new(string(id))}))(r.t)
	var list []string
	for _, i := range out.IpRoutesInfo {
		list = append(list, *i.CidrIp+" "+string(i.IpRouteStatusMsg))
	}
	return strings.Join(list, ", ")
}

func TestIPRoutesComeAndGo(t *testing.T) {
	r := newRig(t)
	id := r.active("corp.example.com")
	if got := r.routes(id); got != "" {
		t.Errorf("routes at first: %s", got)
	}
	if err := r.addRoutes(id, "203.0.113.77/24", "10.0.0.0/8"); err != nil { // host bits go
		t.Fatal(err)
	}
	if got := r.routes(id); got != "10.0.0.0/8 Adding, 203.0.113.0/24 Adding" {
		t.Errorf("after adding: %s", got)
	}
	const busy = "An update is already in progress for directory "
	if err := r.addRoutes(id, "198.51.100.0/24"); !errs.Is(err, errs.Refused) || !strings.Contains(err.Error(), busy) {
		t.Errorf("a second change: %v", err)
	}
	if err := r.removeRoutes(id, "10.0.0.0/8"); !errs.Is(err, errs.Refused) || !strings.Contains(err.Error(), busy) {
		t.Errorf("a second change: %v", err)
	}
	r.routed()
	if err := r.addRoutes(id, "203.0.113.0/24"); !errs.Is(err, errs.Exists) {
		t.Errorf("again: %v", err)
	}
	if err := r.addRoutes(id, "203.0.113.0/25"); err != nil { // overlapping is no duplicate
		t.Error(err)
	}
	r.routed()
	if err := r.removeRoutes(id, "198.51.100.0/24"); !errs.Is(err, errs.NotFound) {
		t.Errorf("removing what is not there: %v", err)
	}
	if err := r.removeRoutes(id, "203.0.113.0/24", "203.0.113.1/24", "10.0.0.0/8"); err != nil {
		t.Fatal(err)
	}
	if got := r.routes(id); got != "10.0.0.0/8 Removing, 203.0.113.0/24 Removing, 203.0.113.0/25 Added" {
		t.Errorf("after removing: %s", got)
	}
	r.routed()
	if got := r.routes(id); got != "203.0.113.0/25 Added" {
		t.Errorf("in the end: %s", got)
	}
	failed := directory.IPRouteKey(id, caller.Region, netip.MustParsePrefix("203.0.113.0/25"))
	put(r, store.IPRouteStatus, failed, directory.IPRouteStatus{State: directory.RouteAddFailed, Reason: "Because.", Since: now})
	if err := r.removeRoutes(id, "203.0.113.0/25"); err != nil {
		t.Errorf("one that could not be added is not removed: %v", err)
	}
}

func TestIPRoutesThatAreRefused(t *testing.T) {
	own, err := awsranges.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *service.Config) { c.AWSRanges = own })
	id := r.active("corp.example.com")
	v4 := func(c string) types.IpRoute { return types.IpRoute{CidrIp: new(c)} }
	v6 := func(c string) types.IpRoute { return types.IpRoute{CidrIpv6: new(c)} }
	for name, c := range map[string]struct {
		routes []types.IpRoute
		kind   errs.Kind
		text   string
	}{
		"none":                     {nil, errs.Invalid, "empty"},
		"neither":                  {[]types.IpRoute{{}}, errs.Invalid, "CidrIp"},
		"both":                     {[]types.IpRoute{{CidrIp: new("10.0.0.0/8"), CidrIpv6: new("2001:db8::/32")}}, errs.Invalid, "not both"},
		"everything":               {[]types.IpRoute{v4("0.0.0.0/0")}, errs.Invalid, "everything"},
		"leading zeros":            {[]types.IpRoute{v4("010.0.0.0/8")}, errs.Invalid, "Invalid CIDR"},
		"no length":                {[]types.IpRoute{v4("10.0.0.0")}, errs.Invalid, "Invalid CIDR"},
		"IPv6 as CidrIp":           {[]types.IpRoute{v4("2001:db8::/32")}, errs.Invalid, "Invalid CIDR"},
		"IPv4 as CidrIpv6":         {[]types.IpRoute{v6("10.0.0.0/8")}, errs.Invalid, "Invalid CIDR"},
		"IPv4 written as IPv6":     {[]types.IpRoute{v6("::ffff:10.0.0.0/104")}, errs.Invalid, "written as IPv6"},
		"everything of IPv6":       {[]types.IpRoute{v6("::/0")}, errs.Invalid, "everything"},
		"loopback":                 {[]types.IpRoute{v4("127.0.0.1/32")}, errs.Invalid, "127.0.0.0/8"},
		"multicast":                {[]types.IpRoute{v4("239.1.1.1/32")}, errs.Invalid, "224.0.0.0/3"},
		"AWS's own":                {[]types.IpRoute{v4("52.94.76.0/24")}, errs.Invalid, "AWS publishes"},
		"around AWS's own":         {[]types.IpRoute{v4("52.0.0.0/8")}, errs.Invalid, "AWS publishes"},
		"twice in one request":     {[]types.IpRoute{v4("203.0.113.0/24"), v4("203.0.113.9/24")}, errs.Invalid, "more than once"},
		"IPv6 for an IPv4 one":     {[]types.IpRoute{v6("2001:db8::/32")}, errs.Refused, "Invalid Directory network configuration for the requested CIDR IPs"},
		"a good one and a bad one": {[]types.IpRoute{v4("203.0.113.0/24"), v4("127.0.0.0/8")}, errs.Invalid, "127.0.0.0/8"},
		"more than there can be":   {make([]types.IpRoute, 101), errs.RouteLimit, "100"},
	} {
		_, err := r.AddIpRoutes(t.Context(), caller, &directoryservice.AddIpRoutesInput{DirectoryId: new(string(id)), IpRoutes: c.routes})
		if !errs.Is(err, c.kind) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := r.removeRoutes(id); !errs.Is(err, errs.Invalid) {
		t.Errorf("removing nothing: %v", err)
	}
	if err := r.addRoutes("d-ffffffffff", "203.0.113.0/24"); !errs.Is(err, errs.NotFound) {
		t.Errorf("no directory: %v", err)
	}
	if err := r.addRoutes(r.requested("new.example.com"), "203.0.113.0/24"); !errs.Is(err, errs.Unavailable) {
		t.Errorf("a directory that is being created: %v", err)
	}
	if len(store.IPRoutes.List(r.store)) > 0 {
		t.Error("something was written")
	}
}

func TestTheHundredAndFirstRoute(t *testing.T) {
	r := newRig(t)
	id := r.active("corp.example.com")
	var first []string
	for i := range 99 {
		first = append(first, fmt.Sprintf("203.0.113.%d/32", i))
	}
	if err := r.addRoutes(id, first...); err != nil {
		t.Fatal(err)
	}
	r.routed()
	if err := r.addRoutes(id, "198.51.100.1/32", "198.51.100.2/32"); !errs.Is(err, errs.RouteLimit) {
		t.Errorf("two more: %v", err)
	}
	if err := r.addRoutes(id, "198.51.100.1/32"); err != nil {
		t.Errorf("the hundredth: %v", err)
	}
	r.routed()
	page := must(r.ListIpRoutes(t.Context(), caller, &directoryservice.ListIpRoutesInput{DirectoryId: new(string(id)), Limit: new(int32(60))}))(t)
	rest := must(r.ListIpRoutes(t.Context(), caller, &directoryservice.ListIpRoutesInput{DirectoryId: new(string(id)), NextToken: page.NextToken}))(t)
	if len(page.IpRoutesInfo) != 60 || len(rest.IpRoutesInfo) != 40 || rest.NextToken != nil {
		t.Errorf("pages of %d and %d", len(page.IpRoutesInfo), len(rest.IpRoutesInfo))
	}
}

func TestUpdateSecurityGroupForDirectoryControllers(t *testing.T) {
	r := newRig(t)
	id := r.active("corp.example.com")
	group := func() store.Object[vpc.Group] {
		d, _ := store.Directories.Get(r.store, string(id))
		g, ok := store.SecurityGroups.Get(r.store, string(d.Value.SecurityGroup))
		if !ok || g.Value.Directory != string(id) {
			t.Fatalf("the directory's group is %+v", g)
		}
		return g
	}
	group()
	add := func(cidr string) error {
		_, err := r.AddIpRoutes(t.Context(), caller, &directoryservice.AddIpRoutesInput{
			DirectoryId: new(string(id)), IpRoutes: []types.IpRoute{{CidrIp: &cidr}}, UpdateSecurityGroupForDirectoryControllers: true,
		})
		r.routed()
		return err
	}
	if err := add("203.0.113.0/24"); err != nil {
		t.Fatal(err)
	}
	f := vpc.Compile([]vpc.Group{group().Value}, func(vpc.GroupID) []netip.Addr { return nil })
	if _, out := f.Allows(true, vpc.TCP, netip.MustParseAddr("203.0.113.9"), 445); !out {
		t.Error("nothing goes out")
	}
	if _, in := f.Allows(false, vpc.TCP, netip.MustParseAddr("203.0.113.9"), 445); in {
		t.Error("others than the VPC come in")
	}
	if err := add("198.51.100.0/24"); err != nil { // its own rules are not customised
		t.Error(err)
	}
	g := group()
	g.Value.Rules = g.Value.Rules[1:]
	put(r, store.SecurityGroups, g.Key, g.Value)
	if err := add("192.0.2.0/24"); !errs.Is(err, errs.Refused) || !strings.Contains(err.Error(), g.Key) {
		t.Errorf("a customised group: %v", err)
	}
	if got := r.routes(id); strings.Contains(got, "192.0.2.0") {
		t.Errorf("half of the request was done: %s", got)
	}
}

func TestAVPCThatTheHostHasNoRoomFor(t *testing.T) {
	var host []netip.Prefix
	r := newRig(t, func(c *service.Config) { c.Avoid = func() []netip.Prefix { return host } })
	in := &directoryservice.CreateMicrosoftADInput{Name: new("corp.example.com"), Password: new(password), VpcSettings: r.network(caller)}
	v, _ := store.VPCs.Get(r.store, *in.VpcSettings.VpcId)
	host = []netip.Prefix{netip.PrefixFrom(v.Value.CIDR.Addr().Next(), 32)}
	if _, err := r.CreateMicrosoftAD(t.Context(), caller, in); !errs.Is(err, errs.Refused) || !strings.Contains(err.Error(), host[0].String()) {
		t.Errorf("over an address of the host: %v", err)
	}
	host = nil
	must(r.CreateMicrosoftAD(t.Context(), caller, in))(t)
	host = []netip.Prefix{v.Value.CIDR} // its own network
	in.Name = new("other.example.com")
	must(r.CreateMicrosoftAD(t.Context(), caller, in))(t)

	away := caller
	away.Region = "eu-west-1"
	in.VpcSettings, in.Name = r.network(away), new("away.example.com")
	twin, _ := store.VPCs.Get(r.store, *in.VpcSettings.VpcId)
	twin.Value.CIDR = netip.PrefixFrom(v.Value.CIDR.Addr(), v.Value.CIDR.Bits()-2).Masked()
	put(r, store.VPCs, twin.Key, twin.Value)
	if _, err := r.CreateMicrosoftAD(t.Context(), away, in); !errs.Is(err, errs.Refused) || !strings.Contains(err.Error(), v.Key) {
		t.Errorf("over another VPC: %v", err)
	}
}
