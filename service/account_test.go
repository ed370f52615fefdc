package service_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
)

func tagList(from, to int) []types.Tag {
	var tags []types.Tag
	for i := from; i < to; i++ {
		tags = append(tags, types.Tag{Key: new(fmt.Sprintf("k%02d", i)), Value: new(fmt.Sprint(i))})
	}
	return tags
}

func TestTagsOfADirectory(t *testing.T) {
	r := newRig(t)
	id := new(string(r.requested("ours.test")))
	add := func(tags ...types.Tag) error {
		return second(r.AddTagsToResource(t.Context(), caller, &directoryservice.AddTagsToResourceInput{ResourceId: id, Tags: tags}))
	}
	list := func() []types.Tag {
		return must(r.ListTagsForResource(t.Context(), caller, &directoryservice.ListTagsForResourceInput{ResourceId: id}))(t).Tags
	}
	if got := list(); got == nil || len(got) != 0 {
		t.Errorf("%v", got)
	}
	if err := errors.Join(add(tagList(0, 49)...), add(types.Tag{Key: new("k00"), Value: new("new")}, types.Tag{Key: new("a"), Value: new("")})); err != nil {
		t.Fatal(err)
	}
	if got := list(); len(got) != 50 || *got[0].Key != "a" || *got[1].Value != "new" {
		t.Errorf("%v", got)
	}
	none := new("d-0000000000")
	r.refuses([]refusal{
		{"one too many", func() error { return add(tagList(60, 61)...) }, errs.TagLimit, "Tag limit exceeded"},
		{"reserved", func() error { return add(types.Tag{Key: new("aws:x"), Value: new("")}) }, errs.Invalid, "Invalid tag key \"aws:x\". Keys that begin with \"aws:\" are reserved."},
		{"twice", func() error { return add(append(tagList(0, 1), tagList(0, 1)...)...) }, errs.Invalid, "Tag key \"k00\" is given twice."},
		{"no key", func() error { return add(types.Tag{Value: new("")}) }, errs.Invalid, "Invalid tag key. It must have between 1 and 128 characters."},
		{"unknown, add", func() error {
			return second(r.AddTagsToResource(t.Context(), caller, &directoryservice.AddTagsToResourceInput{ResourceId: none, Tags: tagList(0, 1)}))
		}, errs.NotFound, "Directory d-0000000000 does not exist"},
		{"unknown, list", func() error {
			return second(r.ListTagsForResource(t.Context(), caller, &directoryservice.ListTagsForResourceInput{ResourceId: none}))
		}, errs.NotFound, "Directory d-0000000000 does not exist"},
		{"token", func() error {
			return second(r.ListTagsForResource(t.Context(), caller, &directoryservice.ListTagsForResourceInput{ResourceId: id, NextToken: new("x")}))
		}, errs.InvalidNextToken, "Invalid value passed for the NextToken parameter."},
		{"unknown, remove", func() error {
			return second(r.RemoveTagsFromResource(t.Context(), caller, &directoryservice.RemoveTagsFromResourceInput{ResourceId: none, TagKeys: []string{"a"}}))
		}, errs.NotFound, "Directory d-0000000000 does not exist"},
	})
	must(r.RemoveTagsFromResource(t.Context(), caller, &directoryservice.RemoveTagsFromResourceInput{ResourceId: id, TagKeys: []string{"a", "never-there"}}))(t)
	if got := list(); len(got) != 49 {
		t.Errorf("%d tags", len(got))
	}
}

func TestAliasIsGivenOnce(t *testing.T) {
	r := newRig(t)
	id, other := r.requested("ours.test"), r.requested("other.test")
	alias := func(id directory.ID, alias string) error {
		return second(r.CreateAlias(t.Context(), caller, &directoryservice.CreateAliasInput{DirectoryId: new(string(id)), Alias: &alias}))
	}
	if err := alias(id, "Corp"); err != nil {
		t.Fatal(err)
	}
	d := must(r.DescribeDirectories(t.Context(), caller, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{string(id)}}))(t).DirectoryDescriptions[0]
	if *d.Alias != "Corp" || *d.AccessUrl != "corp.awsapps.com" {
		t.Errorf("%s %s", *d.Alias, *d.AccessUrl)
	}
	r.refuses([]refusal{
		{"taken", func() error { return alias(other, "corp") }, errs.Exists, "Alias 'corp' already exists."},
		{"a second one", func() error { return alias(id, "more") }, errs.Invalid, "The directory in the request already has an alias. The alias of directory " + string(id) + " is Corp and cannot be changed."},
		{"like an id", func() error { return alias(other, "d-1234567890") }, errs.Invalid, "Invalid alias. It must not begin with \"d-\", as directory ids do."},
		{"empty", func() error { return alias(other, "") }, errs.Invalid, "Invalid alias. It must have between 1 and 62 characters."},
		{"unknown", func() error { return alias("d-0000000000", "x") }, errs.NotFound, "Directory d-0000000000 does not exist"},
	})
}

