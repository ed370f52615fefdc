package service_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// in is the caller in another Region.
func in(region string) audit.Caller {
	c := caller
	c.Region = region
	return c
}

// addRegion adds a Region to a directory, in its default VPC.
func (r *rig) addRegion(id directory.ID, region string) error {
	r.t.Helper()
	_, err := r.AddRegion(r.t.Context(), caller, &directoryservice.AddRegionInput{
		DirectoryId: new(string(id)), RegionName: &region, VPCSettings: r.network(in(region)),
	})
	return err
}

// everywhere plays the reconciler: all domain controllers run, all Regions are
// there.
func (r *rig) everywhere(id directory.ID) {
	r.t.Helper()
	spec := store.Directories.Peek(r.store, string(id))
	st := store.DirectoryStatus.Peek(r.store, string(id))
	st.Stage, st.DCs, st.Regions = directory.StageActive, nil, nil
	for _, dc := range spec.DCs {
		st.DCs = append(st.DCs, directory.DCStatus{ID: dc.ID, State: directory.DCActive, LaunchTime: now, Since: now})
	}
	for _, place := range spec.Additional {
		st.Regions = append(st.Regions, directory.RegionStatus{Name: place.Name, Stage: directory.StageActive, Since: now, LaunchTime: now})
	}
	put(r, store.DirectoryStatus, string(id), st)
}

func (r *rig) regions(c audit.Caller, id directory.ID) (string, error) {
	out, err := r.DescribeRegions(r.t.Context(), c, &directoryservice.DescribeRegionsInput{DirectoryId: new(string(id))})
	if err != nil {
		return "", err
	}
	var list []string
	for _, d := range out.RegionsDescription {
		list = append(list, fmt.Sprintf("%s %s %s %d", *d.RegionName, d.RegionType, d.Status, *d.DesiredNumberOfDomainControllers))
	}
	return strings.Join(list, ", "), nil
}

func TestARegionIsAddedDescribedAndRemoved(t *testing.T) {
	r := newRig(t)
	id := r.active("corp.example.com")
	if err := r.addRegion(id, "eu-west-1"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []audit.Caller{caller, in("eu-west-1")} {
		if got, err := r.regions(c, id); err != nil || got != "us-east-1 Primary Active 2, eu-west-1 Additional Requested 2" {
			t.Errorf("%s: %s, %v", c.Region, got, err)
		}
	}
	if _, err := r.regions(in("eu-west-2"), id); !errs.Is(err, errs.NoDirectory) {
		t.Error(err)
	}
	spec := store.Directories.Peek(r.store, string(id))
	place, _ := spec.Place("eu-west-1")
	there := spec.DCsIn("eu-west-1")
	if len(there) != 2 || there[0].Subnet == there[1].Subnet || r.store.Claimed(directory.ClaimAddress(there[1].Address)) != string(there[1].ID) {
		t.Errorf("%+v", there)
	}
	if g := store.SecurityGroups.Peek(r.store, string(place.SecurityGroup)); g.VPC != place.VPC || g.Region != "eu-west-1" || g.Directory != string(id) || len(g.Rules) == 0 {
		t.Errorf("%+v", g)
	}
	r.everywhere(id)
	home := must(r.DescribeDirectories(t.Context(), caller, &directoryservice.DescribeDirectoriesInput{}))(t).DirectoryDescriptions[0]
	away := must(r.DescribeDirectories(t.Context(), in("eu-west-1"), &directoryservice.DescribeDirectoriesInput{}))(t).DirectoryDescriptions[0]
	for _, d := range []types.DirectoryDescription{home, away} {
		if *d.RegionsInfo.PrimaryRegion != "us-east-1" || !slices.Equal(d.RegionsInfo.AdditionalRegions, []string{"eu-west-1"}) || len(d.DnsIpAddrs) != 2 ||
			*d.DesiredNumberOfDomainControllers != 2 || d.Stage != types.DirectoryStageActive {
			t.Errorf("%+v", d)
		}
	}
	if home.DnsIpAddrs[0] == away.DnsIpAddrs[0] || *away.VpcSettings.SecurityGroupId != string(place.SecurityGroup) || *away.VpcSettings.VpcId != string(place.VPC) ||
		!strings.HasPrefix(away.VpcSettings.AvailabilityZones[1], "eu-west-1") {
		t.Errorf("%+v", away)
	}
	dcs := must(r.DescribeDomainControllers(t.Context(), in("eu-west-1"), &directoryservice.DescribeDomainControllersInput{DirectoryId: new(string(id))}))(t).DomainControllers
	if len(dcs) != 2 || *dcs[0].VpcId != string(place.VPC) {
		t.Errorf("%+v", dcs)
	}
	_, err := r.DescribeDomainControllers(t.Context(), caller, &directoryservice.DescribeDomainControllersInput{
		DirectoryId: new(string(id)), DomainControllerIds: []string{*dcs[0].DomainControllerId}})
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("a domain controller of another Region: %v", err)
	}

	if _, err := r.RemoveRegion(t.Context(), caller, &directoryservice.RemoveRegionInput{DirectoryId: new(string(id))}); !errs.Is(err, errs.Unsupported) {
		t.Errorf("the primary Region: %v", err)
	}
	for range 2 {
		must(r.RemoveRegion(t.Context(), in("eu-west-1"), &directoryservice.RemoveRegionInput{DirectoryId: new(string(id))}))(t)
	}
	if got, err := r.regions(in("eu-west-1"), id); err != nil || got != "us-east-1 Primary Active 2, eu-west-1 Additional Deleting 0" {
		t.Errorf("%s, %v", got, err)
	}
	dcs = must(r.DescribeDomainControllers(t.Context(), in("eu-west-1"), &directoryservice.DescribeDomainControllersInput{DirectoryId: new(string(id))}))(t).DomainControllers
	if len(dcs) != 2 || dcs[0].Status != types.DomainControllerStatusDeleting {
		t.Errorf("%+v", dcs)
	}
	if err := r.addRegion(id, "eu-west-1"); !errs.Is(err, errs.AlreadyInRegion) {
		t.Errorf("added again while it is being removed: %v", err)
	}
}

