package service_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
)

func (r *rig) snapshot(id directory.ID) string {
	r.t.Helper()
	return *must(r.CreateSnapshot(r.t.Context(), caller, &directoryservice.CreateSnapshotInput{DirectoryId: new(string(id))}))(r.t).SnapshotId
}

// taken plays the reconciler of snapshots.
func (r *rig) taken(snapshot string, state directory.SnapshotState, at time.Time) {
	r.t.Helper()
	o, _ := store.Snapshots.Get(r.store, snapshot)
	home, _ := store.Directories.Get(r.store, string(o.Value.Directory))
	put(r, store.SnapshotStatus, snapshot, directory.SnapshotStatus{State: state, Reason: "the disk is full", TakenAt: at, DC: home.Value.DCs[0].ID})
}

func TestSnapshotsAreLimitedAndRestored(t *testing.T) {
	r := newRig(t)
	id := r.active("corp.example.com")
	var ids []string
	for range directory.MaxManualSnapshots {
		ids = append(ids, r.snapshot(id))
	}
	restore := func(snapshot string) func() error {
		return func() error {
			return second(r.RestoreFromSnapshot(t.Context(), caller, &directoryservice.RestoreFromSnapshotInput{SnapshotId: &snapshot}))
		}
	}
	r.taken(ids[0], directory.SnapshotCompleted, now)
	r.taken(ids[1], directory.SnapshotCompleted, now.Add(-181*24*time.Hour))
	r.refuses([]refusal{
		{"a sixth", func() error {
			return second(r.CreateSnapshot(t.Context(), caller, &directoryservice.CreateSnapshotInput{DirectoryId: new(string(id))}))
		}, errs.SnapshotLimit, "Snapshot limit exceeded…"},
		{"restore an old one", restore(ids[1]), errs.Invalid, "Snapshot " + ids[1] + " is older than 180 days…"},
		{"restore an unfinished one", restore(ids[2]), errs.Invalid, "Snapshot " + ids[2] + " is not Completed yet…"},
		{"restore an unknown one", restore("s-0000000000"), errs.NotFound, "Snapshot s-0000000000 does not exist"},
	})
	r.taken(ids[3], directory.SnapshotFailed, time.Time{})
	limits := must(r.GetSnapshotLimits(t.Context(), caller, &directoryservice.GetSnapshotLimitsInput{DirectoryId: new(string(id))}))(t)
	if n := *limits.SnapshotLimits.ManualSnapshotsCurrentCount; n != 4 {
		t.Errorf("%d snapshots count, want 4: a failed one holds nothing", n)
	}
	if err := restore(ids[0])(); err != nil {
		t.Fatal(err)
	}
	out := must(r.DescribeDirectories(t.Context(), caller, &directoryservice.DescribeDirectoriesInput{}))(t)
	if stage := out.DirectoryDescriptions[0].Stage; stage != types.DirectoryStageRestoring {
		t.Errorf("the stage is %s right after RestoreFromSnapshot", stage)
	}
	r.refuses([]refusal{
		{"restore while restoring", restore(ids[0]), errs.Refused, "Directory " + string(id) + " is not available…"},
		{"delete the snapshot in use", func() error {
			return second(r.DeleteSnapshot(t.Context(), caller, &directoryservice.DeleteSnapshotInput{SnapshotId: &ids[0]}))
		}, errs.Refused, "Directory " + string(id) + " is being restored…"},
	})
}

