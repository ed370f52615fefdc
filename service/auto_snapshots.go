package service

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
)

// TakeAutoSnapshots asks for the daily snapshot of each directory that has none
// since the last time that it was that time of day, and for the end of those
// that newer ones replace. at is a time of day in UTC, as the time since
// midnight. It is to be called every minute or so; a server that was off
// makes good for it when it is on again.
func (s *Service) TakeAutoSnapshots(ctx context.Context, at time.Duration) error {
	due := s.now().Truncate(24 * time.Hour).Add(at)
	if due.After(s.now()) {
		due = due.Add(-24 * time.Hour)
	}
	for o := range store.Directories.All(s.store) {
		id := o.Value.ID
		_, err := s.decide(ctx, func(tx *store.Txn) error { return s.autoSnapshot(tx, id, due) })
		if err != nil && err != errNothing { //nolint:errorlint // decide gives build's error as it is
			return err
		}
	}
	return nil
}

// autoSnapshot decides for one directory.
func (s *Service) autoSnapshot(tx *store.Txn, id directory.ID, due time.Time) error {
	o, ok := store.Directories.Get(s.store, string(id))
	status, _ := store.DirectoryStatus.Get(s.store, string(id))
	if !ok || directory.Now(o.Value, status.Value) != directory.StageActive || o.Value.CreatedAt.After(due) {
		return errNothing
	}
	var autos []store.Object[directory.Snapshot]
	for _, n := range store.Snapshots.List(s.store) {
		if n.Value.Directory == id && n.Value.Type == directory.SnapshotAuto && !n.Value.Delete {
			autos = append(autos, n)
		}
	}
	slices.SortFunc(autos, func(a, b store.Object[directory.Snapshot]) int {
		return -cmp.Compare(a.Value.CreatedAt.UnixNano(), b.Value.CreatedAt.UnixNano())
	})
	decided := false
	if len(autos) == 0 || autos[0].Value.CreatedAt.Before(due) {
		snapshot := directory.NewSnapshotID(random5())
		store.Snapshots.Put(tx, string(snapshot), directory.Snapshot{
			ID: snapshot, Directory: id, Type: directory.SnapshotAuto, CreatedAt: s.now(),
		}, 0)
		s.audit(tx, ownCaller(o.Value), "CreateSnapshot", string(snapshot), "DirectoryId", string(id), "Type", string(directory.SnapshotAuto))
		decided = true
	}
	if decided {
		autos = slices.Insert(autos, 0, store.Object[directory.Snapshot]{})
	}
	for _, old := range s.outdated(autos, o.Value, status.Value) {
		if !tx.Room(1) {
			break // the rest goes with the next look
		}
		old.Value.Delete = true
		store.Snapshots.Put(tx, old.Key, old.Value, old.Revision)
		decided = true
	}
	if !decided {
		return errNothing
	}
	return nil
}

// outdated gives the automatic snapshots, newest first, that are to go: all
// but the newest that hold something, and never the one that the directory is
// being restored from. The first may be one that is only asked for.
func (s *Service) outdated(autos []store.Object[directory.Snapshot], d directory.Spec, status directory.Status) []store.Object[directory.Snapshot] {
	var gone []store.Object[directory.Snapshot]
	kept := 0
	for _, n := range autos {
		failed := store.SnapshotStatus.Peek(s.store, n.Key).State == directory.SnapshotFailed
		switch {
		case n.Revision != 0 && directory.Restoring(d, status) && d.Restore.Snapshot == n.Value.ID:
		case n.Revision != 0 && (kept >= directory.KeptAutoSnapshots || failed && kept > 0):
			gone = append(gone, n)
		default:
			kept++
		}
	}
	return gone
}

// ownCaller is who decides when nobody called.
func ownCaller(d directory.Spec) audit.Caller {
	return audit.Caller{AccessKeyID: "entente", Account: d.Account, Region: d.Region, RequestID: "auto-" + strconv.FormatInt(time.Now().UnixNano(), 36)}
}