func TestAddRegionRefuses(t *testing.T) {
	r := newRig(t)
	id := r.active("corp.example.com")
	net := r.network(in("eu-west-1"))
	standard := must(r.CreateMicrosoftAD(t.Context(), caller, &directoryservice.CreateMicrosoftADInput{
		Name: new("small.example.com"), Password: new(password), VpcSettings: r.network(caller), Edition: types.DirectoryEditionStandard}))(t)
	r.stage(directory.ID(*standard.DirectoryId), directory.StageActive, directory.DCActive, directory.DCActive)
	fresh := r.requested("fresh.example.com")
	for name, c := range map[string]struct {
		caller audit.Caller
		id     string
		region string
		net    *types.DirectoryVpcSettings
		want   errs.Kind
	}{
		"an unknown directory":  {caller, "d-0000000000", "eu-west-1", net, errs.NoDirectory},
		"Standard edition":      {caller, *standard.DirectoryId, "eu-west-1", net, errs.Unsupported},
		"no Region":             {caller, string(id), "nowhere1", net, errs.Invalid},
		"its own Region":        {caller, string(id), "us-east-1", net, errs.AlreadyInRegion},
		"not Active":            {caller, string(fresh), "eu-west-1", net, errs.Unavailable},
		"no network":            {caller, string(id), "eu-west-1", nil, errs.Invalid},
		"another Region's VPC":  {caller, string(id), "eu-west-2", net, errs.Refused},
		"one subnet":            {caller, string(id), "eu-west-1", &types.DirectoryVpcSettings{VpcId: net.VpcId, SubnetIds: net.SubnetIds[:1]}, errs.Invalid},
		"the same subnet twice": {caller, string(id), "eu-west-1", &types.DirectoryVpcSettings{VpcId: net.VpcId, SubnetIds: []string{net.SubnetIds[0], net.SubnetIds[0]}}, errs.Refused},
	} {
		_, err := r.AddRegion(t.Context(), c.caller, &directoryservice.AddRegionInput{DirectoryId: &c.id, RegionName: &c.region, VPCSettings: c.net})
		if !errs.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Ranges that overlap.
	v := store.VPCs.Peek(r.store, *net.VpcId)
	own := v.CIDR
	v.CIDR = store.VPCs.Peek(r.store, *r.network(caller).VpcId).CIDR
	put(r, store.VPCs, *net.VpcId, v)
	if err := r.addRegion(id, "eu-west-1"); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "overlap") {
		t.Errorf("overlapping ranges: %v", err)
	}
	v.CIDR = own
	put(r, store.VPCs, *net.VpcId, v)
	for i, region := range []string{"eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-south-1"} {
		err := r.addRegion(id, region)
		if i < 4 && err != nil || i == 4 && !errs.Is(err, errs.RegionLimit) {
			t.Errorf("Region %d: %v", i+2, err)
		}
	}
}

