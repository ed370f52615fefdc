package snapshots_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/reconcile/snapshots"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	home  = directory.ID("d-0123456789")
	first = directory.DCID("dc-0000000000")
	id    = directory.SnapshotID("s-0123456789")
)

// rig is a directory, and the disk and the domain controller in memory. What
// happens is what a crash leaves: a step that fails with stop is not seen by
// the reconciler that comes after.
type rig struct {
	*testing.T
	store  *store.Store
	now    time.Time
	files  map[string]string
	backup func(context.Context, directory.DCID, io.Writer) error
	refuse error // what removing a file says
}

func newRig(t *testing.T) *rig {
	r := &rig{T: t, store: storetest.New(t), now: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC), files: map[string]string{}}
	r.backup = func(_ context.Context, dc directory.DCID, w io.Writer) error {
		_, err := io.WriteString(w, "all of "+string(dc))
		return err
	}
	tx := r.store.Begin()
	store.Directories.Put(tx, string(home), directory.Spec{ID: home, DCs: []directory.DC{{ID: first}, {ID: "dc-0000000001"}}}, 0)
	store.Snapshots.Put(tx, string(id), directory.Snapshot{ID: id, Directory: home, Type: directory.SnapshotManual, CreatedAt: r.now}, 0)
	storetest.Commit(r, tx)
	r.dc(directory.DCActive)
	return r
}

func (r *rig) Backup(ctx context.Context, dc directory.DCID, w io.Writer) error {
	return r.backup(ctx, dc, w)
}

func (r *rig) Write(name string, write func(io.Writer) error) (int64, error) {
	w := &buffer{}
	if err := write(w); err != nil {
		return 0, err
	}
	r.files[name] = string(*w)
	return int64(len(*w)), nil
}

func (r *rig) Remove(name string) error {
	if r.refuse == nil {
		delete(r.files, name)
	}
	return r.refuse
}

type buffer []byte

