package events_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/reconcile/events"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	home   = directory.ID("d-0123456789")
	region = "us-east-1"
	one    = directory.DCID("dc-0000000000")
	two    = directory.DCID("dc-0000000001")
)

// rig is a directory with a topic and a log subscription, its domain
// controllers' logs, and where messages go, in memory.
type rig struct {
	*testing.T
	store   *store.Store
	now     time.Time
	logs    map[directory.DCID][]string // records; a place's offset is how many were read
	told    []string                    // what was delivered
	known   bool                        // whether anybody said where messages go
	refused error                       // what the receiver says
}

func newRig(t *testing.T) *rig {
	r := &rig{T: t, store: storetest.New(t), now: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC), logs: map[directory.DCID][]string{}, known: true}
	tx := r.store.Begin()
	store.Directories.Put(tx, string(home), directory.Spec{
		ID: home, Name: "corp.example.com", Account: "123456789012", Region: region, DCs: []directory.DC{{ID: one, HostName: "a"}, {ID: two, HostName: "b"}},
	}, 0)
	store.EventTopics.Put(tx, topicKey, directory.EventTopic{Directory: home, Region: region, Name: "stages", CreatedAt: r.now, Stage: directory.StageActive}, 0)
	store.LogSubscriptions.Put(tx, logKey, directory.LogSubscription{Directory: home, Region: region, Group: "security"}, 0)
	storetest.Commit(r, tx)
	return r
}

var topicKey, logKey = directory.EventTopicKey(home, region, "stages"), directory.LogSubscriptionKey(home, region)

func (r *rig) stage(s directory.Stage) {
	r.Helper()
	old, _ := store.DirectoryStatus.Get(r.store, string(home))
	tx := r.store.Begin()
	store.DirectoryStatus.Put(tx, string(home), directory.Status{Stage: s, StageReason: "because of a test", StageSince: r.now}, old.Revision)
	storetest.Commit(r, tx)
}

func (r *rig) deliver(_ context.Context, name, _ string, body []byte) (bool, error) {
	if r.known && r.refused == nil {
		r.told = append(r.told, name+" "+string(body))
	}
	return r.known, r.refused
}

func (r *rig) SecurityLog(dc directory.DCID, from directory.LogPlace) ([]string, directory.LogPlace, error) {
	all := r.logs[dc]
	end := min(int(from.Offset)+2, len(all)) // two at a time
	return all[from.Offset:end], directory.LogPlace{File: 1, Offset: int64(end)}, nil
}

// look reconciles everything once, as a process that was just started does.
func (r *rig) look() (again time.Duration) {
	r.Helper()
	rec := events.New(events.Config{Store: r.store, Topics: r.deliver, Groups: r.deliver, Logs: r, Now: func() time.Time { return r.now }})
	keys := rec.Keys()
	slices.Sort(keys)
	for _, key := range keys {
		next, err := rec.Reconcile(r.Context(), key)
		if err != nil {
			r.Fatal(err)
		}
		again = max(again, next)
	}
	return again
}

func (r *rig) topic() directory.EventTopicStatus {
	return store.EventTopicStatus.Peek(r.store, topicKey)
}

func TestATopicIsToldOfEveryStageOnce(t *testing.T) {
	r := newRig(t)
	r.stage(directory.StageActive)
	r.look()
	if len(r.told) != 0 {
		t.Errorf("what was at the registration is told as news: %q", r.told)
	}
	for _, s := range []directory.Stage{directory.StageImpaired, directory.StageActive} {
		r.stage(s)
		r.look()
		r.look()
	}
	if len(r.told) != 2 {
		t.Fatalf("told %q", r.told)
	}
	var message struct{ Type, MessageId, TopicArn, Message string }
	if err := json.Unmarshal([]byte(strings.TrimPrefix(r.told[0], "stages ")), &message); err != nil {
		t.Fatal(err)
	}
	if message.Type != "Notification" || message.TopicArn != "arn:aws:sns:us-east-1:123456789012:stages" || message.MessageId == "" ||
		!strings.Contains(message.Message, "from Active to Impaired") || !strings.Contains(message.Message, "because of a test") {
		t.Errorf("told %+v", message)
	}
}

// A change before the first look at a registration is news.
func TestNothingIsLostAtTheRegistration(t *testing.T) {
	r := newRig(t)
	r.stage(directory.StageImpaired)
	r.look()
	if len(r.told) != 1 {
		t.Errorf("told %q", r.told)
	}
}

func TestADeliveryThatFailsIsTriedAgain(t *testing.T) {
	r := newRig(t)
	r.stage(directory.StageActive)
	r.look()
	r.stage(directory.StageImpaired)
	for _, wrong := range []struct {
		known bool
		err   error
		state directory.TopicState
	}{{true, errors.New("connection refused"), directory.TopicFailed}, {false, nil, directory.TopicNotFound}} {
		r.known, r.refused = wrong.known, wrong.err
		if again := r.look(); again == 0 || r.topic().State != wrong.state || r.topic().Told != directory.StageActive {
			t.Errorf("%+v: looked at again after %v, %+v", wrong, again, r.topic())
		}
	}
	r.known, r.refused = true, nil
	r.look()
	if len(r.told) != 1 || r.topic().State != directory.TopicRegistered || r.topic().Error != "" {
		t.Errorf("told %q, %+v", r.told, r.topic())
	}
}