func TestGlobalThingsAreChangedInThePrimaryRegionOnly(t *testing.T) {
	r := newRig(t)
	id := r.active("corp.example.com")
	trustID := string(r.trust(id, "onprem.example.net"))
	if err := r.addRegion(id, "eu-west-1"); err != nil {
		t.Fatal(err)
	}
	r.everywhere(id)
	there, dir := in("eu-west-1"), new(string(id))
	for name, c := range map[string]struct {
		err  error
		want errs.Kind
	}{
		"CreateTrust": {second(r.CreateTrust(t.Context(), there, twoWay(id, "other.example.net"))), errs.Unsupported},
		"VerifyTrust": {second(r.VerifyTrust(t.Context(), there, &directoryservice.VerifyTrustInput{TrustId: &trustID})), errs.Unsupported},
		"DeleteTrust": {second(r.DeleteTrust(t.Context(), there, &directoryservice.DeleteTrustInput{TrustId: &trustID})), errs.Unsupported},
		"UpdateTrust": {second(r.UpdateTrust(t.Context(), there, &directoryservice.UpdateTrustInput{TrustId: &trustID, SelectiveAuth: types.SelectiveAuthEnabled})), errs.Refused},
		"AddRegion": {second(r.AddRegion(t.Context(), there, &directoryservice.AddRegionInput{
			DirectoryId: dir, RegionName: new("eu-west-2"), VPCSettings: r.network(in("eu-west-2"))})), errs.Unsupported},
		"DeleteDirectory":              {second(r.DeleteDirectory(t.Context(), there, &directoryservice.DeleteDirectoryInput{DirectoryId: dir})), errs.Refused},
		"CreateSnapshot":               {second(r.CreateSnapshot(t.Context(), there, &directoryservice.CreateSnapshotInput{DirectoryId: dir})), errs.Refused},
		"DeleteDirectory, replicated":  {second(r.DeleteDirectory(t.Context(), caller, &directoryservice.DeleteDirectoryInput{DirectoryId: dir})), errs.Refused},
		"DescribeTrusts":               {second(r.DescribeTrusts(t.Context(), there, &directoryservice.DescribeTrustsInput{TrustIds: []string{trustID}})), errs.Internal},
		"DescribeTrusts of a stranger": {second(r.DescribeTrusts(t.Context(), in("eu-west-2"), &directoryservice.DescribeTrustsInput{TrustIds: []string{trustID}})), errs.NotFound},
	} {
		if c.want == errs.Internal && c.err != nil || c.want != errs.Internal && !errs.Is(c.err, c.want) {
			t.Errorf("%s: %v", name, c.err)
		}
		if c.want == errs.Unsupported && !strings.Contains(c.err.Error(), "Call it in us-east-1.") {
			t.Errorf("%s does not say where: %v", name, c.err)
		}
	}
}

func TestTagsAndAliasAreARegionsOwn(t *testing.T) {
	r := newRig(t)
	id := new(string(r.active("corp.example.com")))
	if err := r.addRegion(directory.ID(*id), "eu-west-1"); err != nil {
		t.Fatal(err)
	}
	for region, value := range map[string]string{"us-east-1": "home", "eu-west-1": "away"} {
		must(r.AddTagsToResource(t.Context(), in(region), &directoryservice.AddTagsToResourceInput{
			ResourceId: id, Tags: []types.Tag{{Key: new("where"), Value: &value}}}))(t)
		must(r.CreateAlias(t.Context(), in(region), &directoryservice.CreateAliasInput{DirectoryId: id, Alias: new("corp-" + value)}))(t)
	}
	for region, value := range map[string]string{"us-east-1": "home", "eu-west-1": "away"} {
		out := must(r.ListTagsForResource(t.Context(), in(region), &directoryservice.ListTagsForResourceInput{ResourceId: id}))(t)
		d := must(r.DescribeDirectories(t.Context(), in(region), &directoryservice.DescribeDirectoriesInput{}))(t).DirectoryDescriptions[0]
		if len(out.Tags) != 1 || *out.Tags[0].Value != value || *d.Alias != "corp-"+value {
			t.Errorf("%s: %v, %s", region, out.Tags, *d.Alias)
		}
	}
}

