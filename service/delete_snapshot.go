package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// DeleteSnapshot deletes a manual snapshot. Automatic ones go by themselves.
func (s *Service) DeleteSnapshot(ctx context.Context, caller audit.Caller, in *directoryservice.DeleteSnapshotInput) (*directoryservice.DeleteSnapshotOutput, error) {
	id := val(in.SnapshotId)
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		o, err := s.snapshotByID(caller, id)
		if err != nil {
			return err
		}
		d, err := s.directoryInPrimary(caller, string(o.Value.Directory), errs.Refused)
		if err != nil {
			return err
		}
		switch {
		case o.Value.Type != directory.SnapshotManual:
			return errs.E(errs.Invalid, "Snapshot %s was taken automatically. Only manual snapshots can be deleted; automatic ones go when newer ones are there.", id)
		case d.Value.Restore.Snapshot == o.Value.ID && directory.Restoring(d.Value, d.Status):
			return errs.E(errs.Refused, "Directory %s is being restored from snapshot %s. Delete the snapshot when the directory is Active.", d.Value.ID, id)
		}
		store.Directories.Expect(tx, d.Object) // no restore begins meanwhile
		o.Value.Delete = true
		store.Snapshots.Put(tx, id, o.Value, o.Revision)
		s.audit(tx, caller, "DeleteSnapshot", id, "DirectoryId", string(o.Value.Directory))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.DeleteSnapshotOutput{SnapshotId: text(id)}, nil
}