func TestResetUserPassword(t *testing.T) {
	r := newRig(t, longWait)
	id := r.active("ours.test")
	reset := func(user string) error {
		return second(r.ResetUserPassword(t.Context(), caller, &directoryservice.ResetUserPasswordInput{DirectoryId: new(string(id)), UserName: &user, NewPassword: new(password)}))
	}
	answer := func(serial int64, kind, text string) {
		err := r.store.Until(t.Context(), func() bool {
			return store.Directories.Peek(r.store, string(id)).PasswordReset.Serial == serial
		})
		sealed, _, serr := r.store.Secret(t.Context(), directory.SecretPasswordReset(id))
		if err != nil || serr != nil || sealed.Reveal() != password {
			t.Error("the reset is not as wanted", err, serr)
		}
		o, _ := store.DirectoryStatus.Get(r.store, string(id))
		o.Value.PasswordReset = directory.PasswordResetResult{Serial: serial, Kind: kind, Error: text}
		put(r, store.DirectoryStatus, string(id), o.Value)
	}
	for i, c := range []struct {
		kind, text string
		want       errs.Kind
	}{
		{"", "", -1},
		{"InvalidPassword", "too short for the domain", errs.InvalidPassword},
		{"UserNotFound", "User x does not exist", errs.UserNotFound},
		{"", "LDAP broke", errs.Unavailable},
	} {
		var wg sync.WaitGroup
		wg.Go(func() { answer(int64(i+1), c.kind, c.text) })
		err := reset("x")
		wg.Wait()
		if (err == nil) != (c.want == -1) || err != nil && (!errs.Is(err, c.want) || !strings.Contains(err.Error(), c.text)) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}

func TestResetUserPasswordRefuses(t *testing.T) {
	r := newRig(t)
	id, young := r.active("ours.test"), r.requested("young.test")
	reset := func(id directory.ID, user string) error {
		return second(r.ResetUserPassword(t.Context(), caller, &directoryservice.ResetUserPasswordInput{DirectoryId: new(string(id)), UserName: &user, NewPassword: new(password)}))
	}
	r.refuses([]refusal{
		{"unknown directory", func() error { return reset("d-0000000000", "Admin") }, errs.NotFound, "Directory d-0000000000 does not exist"},
		{"directory not there yet", func() error { return reset(young, "Admin") }, errs.Unavailable, "Directory " + string(young) + " is not available: its stage is Requested."},
		{"no user", func() error { return reset(id, "") }, errs.Invalid, "UserName and NewPassword must be specified."},
	})
	if err := reset(id, "Admin"); !errs.Is(err, errs.Unavailable) || !strings.HasPrefix(err.Error(), "The domain controllers of directory "+string(id)+" did not set the password of user Admin in time. It is set as soon as they can: ") {
		t.Errorf("nobody answers: %v", err)
	}
	r.refuses([]refusal{
		{"while one is pending", func() error { return reset(id, "other") }, errs.Unavailable, "The domain controllers of directory " + string(id) + " have not done the reset of the password of user Admin yet…"},
	})
}

func TestCreateComputer(t *testing.T) {
	r := newRig(t, longWait)
	id := r.active("ours.test")
	in := &directoryservice.CreateComputerInput{
		DirectoryId: new(string(id)), ComputerName: new("WS1"), Password: new(password),
		ComputerAttributes: []types.Attribute{{Name: new("description"), Value: new("one")}},
	}
	answer := func(serial int64, result directory.ComputerResult) {
		err := r.store.Until(t.Context(), func() bool { return store.Directories.Peek(r.store, string(id)).Computer.Serial == serial })
		sealed, _, serr := r.store.Secret(t.Context(), directory.SecretComputer(id))
		wish := store.Directories.Peek(r.store, string(id)).Computer
		if err != nil || serr != nil || sealed.Reveal() != password || wish.Name != "WS1" || wish.GUID == "" || len(wish.Attributes) != 1 {
			t.Error("the computer is not as wanted", wish, err, serr)
		}
		o, _ := store.DirectoryStatus.Get(r.store, string(id))
		result.Serial = serial
		o.Value.Computer = result
		put(r, store.DirectoryStatus, string(id), o.Value)
	}
	for i, c := range []struct {
		directory.ComputerResult
		want errs.Kind
	}{
		{directory.ComputerResult{SID: "S-1-5-21-1-2-3-1104"}, -1},
		{directory.ComputerResult{Kind: "Exists", Error: "there is one"}, errs.Exists},
		{directory.ComputerResult{Kind: "Invalid", Error: "no such place"}, errs.Invalid},
		{directory.ComputerResult{Error: "LDAP broke"}, errs.Unavailable},
	} {
		var wg sync.WaitGroup
		wg.Go(func() { answer(int64(i+1), c.ComputerResult) })
		out, err := r.CreateComputer(t.Context(), caller, in)
		wg.Wait()
		if (err == nil) != (c.want == -1) || err != nil && (!errs.Is(err, c.want) || !strings.Contains(err.Error(), c.Error)) {
			t.Errorf("%q: %v", c.Error, err)
		}
		if err == nil && (*out.Computer.ComputerId != c.SID || *out.Computer.ComputerName != "WS1" || len(out.Computer.ComputerAttributes) != 1) {
			t.Errorf("%+v", out.Computer)
		}
	}
}

func TestCreateComputerRefuses(t *testing.T) {
	r := newRig(t)
	id, young := r.active("ours.test"), r.requested("young.test")
	create := func(id directory.ID, name string, attributes ...types.Attribute) error {
		return second(r.CreateComputer(t.Context(), caller, &directoryservice.CreateComputerInput{
			DirectoryId: new(string(id)), ComputerName: &name, Password: new(password), ComputerAttributes: attributes}))
	}
	r.refuses([]refusal{
		{"unknown directory", func() error { return create("d-0000000000", "WS1") }, errs.NotFound, "Directory d-0000000000 does not exist"},
		{"directory not there yet", func() error { return create(young, "WS1") }, errs.Unavailable, "Directory " + string(young) + " is not available: its stage is Requested."},
		{"a bad name", func() error { return create(id, "WS1$") }, errs.Invalid, "Invalid computer name. It must contain only letters, digits and hyphens, and begin and end with a letter or a digit."},
		{"an attribute without a name", func() error { return create(id, "WS1", types.Attribute{Value: new("x")}) }, errs.Invalid, "An attribute of computer WS1 has no name."},
	})
	if err := create(id, "WS1"); !errs.Is(err, errs.Unavailable) || !strings.HasPrefix(err.Error(), "The domain controllers of directory "+string(id)+" did not make computer WS1 in time.") {
		t.Errorf("nobody answers: %v", err)
	}
	r.refuses([]refusal{
		{"while one is pending", func() error { return create(id, "WS2") }, errs.Unavailable, "The domain controllers of directory " + string(id) + " have not made computer WS1 yet…"},
	})
}

func TestAccessKeys(t *testing.T) {
	r := newRig(t)
	first, err := r.Bootstrap(t.Context(), service.FirstKey{})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.Bootstrap(t.Context(), service.FirstKey{}); again.ID != first.ID || again.Secret.Reveal() != first.Secret.Reveal() || err != nil {
		t.Errorf("the second start gives %s, %v", again.ID, err)
	}
	key, sec, ok := r.Key(first.ID)
	if !ok || sec.Reveal() != first.Secret.Reveal() || key.ReadOnly || key.Account != caller.Account {
		t.Errorf("%+v %v", key, ok)
	}
	made := must(r.CreateAccessKey(t.Context(), caller, &service.CreateAccessKeyInput{Description: "for the auditors", ReadOnly: true}))(t)
	if _, sec, ok := r.Key(made.AccessKey.AccessKeyId); !ok || sec.Reveal() != made.SecretAccessKey {
		t.Error("a new key does not work")
	}
	list := must(r.ListAccessKeys(t.Context(), caller, nil))(t).AccessKeys
	if len(list) != 2 {
		t.Errorf("%+v", list)
	}
	deleteKey := func(id string) error {
		return second(r.DeleteAccessKey(t.Context(), caller, &service.DeleteAccessKeyInput{AccessKeyId: id}))
	}
	r.refuses([]refusal{
		{"the last that may change things", func() error { return deleteKey(first.ID) }, errs.Refused, "Access key " + first.ID + " is the last one that may make changes. Create another one with CreateAccessKey first."},
		{"unknown", func() error { return deleteKey("AKIANONE") }, errs.NotFound, "Access key AKIANONE does not exist"},
		{"none", func() error { return deleteKey("") }, errs.NotFound, "Access key  does not exist"},
		{"long description", func() error {
			return second(r.CreateAccessKey(t.Context(), caller, &service.CreateAccessKeyInput{Description: strings.Repeat("x", 129)}))
		}, errs.Invalid, "Description must have at most 128 characters."},
		{"first key that no client could sign with", func() error {
			return second(r.Bootstrap(t.Context(), service.FirstKey{ID: "a/b", Secret: secret.New("12345678")}))
		}, errs.Invalid, "An access key id has 3 to 128 letters, digits and underscores."},
		{"first key without secret", func() error { return second(r.Bootstrap(t.Context(), service.FirstKey{ID: "abc"})) }, errs.Invalid, "A secret access key has at least 8 printable ASCII characters and no spaces."},
	})
	if err := deleteKey(made.AccessKey.AccessKeyId); err != nil {
		t.Error(err)
	}
	if _, _, ok := r.Key(made.AccessKey.AccessKeyId); ok {
		t.Error("a deleted key works")
	}
}

func TestAGivenFirstKeyIsCorrected(t *testing.T) {
	r := newRig(t)
	for _, s := range []string{"first-secret", "second-secret", "second-secret"} {
		if _, err := r.Bootstrap(t.Context(), service.FirstKey{ID: "GIVEN", Secret: secret.New(s)}); err != nil {
			t.Fatal(err)
		}
		if _, got, ok := r.Key("GIVEN"); !ok || got.Reveal() != s {
			t.Errorf("the key has another secret than %s", s)
		}
	}
	if n := len(storetest.AuditLog(t, r.store)); n != 2 {
		t.Errorf("%d audit entries, want 2: the third start decided nothing", n)
	}
}

func TestNetworksOfARegion(t *testing.T) {
	r := newRig(t, func(c *service.Config) {
		c.VPCPool = netip.MustParsePrefix("10.200.0.0/12")
		c.Avoid = func() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("10.192.0.0/16")} }
	})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { must(r.DescribeVpcs(t.Context(), caller, &service.DescribeVpcsInput{}))(t) })
	}
	wg.Wait()
	elsewhere := caller
	elsewhere.Region = "eu-west-1"
	here := must(r.DescribeVpcs(t.Context(), caller, &service.DescribeVpcsInput{Filters: []service.EC2Filter{{Name: "is-default", Values: []string{"true"}}, {Name: "cidr", Values: []string{"10.*/16"}}}}))(t).Vpcs
	there := must(r.DescribeVpcs(t.Context(), elsewhere, &service.DescribeVpcsInput{}))(t).Vpcs
	if len(here) != 1 || here[0].CidrBlock != "10.193.0.0/16" || len(there) != 1 || there[0].CidrBlock != "10.194.0.0/16" {
		t.Errorf("%+v %+v", here, there)
	}
	subnets := must(r.DescribeSubnets(t.Context(), caller, &service.DescribeSubnetsInput{Filters: []service.EC2Filter{{Name: "vpc-id", Values: []string{here[0].VpcId}}}}))(t).Subnets
	if len(subnets) != 2 || subnets[0].AvailableIpAddressCount != 4091 || subnets[0].AvailabilityZone == subnets[1].AvailabilityZone {
		t.Errorf("%+v", subnets)
	}
	r.requested("ours.test")
	if n := must(r.DescribeSubnets(t.Context(), caller, &service.DescribeSubnetsInput{SubnetIds: []string{subnets[0].SubnetId}}))(t).Subnets[0].AvailableIpAddressCount; n != 4090 {
		t.Errorf("%d addresses free", n)
	}
	zones := must(r.DescribeAvailabilityZones(t.Context(), caller, &service.DescribeAvailabilityZonesInput{Filters: []service.EC2Filter{
		{Name: "state", Values: []string{"available"}}, {Name: "opt-in-status", Values: []string{"opt-in-not-required"}}, {Name: "zone-name", Values: []string{"us-east-1?"}},
	}}))(t).AvailabilityZones
	if len(zones) != 3 || zones[1].ZoneId != "use1-az2" {
		t.Errorf("%+v", zones)
	}
	none := caller
	none.Region = "nowhere"
	r.refuses([]refusal{
		{"unknown VPC", func() error {
			return second(r.DescribeVpcs(t.Context(), caller, &service.DescribeVpcsInput{VpcIds: []string{"vpc-1"}}))
		}, errs.NotFound, "The vpc ID 'vpc-1' does not exist"},
		{"another Region's VPC", func() error {
			return second(r.DescribeVpcs(t.Context(), caller, &service.DescribeVpcsInput{VpcIds: []string{there[0].VpcId}}))
		}, errs.NotFound, "The vpc ID '" + there[0].VpcId + "' does not exist"},
		{"unknown subnet", func() error {
			return second(r.DescribeSubnets(t.Context(), caller, &service.DescribeSubnetsInput{SubnetIds: []string{"subnet-1"}}))
		}, errs.NotFound, "The subnet ID 'subnet-1' does not exist"},
		{"unknown filter", func() error {
			return second(r.DescribeSubnets(t.Context(), caller, &service.DescribeSubnetsInput{Filters: []service.EC2Filter{{Name: "colour"}}}))
		}, errs.Invalid, "The filter 'colour' is invalid"},
		{"unknown zone", func() error {
			return second(r.DescribeAvailabilityZones(t.Context(), caller, &service.DescribeAvailabilityZonesInput{ZoneNames: []string{"us-east-1z"}}))
		}, errs.Invalid, "Invalid availability zone: [us-east-1z]"},
		{"no Region", func() error { return second(r.DescribeVpcs(t.Context(), none, &service.DescribeVpcsInput{})) }, errs.Invalid, "\"nowhere\" is not the name of a Region."},
	})
	var e *errs.Error
	if err := second(r.DescribeVpcs(t.Context(), caller, &service.DescribeVpcsInput{VpcIds: []string{"vpc-1"}})); !errors.As(err, &e) || e.Code != "InvalidVpcID.NotFound" {
		t.Errorf("code of %v", err)
	}
}

