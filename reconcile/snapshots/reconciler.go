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
	"time"

	"github.com/entente-ad/entente/directory"
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
}

// How long a snapshot is tried for, and how long it waits between tries.
const (
	patience = 10 * time.Minute
	retry    = 5 * time.Second
)

// New builds a Reconciler.
func New(cfg Config) *Reconciler {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Reconciler{cfg: cfg, store: cfg.Store}
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
		err = r.remove(ctx, spec, status)
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
	st := directory.SnapshotStatus{State: directory.SnapshotCreating}
	became, _ := store.DirectoryStatus.Get(r.store, string(home.ID))
	first := home.DCs[0].ID
	err := r.ready(home, became.Value, first)
	if err == nil {
		st.TakenAt, st.DC = r.cfg.Now().UTC().Truncate(time.Millisecond), first
		st.Bytes, err = r.cfg.Files.Write(directory.SnapshotFile(home.ID, spec.ID), func(w io.Writer) error {
			return r.cfg.Engine.Backup(ctx, first, w)
		})
	}
	switch {
	case err == nil:
		st.State = directory.SnapshotCompleted
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