func (b *buffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// dc sets the state of the first domain controller.
func (r *rig) dc(state directory.DCState) {
	r.Helper()
	old, _ := store.DirectoryStatus.Get(r.store, string(home))
	tx := r.store.Begin()
	store.DirectoryStatus.Put(tx, string(home), directory.Status{DCs: []directory.DCStatus{{ID: first, State: state}}}, old.Revision)
	storetest.Commit(r, tx)
}

// change changes the wish.
func (r *rig) change(how func(*directory.Snapshot)) {
	r.Helper()
	o, _ := store.Snapshots.Get(r.store, string(id))
	how(&o.Value)
	tx := r.store.Begin()
	store.Snapshots.Put(tx, o.Key, o.Value, o.Revision)
	storetest.Commit(r, tx)
}

// look reconciles once, as a process that was just started does.
func (r *rig) look(ctx context.Context) (directory.SnapshotStatus, error) {
	r.Helper()
	rec := snapshots.New(snapshots.Config{Store: r.store, Engine: r, Files: r, Now: func() time.Time { return r.now }})
	_, err := rec.Reconcile(ctx, string(id))
	st, _ := store.SnapshotStatus.Get(r.store, string(id))
	return st.Value, err
}

func (r *rig) must(want directory.SnapshotState) directory.SnapshotStatus {
	r.Helper()
	st, err := r.look(r.Context())
	if err != nil || st.State != want {
		r.Fatalf("%+v, %v; want %s", st, err, want)
	}
	return st
}

func (r *rig) content() string { return r.files[directory.SnapshotFile(home, id)] }

func TestASnapshotIsOfTheFirstDomainController(t *testing.T) {
	r := newRig(t)
	st := r.must(directory.SnapshotCompleted)
	if st.DC != first || st.Bytes != int64(len(r.content())) || !st.TakenAt.Equal(r.now) || r.content() != "all of "+string(first) {
		t.Errorf("%+v %q", st, r.content())
	}
	r.backup = func(context.Context, directory.DCID, io.Writer) error { return errors.New("taken twice") }
	if again := r.must(directory.SnapshotCompleted); again != st {
		t.Errorf("%+v", again)
	}
}

func TestASnapshotThatAStopInterruptsIsTakenAnew(t *testing.T) {
	r := newRig(t)
	whole := r.backup
	ctx, stop := context.WithCancel(t.Context())
	r.backup = func(_ context.Context, _ directory.DCID, w io.Writer) error { // in the middle of it
		_, _ = io.WriteString(w, "half")
		stop()
		return ctx.Err()
	}
	if st, err := r.look(ctx); !errors.Is(err, context.Canceled) || st.State != "" || r.content() != "" {
		t.Fatalf("%+v %v %q", st, err, r.content())
	}
	ctx, stop = context.WithCancel(t.Context())
	r.backup = func(_ context.Context, dc directory.DCID, w io.Writer) error { // after it, before it is said
		defer stop()
		return whole(ctx, dc, w)
	}
	if st, err := r.look(ctx); err == nil || r.content() == "" {
		t.Fatalf("%+v %v %q", st, err, r.content())
	}
	// What the second try wanted to say may have reached etcd, although nobody
	// was there to hear so: then its moment is right, else that of the third.
	second := r.now
	r.now, r.backup = r.now.Add(time.Minute), whole
	if st := r.must(directory.SnapshotCompleted); !st.TakenAt.Equal(r.now) && !st.TakenAt.Equal(second) || r.content() != "all of "+string(first) {
		t.Errorf("%+v %q", st, r.content())
	}
}

func TestASnapshotWaitsForItsDomainController(t *testing.T) {
	r := newRig(t)
	r.dc(directory.DCImpaired)
	if st := r.must(directory.SnapshotCreating); st.Reason == "" {
		t.Errorf("%+v", st)
	}
	r.dc(directory.DCActive)
	r.must(directory.SnapshotCompleted)

	late := newRig(t)
	late.backup = func(context.Context, directory.DCID, io.Writer) error { return errors.New("disk full") }
	late.must(directory.SnapshotCreating)
	late.now = late.now.Add(time.Hour)
	if st := late.must(directory.SnapshotFailed); st.Reason != "disk full" {
		t.Errorf("%+v", st)
	}
}

func TestADeletedSnapshotLeavesNothing(t *testing.T) {
	r := newRig(t)
	r.must(directory.SnapshotCompleted)
	r.change(func(s *directory.Snapshot) { s.Delete = true })
	r.refuse = errors.New("the disk is read-only")
	if st, err := r.look(t.Context()); err == nil || st.State != directory.SnapshotCompleted {
		t.Fatalf("%+v %v", st, err) // as long as the file is there, so is the snapshot
	}
	r.refuse = nil
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := r.look(stopped); err == nil || r.content() != "" { // the file is gone, and that is not said yet
		t.Fatalf("%v %q", err, r.content())
	}
	r.must("")
	if _, ok := store.Snapshots.Get(r.store, string(id)); ok {
		t.Error("the snapshot is still there")
	}
	r.must("") // what is not there is no error
}

func TestSnapshotsGoWithTheirDirectory(t *testing.T) {
	r := newRig(t)
	r.must(directory.SnapshotCompleted)
	o, _ := store.Directories.Get(r.store, string(home))
	tx := r.store.Begin()
	store.Directories.Delete(tx, o.Key, o.Revision)
	storetest.Commit(r, tx)
	rec := snapshots.New(snapshots.Config{Store: r.store, Engine: r, Files: r})
	if keys := rec.KeysFor(store.Change{Table: store.Directories.Name(), Key: o.Key}); len(keys) != 1 || keys[0] != string(id) {
		t.Errorf("%v", keys)
	}
	r.must("")
	if len(r.files) != 0 || len(rec.Keys()) != 0 {
		t.Errorf("%v %v", r.files, rec.Keys())
	}
}