func TestPoolWithoutRoom(t *testing.T) {
	r := newRig(t, func(c *service.Config) {
		c.Avoid = func() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} }
	})
	r.refuses([]refusal{{"everything is routed", func() error { return second(r.DescribeVpcs(t.Context(), caller, &service.DescribeVpcsInput{})) },
		errs.Refused, "No default VPC can be made in us-east-1: VPC pool 10.128.0.0/9 has no free range of /16 left…"}})
}

func TestGetCallerIdentity(t *testing.T) {
	r := newRig(t)
	got := must(r.GetCallerIdentity(t.Context(), caller, &service.GetCallerIdentityInput{}))(t)
	if got.Account != "000000000000" || got.Arn != "arn:aws:iam::000000000000:user/AKIAEXAMPLE" || got.UserId != "AKIAEXAMPLE" {
		t.Errorf("%+v", got)
	}
}

// TestNothingShowsASecret goes through every call that takes or makes one.
func TestNothingShowsASecret(t *testing.T) {
	r := newRig(t)
	if _, err := r.Bootstrap(t.Context(), service.FirstKey{ID: "GIVEN", Secret: secret.New(password)}); err != nil {
		t.Fatal(err)
	}
	id := r.active("ours.test")
	r.trust(id, "corp.example.com")
	err := second(r.ResetUserPassword(t.Context(), caller, &directoryservice.ResetUserPasswordInput{DirectoryId: new(string(id)), UserName: new("Admin"), NewPassword: new(password)}))
	made := must(r.CreateAccessKey(t.Context(), caller, &service.CreateAccessKeyInput{}))(t)
	seen := r.dump() + r.log.String() + fmt.Sprint(err)
	for _, out := range []any{
		must(r.DescribeDirectories(t.Context(), caller, &directoryservice.DescribeDirectoriesInput{}))(t),
		must(r.DescribeTrusts(t.Context(), caller, &directoryservice.DescribeTrustsInput{}))(t),
		must(r.ListAccessKeys(t.Context(), caller, nil))(t),
	} {
		seen += fmt.Sprintf("%+v", out)
	}
	if strings.Contains(seen, marker) || strings.Contains(seen, made.SecretAccessKey) {
		t.Error("a secret shows")
	}
	operations := map[string]bool{}
	for _, e := range storetest.AuditLog(t, r.store) {
		operations[e.Operation] = true
		if e.Operation != "Bootstrap" && (e.RequestID != "r-1" || e.Caller != caller) {
			t.Errorf("%+v", e)
		}
	}
	for _, op := range []string{"Bootstrap", "CreateMicrosoftAD", "CreateTrust", "ResetUserPassword", "CreateAccessKey"} {
		if !operations[op] {
			t.Errorf("%s left no audit entry", op)
		}
	}
}
