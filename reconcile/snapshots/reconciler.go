// Package snapshots takes backups of directories and deletes those that nobody
// wants any more.
//
// Its key is the snapshot. A backup is of one domain controller, the
// directory's first, which is also the one that a restore brings back; it is
// on disk only sealed. A snapshot is Completed when its file is whole. After a
// crash an unfinished one is taken anew. Restoring is the work of package
// directories.
package snapshots

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/store"
)

// Engine backs up a domain controller that serves.
type Engine interface {
	Backup(ctx context.Context, dc directory.DCID, w io.Writer) error
}

// Files keeps sealed files. *store.Files fits.
type Files interface {
	Write(name string, write func(io.Writer) error) (size int64, err error)
	Remove(name string) error
}

// Config configures a Reconciler.
type Config struct {
	Store  *store.Store
	Engine Engine
	Files  Files
	Log    *slog.Logger     // nil means slog.Default()
	Now    func() time.Time // nil means time.Now
}

// Reconciler takes and deletes snapshots. It fits reconcile.Reconciler.
type Reconciler struct {
	cfg   Config
	store *store.Store

	mu     sync.Mutex
	taking map[string]*taking
}

// taking is a backup that is being taken beside the looks at its snapshot, so
// that the snapshot can be deleted meanwhile.
type taking struct {
	job *reconcile.Job
	st  directory.SnapshotStatus // when it has ended well
}

// How long a snapshot is tried for, and how long it waits between tries.
const (
	patience = 10 * time.Minute
	retry    = 5 * time.Second

	takeLimit = 30 * time.Minute // the engine's own limit is shorter
	moment    = 2 * time.Second  // a look waits for a backup that it has just begun
)

// New builds a Reconciler.
func New(cfg Config) *Reconciler {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Reconciler{cfg: cfg, store: cfg.Store, taking: map[string]*taking{}}
}

// Name implements reconcile.Reconciler.
func (r *Reconciler) Name() string { return "snapshots" }