func TestTheNumberOfDomainControllers(t *testing.T) {
	r := newRig(t)
	id := r.active("corp.example.com")
	update := func(n int32) error {
		return second(r.UpdateNumberOfDomainControllers(t.Context(), caller, &directoryservice.UpdateNumberOfDomainControllersInput{
			DirectoryId: new(string(id)), DesiredNumber: &n}))
	}
	states := func() string {
		var list []string
		for _, dc := range store.Directories.Peek(r.store, string(id)).DCs {
			d := must(r.DescribeDomainControllers(t.Context(), caller, &directoryservice.DescribeDomainControllersInput{
				DirectoryId: new(string(id)), DomainControllerIds: []string{string(dc.ID)}}))(t).DomainControllers[0]
			list = append(list, string(d.Status))
		}
		return strings.Join(list, " ")
	}
	for n, want := range map[int32]errs.Kind{1: errs.Invalid, 0: errs.Invalid, -3: errs.Invalid, 21: errs.ControllerLimit} {
		if err := update(n); !errs.Is(err, want) {
			t.Errorf("%d: %v", n, err)
		}
	}
	if err := update(5); err != nil || states() != "Active Active Creating Creating Creating" {
		t.Fatal(err, states())
	}
	dcs := store.Directories.Peek(r.store, string(id)).DCs
	zones := map[string]int{}
	for _, dc := range dcs {
		zones[dc.AZ]++
	}
	if zones["us-east-1a"]+zones["us-east-1b"] != 5 || zones["us-east-1a"] < 2 || zones["us-east-1b"] < 2 {
		t.Error(zones)
	}
	if err := update(4); !errs.Is(err, errs.Refused) || !strings.Contains(err.Error(), "already in progress") {
		t.Errorf("while one is under way: %v", err)
	}
	if err := update(5); err != nil {
		t.Errorf("the same number: %v", err)
	}
	r.stage(id, directory.StageActive, directory.DCActive, directory.DCActive, directory.DCActive, directory.DCFailed, directory.DCActive)
	if err := update(4); err != nil || states() != "Active Active Active Deleting Active" {
		t.Fatal(err, states())
	}
	spec := store.Directories.Peek(r.store, string(id))
	spec.DCs = slices.Delete(spec.DCs, 3, 4)
	put(r, store.Directories, string(id), spec)
	r.stage(id, directory.StageActive, directory.DCActive, directory.DCActive, directory.DCActive, directory.DCActive)
	if err := update(2); err != nil || states() != "Active Active Deleting Deleting" {
		t.Fatal(err, states())
	}
	r.stage(id, directory.StageInoperable, directory.DCImpaired, directory.DCImpaired)
	if err := update(3); !errs.Is(err, errs.Unavailable) {
		t.Error(err)
	}
}

func TestConcurrentCallsGiveEachDomainControllerItsOwnAddress(t *testing.T) {
	r := newRig(t)
	ids := []directory.ID{r.active("a.example.com"), r.active("b.example.com"), r.active("c.example.com")}
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			err := second(r.UpdateNumberOfDomainControllers(t.Context(), caller, &directoryservice.UpdateNumberOfDomainControllersInput{
				DirectoryId: new(string(id)), DesiredNumber: new(int32(12))}))
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, id := range ids {
		for _, dc := range store.Directories.Peek(r.store, string(id)).DCs {
			if seen[dc.Address.String()] || seen[dc.HostName] {
				t.Errorf("%+v is there twice", dc)
			}
			seen[dc.Address.String()], seen[dc.HostName] = true, true
		}
	}
	if len(seen) != 2*36 {
		t.Errorf("%d names and addresses", len(seen))
	}
}
