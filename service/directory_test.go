package service_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
)

func TestCreateMicrosoftADWritesEverythingThatIsWanted(t *testing.T) {
	r := newRig(t)
	net := r.network(caller)
	out := must(r.CreateMicrosoftAD(t.Context(), caller, &directoryservice.CreateMicrosoftADInput{
		Name: new("Corp.Example.com"), ShortName: new("corp"), Password: new(password), VpcSettings: net,
		Description: new("ours"), Edition: types.DirectoryEditionStandard, Tags: []types.Tag{{Key: new("k"), Value: new("v")}},
	}))(t)
	o, ok := store.Directories.Get(r.store, *out.DirectoryId)
	spec := o.Value
	if !ok || spec.Name != "corp.example.com" || spec.ShortName != "CORP" || spec.Edition != directory.Standard || spec.Tags["k"] != "v" || len(spec.DCs) != 2 {
		t.Fatalf("%+v", spec)
	}
	for i, dc := range spec.DCs {
		if string(dc.Subnet) != net.SubnetIds[i] || dc.HostName == "" || dc.Node == "" || dc.Address.As4()[3] != 4 {
			t.Errorf("domain controller %d: %+v", i, dc)
		}
	}
	for _, c := range directory.Claims(spec) {
		if owner := r.store.Claimed(c.Key); owner != c.Owner {
			t.Errorf("%s belongs to %q", c.Key, owner)
		}
	}
	admin, _, err := r.store.Secret(t.Context(), directory.SecretAdmin(spec.ID))
	if err != nil || admin.Reveal() != password {
		t.Error("Admin's password is not kept", err)
	}
	administrator, _, err := r.store.Secret(t.Context(), directory.SecretAdministrator(spec.ID))
	if err != nil || directory.PasswordClasses(administrator.Reveal()) < 3 {
		t.Error("Administrator has no good password", err)
	}

	d := must(r.DescribeDirectories(t.Context(), caller, &directoryservice.DescribeDirectoriesInput{}))(t).DirectoryDescriptions[0]
	if *d.Name != "Corp.Example.com" || *d.ShortName != "corp" || d.Type != types.DirectoryTypeMicrosoftAd || d.Size != types.DirectorySizeSmall ||
		d.Stage != types.DirectoryStageRequested || *d.Alias != *d.DirectoryId || *d.AccessUrl != *d.DirectoryId+".awsapps.com" ||
		len(d.DnsIpAddrs) != 2 || !slices.Equal(d.VpcSettings.SubnetIds, net.SubnetIds) || d.VpcSettings.AvailabilityZones[0] == d.VpcSettings.AvailabilityZones[1] ||
		*d.RegionsInfo.PrimaryRegion != "us-east-1" || d.RegionsInfo.AdditionalRegions == nil || *d.DesiredNumberOfDomainControllers != 2 ||
		d.StageReason != nil || !d.LaunchTime.After(now) || d.OsVersion != "" {
		t.Errorf("%+v", d)
	}
}