// Keys lists the snapshots, and those whose status outlived them.
func (r *Reconciler) Keys() []string {
	var keys []string
	for o := range store.Snapshots.All(r.store) {
		keys = append(keys, o.Key)
	}
	for o := range store.SnapshotStatus.All(r.store) {
		if _, ok := store.Snapshots.Get(r.store, o.Key); !ok {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

// KeysFor names the snapshots that a change in the store concerns.
func (r *Reconciler) KeysFor(c store.Change) []string {
	switch c.Table {
	case store.Snapshots.Name():
		return []string{c.Key}
	case store.Directories.Name():
		if _, ok := store.Directories.Get(r.store, c.Key); ok {
			return nil
		}
		var keys []string // of a directory that is gone
		for o := range store.Snapshots.All(r.store) {
			if string(o.Value.Directory) == c.Key {
				keys = append(keys, o.Key)
			}
		}
		return keys
	}
	return nil
}

// Reconcile implements reconcile.Reconciler.
func (r *Reconciler) Reconcile(ctx context.Context, key string) (again time.Duration, err error) {
	spec, ok := store.Snapshots.Get(r.store, key)
	status, known := store.SnapshotStatus.Get(r.store, key)
	var home store.Object[directory.Spec]
	if ok {
		home, ok = store.Directories.Get(r.store, string(spec.Value.Directory))
	}
	switch {
	case !ok || spec.Value.Delete:
		if err = r.abandon(ctx, key); err == nil {
			err = r.remove(ctx, spec, status)
		}
	case known && status.Value.State != directory.SnapshotCreating:
		return 0, nil
	case home.Value.Delete:
		return 0, nil // gone with its directory, in a moment
	default:
		again, err = r.take(ctx, spec.Value, home.Value, status)
	}
	var lost *store.ConflictError
	if errors.As(err, &lost) {
		return retry, nil // somebody was faster; look again
	}
	return again, err
}

// remove deletes the file first: as long as it is there, so is the snapshot.
func (r *Reconciler) remove(ctx context.Context, spec store.Object[directory.Snapshot], status store.Object[directory.SnapshotStatus]) error {
	tx := r.store.Begin()
	if spec.Revision != 0 {
		if err := r.cfg.Files.Remove(directory.SnapshotFile(spec.Value.Directory, spec.Value.ID)); err != nil {
			return err
		}
		store.Snapshots.Delete(tx, spec.Key, spec.Revision)
	}
	if status.Revision != 0 {
		store.SnapshotStatus.Delete(tx, status.Key, status.Revision)
	}
	_, err := tx.Commit(ctx)
	return err
}

// take makes a backup of the directory's first domain controller.
func (r *Reconciler) take(ctx context.Context, spec directory.Snapshot, home directory.Spec, status store.Object[directory.SnapshotStatus]) (time.Duration, error) {
	var st directory.SnapshotStatus
	became, _ := store.DirectoryStatus.Get(r.store, string(home.ID))
	first := home.DCs[0].ID
	t := r.underWay(string(spec.ID))
	var err error
	if t == nil {
		if err = r.ready(home, became.Value, first); err == nil {
			t = r.begin(ctx, home.ID, spec.ID, first)
		}
	}
	if err == nil {
		select {
		case <-t.job.Done():
			r.ended(string(spec.ID))
			err = t.job.Err()
		default:
			return retry, nil // its end asks for a look
		}
	}
	switch {
	case err == nil:
		st = t.st
		r.cfg.Log.Info("snapshot taken", "snapshot", spec.ID, "directory", home.ID, "dc", first, "bytes", st.Bytes)
	case ctx.Err() != nil:
		return 0, ctx.Err() // taken anew after the next start
	case r.cfg.Now().Sub(spec.CreatedAt) >= patience:
		st = directory.SnapshotStatus{State: directory.SnapshotFailed, Reason: err.Error()}
		r.cfg.Log.Error("snapshot failed", "snapshot", spec.ID, "directory", home.ID, "error", err.Error())
	default:
		st = directory.SnapshotStatus{State: directory.SnapshotCreating, Reason: err.Error()}
		if st.Reason != status.Value.Reason {
			r.cfg.Log.Warn("a snapshot is not taken yet", "snapshot", spec.ID, "directory", home.ID, "error", st.Reason)
		}
	}
	if st != status.Value {
		tx := r.store.Begin()
		store.SnapshotStatus.Put(tx, string(spec.ID), st, status.Revision)
		if _, err := tx.Commit(ctx); err != nil {
			return 0, err
		}
	}
	if st.State == directory.SnapshotCreating {
		return retry, nil
	}
	return 0, nil
}

// begin takes a backup beside the looks, and waits a moment for its end.
func (r *Reconciler) begin(ctx context.Context, home directory.ID, id directory.SnapshotID, dc directory.DCID) *taking {
	t := &taking{st: directory.SnapshotStatus{State: directory.SnapshotCompleted, DC: dc, TakenAt: r.cfg.Now().UTC().Truncate(time.Millisecond)}}
	t.job = reconcile.Beside(ctx, takeLimit, func(ctx context.Context) (err error) {
		t.st.Bytes, err = r.cfg.Files.Write(directory.SnapshotFile(home, id), func(w io.Writer) error {
			return r.cfg.Engine.Backup(ctx, dc, w)
		})
		return err
	})
	r.mu.Lock()
	r.taking[string(id)] = t
	r.mu.Unlock()
	_ = reconcile.Wait(ctx, func() error {
		timer := time.NewTimer(moment)
		defer timer.Stop()
		select {
		case <-t.job.Done():
		case <-timer.C:
		case <-ctx.Done():
		}
		return nil
	})
	return t
}

func (r *Reconciler) underWay(key string) *taking {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.taking[key]
}

func (r *Reconciler) ended(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.taking, key)
}

// abandon ends the backup that is being taken, if any.
func (r *Reconciler) abandon(ctx context.Context, key string) error {
	t := r.underWay(key)
	if t == nil {
		return nil
	}
	t.job.Stop()
	return reconcile.Wait(ctx, func() error {
		select {
		case <-t.job.Done():
			r.ended(key)
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
}

// ready says why a backup cannot be taken now.
func (r *Reconciler) ready(home directory.Spec, became directory.Status, first directory.DCID) error {
	if directory.Restoring(home, became) {
		return errors.New("the directory is being restored")
	}
	if dc, _ := became.DCByID(first); dc.State != directory.DCActive {
		return errors.New("domain controller " + string(first) + ", of which snapshots are taken, does not answer")
	}
	return nil
}