// TestDailySnapshots: one a day, made good for after a night off; older ones
// go, and callers cannot delete them.
func TestDailySnapshots(t *testing.T) {
	clock := now
	r := newRig(t, func(c *service.Config) {
		c.Now = func() time.Time { clock = clock.Add(time.Millisecond); return clock }
	})
	id := r.active("corp.example.com")
	autos := func() (list []string) {
		for o := range store.Snapshots.All(r.store) {
			if o.Value.Type == directory.SnapshotAuto && !o.Value.Delete {
				list = append(list, o.Key)
			}
		}
		return list
	}
	for day := range 8 {
		for range 3 { // it is asked for every minute
			if err := r.TakeAutoSnapshots(t.Context(), 2*time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		if n, want := len(autos()), min(day, directory.KeptAutoSnapshots); n != want {
			t.Fatalf("day %d: %d automatic snapshots, want %d", day, n, want)
		}
		for _, n := range autos() {
			r.taken(n, directory.SnapshotCompleted, clock)
		}
		clock = clock.Add(24 * time.Hour)
	}
	err := second(r.DeleteSnapshot(t.Context(), caller, &directoryservice.DeleteSnapshotInput{SnapshotId: new(autos()[0])}))
	if !errs.Is(err, errs.Invalid) {
		t.Errorf("an automatic snapshot of %s was not kept: %v", id, err)
	}
}

// TestManyOutdatedSnapshotsGo has more of them than etcd takes in one
// transaction.
func TestManyOutdatedSnapshotsGo(t *testing.T) {
	clock := now
	r := newRig(t, func(c *service.Config) {
		c.Now = func() time.Time { clock = clock.Add(time.Millisecond); return clock }
	})
	id := r.active("corp.example.com")
	clock = clock.Add(24 * time.Hour)
	const many = 200
	for i := range many {
		key := fmt.Sprintf("s-%010d", i)
		put(r, store.Snapshots, key, directory.Snapshot{ID: directory.SnapshotID(key), Directory: id, Type: directory.SnapshotAuto, CreatedAt: now.Add(time.Duration(i) * time.Second)})
		r.taken(key, directory.SnapshotCompleted, now)
	}
	for range 3 {
		if err := r.TakeAutoSnapshots(t.Context(), 2*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	kept := 0
	for o := range store.Snapshots.All(r.store) {
		if !o.Value.Delete {
			kept++
		}
	}
	if kept != directory.KeptAutoSnapshots {
		t.Errorf("%d of %d snapshots are kept", kept, many)
	}
}

// TestARequestThatIsTooLargeIsRefusedInWords changes more than etcd takes.
func TestARequestThatIsTooLargeIsRefusedInWords(t *testing.T) {
	r := newRig(t)
	vpcs := must(r.DescribeVpcs(t.Context(), caller, &service.DescribeVpcsInput{}))(t)
	in := &service.EC2TagsInput{}
	for i := range 100 {
		cidr := fmt.Sprintf("%s.%d.0/24", strings.Join(strings.Split(vpcs.Vpcs[0].CidrBlock, ".")[:2], "."), 100+i)
		out := must(r.CreateSubnet(t.Context(), caller, &service.CreateSubnetInput{VpcId: vpcs.Vpcs[0].VpcId, CidrBlock: cidr}))(t)
		in.Resources = append(in.Resources, out.Subnet.SubnetId)
	}
	for i := range 50 {
		in.Tags = append(in.Tags, service.EC2Tag{Key: fmt.Sprintf("%0128d", i), Value: new(strings.Repeat("x", 256))})
	}
	err := second(r.CreateTags(t.Context(), caller, in))
	if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "several requests") {
		t.Errorf("got %v", err)
	}
}

func TestTopicsAndLogGroupsAreTheServers(t *testing.T) {
	r := newRig(t, func(c *service.Config) { c.Topics, c.LogGroups = []string{"stages"}, []string{"security"} })
	id := new(string(r.active("corp.example.com")))
	topic := func(name string) error {
		return second(r.RegisterEventTopic(t.Context(), caller, &directoryservice.RegisterEventTopicInput{DirectoryId: id, TopicName: &name}))
	}
	group := func(name string) error {
		return second(r.CreateLogSubscription(t.Context(), caller, &directoryservice.CreateLogSubscriptionInput{DirectoryId: id, LogGroupName: &name}))
	}
	if err := topic("stages"); err != nil {
		t.Fatal(err)
	}
	if err := group("security"); err != nil {
		t.Fatal(err)
	}
	r.refuses([]refusal{
		{"an unknown topic", func() error { return topic("other") }, errs.NotFound, "Topic other does not exist…"},
		{"an unknown group", func() error { return group("other") }, errs.NotFound, "Log group other does not exist…"},
		{"a second subscription", func() error { return group("security") }, errs.Exists, "Directory " + *id + " has a log subscription…"},
	})
	if err := topic("stages"); err != nil { // again is no error
		t.Error(err)
	}
	topics := must(r.DescribeEventTopics(t.Context(), caller, &directoryservice.DescribeEventTopicsInput{DirectoryId: id}))(t)
	if len(topics.EventTopics) != 1 || topics.EventTopics[0].Status != types.TopicStatusRegistered || *topics.EventTopics[0].TopicArn != "arn:aws:sns:us-east-1:000000000000:stages" {
		t.Errorf("%+v", topics.EventTopics)
	}
}

func TestSettingsAreAskedFor(t *testing.T) {
	r := newRig(t)
	id := new(string(r.active("corp.example.com")))
	update := func(pairs ...string) func() error {
		in := &directoryservice.UpdateSettingsInput{DirectoryId: id}
		for i := 0; i < len(pairs); i += 2 {
			in.Settings = append(in.Settings, types.Setting{Name: &pairs[i], Value: &pairs[i+1]})
		}
		return func() error { return second(r.UpdateSettings(t.Context(), caller, in)) }
	}
	r.refuses([]refusal{
		{"unknown", update("TLS_9_9", "Enable"), errs.UnsupportedSettings, "The setting TLS_9_9 is not supported…"},
		{"contradiction", update("TLS_1_0", "Enable", "TLS_1_0", "Disable"), errs.IncompatibleSettings, "The setting TLS_1_0 is asked to be both…"},
		{"nothing", update(), errs.Invalid, "The list of settings must not be empty."},
	})
	if err := update("TLS_1_0", "Disable")(); err != nil {
		t.Fatal(err)
	}
	entry := func() types.SettingEntry {
		out := must(r.DescribeSettings(t.Context(), caller, &directoryservice.DescribeSettingsInput{DirectoryId: id}))(t)
		for _, e := range out.SettingEntries {
			if *e.Name == "TLS_1_0" {
				return e
			}
		}
		return types.SettingEntry{}
	}
	if e := entry(); e.RequestStatus != types.DirectoryConfigurationStatusRequested || *e.AppliedValue != "Enable" || *e.RequestedValue != "Disable" {
		t.Errorf("asked for: %+v", e)
	}
	put(r, store.ConfigStatus, *id, directory.ConfigStatus{Serial: 1, Applied: map[string]string{"TLS_1_0": "Disable"},
		Regions: map[string]directory.RegionConfig{"us-east-1": {Serial: 1, State: directory.SettingUpdated}}})
	if e := entry(); e.RequestStatus != types.DirectoryConfigurationStatusUpdated || *e.AppliedValue != "Disable" {
		t.Errorf("in force: %+v", e)
	}
}