func TestCreateMicrosoftADRefuses(t *testing.T) {
	r := newRig(t)
	r.requested("taken.example.com")
	foreign := caller
	foreign.Region = "eu-central-1"
	net, other := r.network(caller), r.network(foreign)
	create := func(change func(in *directoryservice.CreateMicrosoftADInput)) func() error {
		return func() error {
			in := &directoryservice.CreateMicrosoftADInput{Name: new("new.example.com"), Password: new(password), VpcSettings: &types.DirectoryVpcSettings{VpcId: net.VpcId, SubnetIds: slices.Clone(net.SubnetIds)}}
			change(in)
			return second(r.CreateMicrosoftAD(t.Context(), caller, in))
		}
	}
	type in = *directoryservice.CreateMicrosoftADInput
	const badName = "Invalid directory name. The directory name must be between 2 and 64 characters…"
	const badSubnets = "Invalid subnet ID(s). They must correspond to two subnets in different Availability Zones."
	many := make([]types.Tag, 51)
	for i := range many {
		many[i] = types.Tag{Key: new(fmt.Sprint(i)), Value: new("")}
	}
	r.refuses([]refusal{
		{"no name", create(func(in in) { in.Name = nil }), errs.Invalid, badName},
		{"single label", create(func(in in) { in.Name = new("my-corp") }), errs.Invalid, badName},
		{"backslash", create(func(in in) { in.Name = new(`a\b`) }), errs.Invalid, badName},
		{"65 characters", create(func(in in) { in.Name = new(strings.Repeat("a", 61) + ".com") }), errs.Invalid, badName},
		{"name taken", create(func(in in) { in.Name, in.ShortName = new("TAKEN.example.com"), new("FREE") }), errs.Invalid, "The directory name taken.example.com is in use by directory d-…"},
		{"NetBIOS name taken", create(func(in in) { in.Name = new("taken.example.org") }), errs.Invalid, "The directory short name (NetBIOS name) TAKEN is in use by directory d-…"},
		{"NetBIOS name too long", create(func(in in) { in.ShortName = new("ABCDEFGHIJKLMNOP") }), errs.Invalid, "Invalid directory short name (NetBIOS name). It must have between 1 and 15 characters; this one has 16."},
		{"NetBIOS name empty", create(func(in in) { in.ShortName = new("") }), errs.Invalid, "Invalid directory short name (NetBIOS name). It must have…"},
		{"derived NetBIOS name reserved", create(func(in in) { in.Name = new("network.example.com") }), errs.Invalid, "Invalid directory short name (NetBIOS name). \"NETWORK\" is a name that Windows reserves. Specify another one as ShortName."},
		{"no password", create(func(in in) { in.Password = nil }), errs.Invalid, "Invalid password. It must have between 8 and 64 characters."},
		{"password with admin", create(func(in in) { in.Password = new(marker + "AdMin") }), errs.Invalid, "Invalid password. It must not contain the word \"admin\"."},
		{"password of two classes", create(func(in in) { in.Password = new("password1") }), errs.Invalid, "Invalid password. It must contain characters from three…"},
		{"hybrid", create(func(in in) { in.Edition = types.DirectoryEditionHybrid }), errs.Unsupported, "A directory of edition Hybrid cannot be created with CreateMicrosoftAD. Specify Standard or Enterprise."},
		{"no such edition", create(func(in in) { in.Edition = "Basic" }), errs.Invalid, "Invalid edition. It must be Standard or Enterprise."},
		{"IPv6", create(func(in in) { in.NetworkType = types.NetworkTypeIpv6Only }), errs.Unsupported, "Network type IPv6 is not supported: domain controllers have IPv4 addresses only. Leave NetworkType out or specify IPv4."},
		{"no VPC settings", create(func(in in) { in.VpcSettings = nil }), errs.Invalid, "VpcSettings must be specified."},
		{"no such VPC", create(func(in in) { in.VpcSettings.VpcId = new("vpc-00000000000000000") }), errs.Refused, "Invalid VPC ID."},
		{"another Region's VPC", create(func(in in) { in.VpcSettings = other }), errs.Refused, "Invalid VPC ID."},
		{"no subnet", create(func(in in) { in.VpcSettings.SubnetIds = nil }), errs.Invalid, badSubnets},
		{"one subnet", create(func(in in) { in.VpcSettings.SubnetIds = net.SubnetIds[:1] }), errs.Invalid, badSubnets},
		{"three subnets", create(func(in in) {
			in.VpcSettings.SubnetIds = append(in.VpcSettings.SubnetIds, "subnet-00000000000000000")
		}), errs.Invalid, badSubnets},
		{"another VPC's subnet", create(func(in in) { in.VpcSettings.SubnetIds[1] = other.SubnetIds[1] }), errs.Invalid, badSubnets},
		{"one zone", create(func(in in) { in.VpcSettings.SubnetIds[1] = net.SubnetIds[0] }), errs.Refused, "Invalid subnet ID(s). The two subnets must be in different Availability Zones."},
		{"51 tags", create(func(in in) { in.Tags = many }), errs.TagLimit, "Tag limit exceeded"},
		{"reserved tag", create(func(in in) { in.Tags = []types.Tag{{Key: new("aws:x"), Value: new("")}} }), errs.Invalid, "Invalid tag key \"aws:x\". Keys that begin with \"aws:\" are reserved."},
		{"tag twice", create(func(in in) {
			in.Tags = []types.Tag{{Key: new("x"), Value: new("1")}, {Key: new("x"), Value: new("2")}}
		}), errs.Invalid, "Tag key \"x\" is given twice."},
	})
}

