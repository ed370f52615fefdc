package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// CreateSnapshot asks for a backup of a directory. It answers before the
// backup is taken.
func (s *Service) CreateSnapshot(ctx context.Context, caller audit.Caller, in *directoryservice.CreateSnapshotInput) (*directoryservice.CreateSnapshotOutput, error) {
	id, snapshot := val(in.DirectoryId), directory.NewSnapshotID(random5())
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryInPrimary(caller, id, errs.Refused)
		if err != nil {
			return err
		}
		if !d.usable() {
			return d.notUsable(errs.Refused)
		}
		if n := s.manualSnapshots(d.Value.ID); n >= directory.MaxManualSnapshots {
			return errs.E(errs.SnapshotLimit, "Snapshot limit exceeded. Directory %s has %d manual snapshots, as many as it may have. Delete one of them first.", id, n)
		}
		store.Snapshots.Counted(tx)
		store.Snapshots.Put(tx, string(snapshot), directory.Snapshot{
			ID: snapshot, Directory: d.Value.ID, Name: val(in.Name), Type: directory.SnapshotManual, CreatedAt: s.now(),
		}, 0)
		s.audit(tx, caller, "CreateSnapshot", string(snapshot), "DirectoryId", id, "Name", val(in.Name))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.CreateSnapshotOutput{SnapshotId: text(snapshot)}, nil
}

// manualSnapshots counts a directory's manual snapshots; one that failed holds
// nothing and does not count.
func (s *Service) manualSnapshots(id directory.ID) int {
	n := 0
	for o := range store.Snapshots.All(s.store) {
		if o.Value.Directory == id && o.Value.Type == directory.SnapshotManual && !o.Value.Delete &&
			store.SnapshotStatus.Peek(s.store, o.Key).State != directory.SnapshotFailed {
			n++
		}
	}
	return n
}
