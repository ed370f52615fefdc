package settings_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/reconcile/settings"
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

// rig is a directory whose domain controllers are in memory.
type rig struct {
	*testing.T
	store   *store.Store
	has     map[directory.DCID]directory.DCConfig
	done    []directory.DCID // in the order in which they were changed
	refused error            // what changing one says
	silent  int              // how often one does not answer after a change
}

func newRig(t *testing.T) *rig {
	r := &rig{T: t, store: storetest.New(t), has: map[directory.DCID]directory.DCConfig{}}
	tx := r.store.Begin()
	store.Directories.Put(tx, string(home), directory.Spec{ID: home, Name: "corp.example.com", Region: region, DCs: []directory.DC{{ID: one}, {ID: two}}}, 0)
	storetest.Commit(r, tx)
	r.states(directory.DCActive, directory.DCActive)
	return r
}

func (r *rig) states(first, second directory.DCState) {
	r.Helper()
	old, _ := store.DirectoryStatus.Get(r.store, string(home))
	tx := r.store.Begin()
	store.DirectoryStatus.Put(tx, string(home), directory.Status{
		Stage: directory.StageActive, DCs: []directory.DCStatus{{ID: one, State: first}, {ID: two, State: second}},
	}, old.Revision)
	storetest.Commit(r, tx)
}

// wish asks for a setting.
func (r *rig) wish(name, value string, serial int64) {
	r.Helper()
	o, _ := store.Settings.Get(r.store, string(home))
	tx := r.store.Begin()
	store.Settings.Put(tx, string(home), directory.SettingsSpec{Serial: serial, Wishes: map[string]directory.SettingWish{name: {Value: value, Serial: serial}}}, o.Revision)
	storetest.Commit(r, tx)
}

func (r *rig) Configured(dc directory.DCID) (directory.DCConfig, error) { return r.has[dc], nil }

func (r *rig) Configure(_ context.Context, dc directory.DCID, set directory.DCConfig) error {
	if r.refused == nil {
		r.has[dc] = set
		r.done = append(r.done, dc)
	}
	return r.refused
}

func (r *rig) Probe(context.Context, directory.Instance, secret.Text) error {
	if r.silent--; r.silent >= 0 {
		return errors.New("it starts")
	}
	return nil
}

// look reconciles once, as a process that was just started does.
func (r *rig) look() (again time.Duration, err error) {
	rec := settings.New(settings.Config{Store: r.store, Engine: r, Prober: r})
	return rec.Reconcile(r.Context(), string(home))
}

// settle reconciles until there is nothing left to do.
func (r *rig) settle() {
	r.Helper()
	for range 10 {
		if again, err := r.look(); err != nil {
			r.Fatal(err)
		} else if again == 0 {
			return
		}
	}
	r.Fatal("it does not come to an end")
}

func (r *rig) status() directory.ConfigStatus { return store.ConfigStatus.Peek(r.store, string(home)) }

func TestSettingsComeIntoForceOnOneAfterTheOther(t *testing.T) {
	r := newRig(t)
	r.settle()
	if len(r.done) != 0 || r.status().Serial != 0 {
		t.Fatalf("nobody asked for anything, and %v were changed: %+v", r.done, r.status())
	}
	r.silent = 1 // the first one takes a while to answer
	r.wish("TLS_1_0", "Disable", 1)
	if again, err := r.look(); err != nil || again == 0 || !slices.Equal(r.done, []directory.DCID{one}) {
		t.Fatalf("after the first look: %v, %v, %v", r.done, again, err)
	}
	if st := r.status().Regions[region]; st.State != directory.SettingUpdating || r.status().Serial == 1 {
		t.Errorf("while one of two has it: %+v", r.status())
	}
	r.settle()
	if st := r.status(); st.Serial != 1 || st.Applied["TLS_1_0"] != "Disable" || st.Regions[region].State != directory.SettingUpdated || st.Since.IsZero() {
		t.Errorf("in force: %+v", st)
	}
	if !strings.Contains(r.has[two].TLSPriority, "-VERS-TLS1.0") || r.has[one] != r.has[two] || len(r.done) != 2 {
		t.Errorf("they have %+v; changed were %v", r.has, r.done)
	}
	r.wish("TLS_1_0", "Enable", 2)
	r.settle()
	if r.has[one].TLSPriority != "" || r.status().Serial != 2 {
		t.Errorf("back at the default: %+v, %+v", r.has, r.status())
	}
}

// TestAllOfADirectoryThatIsGoneIsForgotten has more than etcd takes in one
// transaction.
func TestAllOfADirectoryThatIsGoneIsForgotten(t *testing.T) {
	r := newRig(t)
	r.wish("TLS_1_1", "Disable", 1)
	for i := range 200 {
		tx := r.store.Begin()
		store.Certificates.Put(tx, fmt.Sprint("c-", i), directory.Certificate{ID: directory.CertificateID(fmt.Sprint("c-", i)), Directory: home}, 0)
		storetest.Commit(t, tx)
	}
	o, _ := store.Directories.Get(r.store, string(home))
	tx := r.store.Begin()
	store.Directories.Delete(tx, o.Key, o.Revision)
	storetest.Commit(t, tx)
	r.settle()
	if n := len(store.Certificates.List(r.store)) + len(store.Settings.List(r.store)); n != 0 {
		t.Errorf("%d objects are left", n)
	}
}

func TestNoneIsChangedWhileAnotherDoesNotWork(t *testing.T) {
	r := newRig(t)
	r.states(directory.DCActive, directory.DCImpaired)
	r.wish("TLS_1_0", "Disable", 1)
	again, err := r.look()
	if err != nil || again == 0 || len(r.done) != 0 {
		t.Errorf("%v were changed: %v, %v", r.done, again, err)
	}
	if st := r.status().Regions[region]; st.State != directory.SettingUpdating || !strings.Contains(st.Reason, string(two)) {
		t.Errorf("what is waited for is not said: %+v", st)
	}
}

func TestAChangeThatFailsIsSaidAndTriedAgain(t *testing.T) {
	r := newRig(t)
	r.wish("TLS_1_0", "Disable", 1)
	r.refused = errors.New("the disk is full")
	if _, err := r.look(); err == nil {
		t.Error("no error to try again for")
	}
	if st := r.status().Regions[region]; st.State != directory.SettingFailed || !strings.Contains(st.Reason, "the disk is full") {
		t.Errorf("said was %+v", st)
	}
	r.refused = nil
	r.settle()
	if st := r.status().Regions[region]; st.State != directory.SettingUpdated || st.Reason != "" {
		t.Errorf("said is %+v", st)
	}
}

func TestTheSecurityLogFollowsItsSubscription(t *testing.T) {
	r := newRig(t)
	key := directory.LogSubscriptionKey(home, region)
	tx := r.store.Begin()
	store.LogSubscriptions.Put(tx, key, directory.LogSubscription{Directory: home, Region: region, Group: "security"}, 0)
	storetest.Commit(r, tx)
	r.settle()
	if !r.has[one].SecurityLog || !r.has[two].SecurityLog {
		t.Errorf("they have %+v", r.has)
	}
	o, _ := store.LogSubscriptions.Get(r.store, key)
	o.Value.Delete = true
	tx = r.store.Begin()
	store.LogSubscriptions.Put(tx, key, o.Value, o.Revision)
	storetest.Commit(r, tx)
	r.settle()
	if r.has[one].SecurityLog || r.has[two].SecurityLog {
		t.Errorf("they still have %+v", r.has)
	}
}