func TestQuotaOfDirectoriesHoldsUnderConcurrentCalls(t *testing.T) {
	r := newRig(t, func(c *service.Config) { c.Limits.Directories = 3 })
	net := r.network(caller)
	var wg sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wg.Go(func() {
			results[i] = second(r.CreateMicrosoftAD(t.Context(), caller, &directoryservice.CreateMicrosoftADInput{
				Name: new(fmt.Sprintf("n%d.example.com", i)), Password: new(password), VpcSettings: net,
			}))
		})
	}
	wg.Wait()
	refused := 0
	for _, err := range results {
		if err != nil {
			refused++
			if !errs.Is(err, errs.DirectoryLimit) || err.Error() != "Directory limit exceeded. A maximum of 3 directories may be created" {
				t.Error(err)
			}
		}
	}
	limits := must(r.GetDirectoryLimits(t.Context(), caller, nil))(t).DirectoryLimits
	if refused != 5 || *limits.CloudOnlyMicrosoftADCurrentCount != 3 || *limits.CloudOnlyMicrosoftADLimit != 3 || !limits.CloudOnlyMicrosoftADLimitReached {
		t.Errorf("%d refused, limits %+v", refused, limits)
	}
	addresses := r.store.Claims("address/")
	if len(addresses) != 6 || len(r.store.Claims("dc-host/")) != 6 {
		t.Errorf("addresses %v", addresses)
	}
}

func TestDescribeDirectories(t *testing.T) {
	r := newRig(t)
	ids := []string{string(r.active("a.test")), string(r.active("b.test")), string(r.requested("c.test"))}
	slices.Sort(ids)
	var got []string
	in := &directoryservice.DescribeDirectoriesInput{Limit: new(int32(2))}
	for {
		out := must(r.DescribeDirectories(t.Context(), caller, in))(t)
		for _, d := range out.DirectoryDescriptions {
			got = append(got, *d.DirectoryId)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if !slices.Equal(got, ids) {
		t.Errorf("got %v, want %v", got, ids)
	}
	one := must(r.DescribeDirectories(t.Context(), caller, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{ids[1], ids[1]}}))(t)
	if len(one.DirectoryDescriptions) != 1 || *one.DirectoryDescriptions[0].DirectoryId != ids[1] {
		t.Errorf("%+v", one)
	}
	token := must(r.DescribeDirectories(t.Context(), caller, &directoryservice.DescribeDirectoriesInput{Limit: new(int32(1))}))(t).NextToken
	elsewhere := caller
	elsewhere.Region = "eu-west-1"
	if out := must(r.DescribeDirectories(t.Context(), elsewhere, &directoryservice.DescribeDirectoriesInput{}))(t); out.DirectoryDescriptions == nil || len(out.DirectoryDescriptions) != 0 {
		t.Errorf("another Region shows %+v", out)
	}
	r.refuses([]refusal{
		{"empty list", func() error {
			return second(r.DescribeDirectories(t.Context(), caller, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{}}))
		}, errs.Invalid, "The list of directory ids must not be empty."},
		{"unknown id", func() error {
			return second(r.DescribeDirectories(t.Context(), caller, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{ids[0], "d-0000000000"}}))
		}, errs.NotFound, "Directory d-0000000000 does not exist"},
		{"another Region's id", func() error {
			return second(r.DescribeDirectories(t.Context(), elsewhere, &directoryservice.DescribeDirectoriesInput{DirectoryIds: ids[:1]}))
		}, errs.NotFound, "Directory " + ids[0] + " does not exist"},
		{"another Region's token", func() error {
			return second(r.DescribeDirectories(t.Context(), elsewhere, &directoryservice.DescribeDirectoriesInput{NextToken: token}))
		}, errs.InvalidNextToken, "Invalid value passed for the NextToken parameter."},
	})
}