func TestLogsAreForwardedFromWhereTheyWereLeft(t *testing.T) {
	r := newRig(t)
	for i := range 5 {
		r.logs[one] = append(r.logs[one], fmt.Sprintf(`{"n":%d}`, i))
	}
	r.logs[two] = []string{`{"cut by a cra`, `{"n":9}`}
	r.look()
	r.logs[one] = append(r.logs[one], `{"n":5}`)
	r.refused = errors.New("connection refused")
	r.look()
	if st := store.LogStatus.Peek(r.store, logKey); !strings.Contains(st.Error, "connection refused") || st.Places[one].Offset != 5 {
		t.Errorf("after a failure: %+v", st)
	}
	r.refused = nil
	r.look()
	r.look()
	all := strings.Join(r.told, "")
	for i := range 6 {
		if n := strings.Count(all, fmt.Sprintf(`"event":{"n":%d}`, i)); n != 1 {
			t.Errorf("record %d was forwarded %d times", i, n)
		}
	}
	if !strings.Contains(all, `"logStream":"d-0123456789-us-east-1-b"`) || strings.Contains(all, "cut by") {
		t.Errorf("told %s", all)
	}
}

func TestWhatIsNotWantedAnyMoreIsForgotten(t *testing.T) {
	r := newRig(t)
	r.stage(directory.StageActive)
	r.look()
	topic, _ := store.EventTopics.Get(r.store, topicKey)
	topic.Value.Delete = true
	directoryGone, _ := store.Directories.Get(r.store, string(home))
	tx := r.store.Begin()
	store.EventTopics.Put(tx, topicKey, topic.Value, topic.Revision)
	store.Directories.Delete(tx, string(home), directoryGone.Revision)
	storetest.Commit(r, tx)
	r.look()
	rec := events.New(events.Config{Store: r.store})
	if keys := rec.Keys(); len(keys) != 0 {
		t.Errorf("left: %q", keys)
	}
}

// A busy log is looked at every 2 s; a write costs a disk and wakes everybody
// who watches the store.
func TestABusyLogIsForwardedWithFewWrites(t *testing.T) {
	r := newRig(t)
	rec := events.New(events.Config{Store: r.store, Topics: r.deliver, Groups: r.deliver, Logs: r, Now: func() time.Time { return r.now }})
	key := "log/" + logKey
	before, looks := r.store.Revision(), 0
	for end := r.now.Add(5 * time.Minute); r.now.Before(end); looks++ {
		r.logs[one] = append(r.logs[one], fmt.Sprintf(`{"n":%d}`, looks))
		again, err := rec.Reconcile(t.Context(), key)
		if err != nil || again == 0 {
			t.Fatal(again, err)
		}
		r.now = r.now.Add(again)
	}
	if len(r.told) != looks {
		t.Errorf("%d of %d records were forwarded at once", len(r.told), looks)
	}
	if writes := r.store.Revision() - before; writes > 6 {
		t.Errorf("%d writes in 5 minutes, %d looks", writes, looks)
	}
	// What it cannot deliver it says once, whatever the words.
	before = r.store.Revision()
	for i := range 20 {
		r.refused = fmt.Errorf("connection from port %d refused", 40000+i)
		r.logs[one] = append(r.logs[one], `{"n":-1}`)
		if _, err := rec.Reconcile(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		r.now = r.now.Add(time.Second)
	}
	if writes := r.store.Revision() - before; writes != 1 || store.LogStatus.Peek(r.store, logKey).Error == "" {
		t.Errorf("%d writes for one failure", writes)
	}
}

// What a process delivered after its last write comes again after a crash, and
// nothing is left out.
func TestACrashBetweenWritesLosesNoRecord(t *testing.T) {
	r := newRig(t)
	for i := range 3 {
		r.logs[one] = append(r.logs[one], fmt.Sprintf(`{"n":%d}`, i))
	}
	r.look()
	rec := events.New(events.Config{Store: r.store, Topics: r.deliver, Groups: r.deliver, Logs: r, Now: func() time.Time { return r.now }})
	for i := 3; i < 8; i++ {
		r.logs[one] = append(r.logs[one], fmt.Sprintf(`{"n":%d}`, i))
		if _, err := rec.Reconcile(t.Context(), "log/"+logKey); err != nil {
			t.Fatal(err)
		}
	}
	r.look() // another process
	all := strings.Join(r.told, "")
	for i := range 8 {
		if n := strings.Count(all, fmt.Sprintf(`"event":{"n":%d}`, i)); n < 1 || n > 2 {
			t.Errorf("record %d was forwarded %d times", i, n)
		}
	}
}

// A change of a directory's status does not read its logs: the clock does.
func TestWhatADirectorysStatusConcerns(t *testing.T) {
	r := newRig(t)
	rec := events.New(events.Config{Store: r.store})
	if keys := rec.KeysFor(store.Change{Table: store.DirectoryStatus.Name(), Key: string(home)}); !slices.Equal(keys, []string{"topic/" + topicKey}) {
		t.Errorf("a status: %q", keys)
	}
	if keys := rec.KeysFor(store.Change{Table: store.Directories.Name(), Key: string(home)}); len(keys) != 2 {
		t.Errorf("a directory: %q", keys)
	}
}