func TestDescribeDomainControllers(t *testing.T) {
	r := newRig(t)
	id := r.requested("corp.test")
	describe := func() []types.DomainController {
		return must(r.DescribeDomainControllers(t.Context(), caller, &directoryservice.DescribeDomainControllersInput{DirectoryId: new(string(id))}))(t).DomainControllers
	}
	for _, dc := range describe() {
		if dc.Status != types.DomainControllerStatusCreating || !strings.HasPrefix(*dc.DnsIpAddr, "10.128.") || dc.LaunchTime == nil || dc.StatusReason != nil {
			t.Errorf("%+v", dc)
		}
	}
	r.stage(id, directory.StageImpaired, directory.DCActive, directory.DCImpaired)
	states := map[types.DomainControllerStatus]int{}
	dcs := describe()
	for _, dc := range dcs {
		states[dc.Status]++
	}
	if states[types.DomainControllerStatusActive] != 1 || states[types.DomainControllerStatusImpaired] != 1 || *dcs[0].DomainControllerId > *dcs[1].DomainControllerId {
		t.Errorf("%+v", dcs)
	}
	named := func(ids ...string) func() error {
		return func() error {
			return second(r.DescribeDomainControllers(t.Context(), caller, &directoryservice.DescribeDomainControllersInput{DirectoryId: new(string(id)), DomainControllerIds: ids}))
		}
	}
	if err := named(*dcs[0].DomainControllerId)(); err != nil {
		t.Error(err)
	}
	r.refuses([]refusal{
		{"unknown", named(*dcs[0].DomainControllerId, "dc-0000000000"), errs.NotFound, "Domain controller dc-0000000000 does not exist in directory " + string(id)},
		{"empty list", named([]string{}...), errs.Invalid, "The list of domain controller ids must not be empty."},
		{"unknown directory", func() error {
			return second(r.DescribeDomainControllers(t.Context(), caller, &directoryservice.DescribeDomainControllersInput{DirectoryId: new("d-0000000000")}))
		}, errs.NotFound, "Directory d-0000000000 does not exist"},
	})
	must(r.DeleteDirectory(t.Context(), caller, &directoryservice.DeleteDirectoryInput{DirectoryId: new(string(id))}))(t)
	if dc := describe()[0]; dc.Status != types.DomainControllerStatusDeleting {
		t.Errorf("%+v", dc)
	}
}

func TestDeleteDirectoryTakesEverythingInItAlong(t *testing.T) {
	r := newRig(t)
	id, other := r.active("corp.test"), r.active("other.test")
	gone, stays := r.trust(id, "a.example"), r.trust(other, "a.example")
	for i := range 120 { // more than one transaction takes
		f := directory.Forwarder{Directory: id, RemoteDomain: directory.FQDN(fmt.Sprintf("n%d.example", i))}
		put(r, store.Forwarders, f.Key(), f)
	}
	for range 2 {
		must(r.DeleteDirectory(t.Context(), caller, &directoryservice.DeleteDirectoryInput{DirectoryId: new(string(id))}))(t)
	}
	d := must(r.DescribeDirectories(t.Context(), caller, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{string(id)}}))(t)
	if d.DirectoryDescriptions[0].Stage != types.DirectoryStageDeleting {
		t.Errorf("stage %s", d.DirectoryDescriptions[0].Stage)
	}
	if !store.Trusts.Peek(r.store, string(gone)).Delete || store.Trusts.Peek(r.store, string(stays)).Delete {
		t.Error("the wrong trusts are marked")
	}
	for f := range store.Forwarders.All(r.store) {
		if !f.Value.Delete {
			t.Errorf("forwarder %s is left", f.Key)
		}
	}
	deletes := 0
	for _, e := range storetest.AuditLog(t, r.store) {
		if e.Operation == "DeleteDirectory" {
			deletes++
		}
	}
	if deletes != 1 {
		t.Errorf("%d audit entries for one decision", deletes)
	}
	r.refuses([]refusal{
		{"unknown", func() error {
			return second(r.DeleteDirectory(t.Context(), caller, &directoryservice.DeleteDirectoryInput{DirectoryId: new("d-0000000000")}))
		}, errs.NotFound, "Directory d-0000000000 does not exist"},
		{"trust in a directory that goes", func() error { return second(r.CreateTrust(t.Context(), caller, twoWay(id, "b.example"))) },
			errs.Refused, "Directory " + string(id) + " is not available: its stage is Deleting."},
		{"its name is not free yet", func() error {
			return second(r.CreateMicrosoftAD(t.Context(), caller, &directoryservice.CreateMicrosoftADInput{Name: new("corp.test"), Password: new(password), VpcSettings: r.network(caller)}))
		}, errs.Invalid, "The directory name corp.test is in use by directory " + string(id) + "…"},
	})
	r.stage(id, directory.StageDeleted)
	if err := second(r.DescribeDirectories(t.Context(), caller, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{string(id)}})); !errs.Is(err, errs.NotFound) {
		t.Errorf("a deleted directory: %v", err)
	}
}
