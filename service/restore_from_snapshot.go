package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// RestoreFromSnapshot takes a directory back to a snapshot. It answers at
// once; the directory is Restoring from then on.
func (s *Service) RestoreFromSnapshot(ctx context.Context, caller audit.Caller, in *directoryservice.RestoreFromSnapshotInput) (*directoryservice.RestoreFromSnapshotOutput, error) {
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
		st := store.SnapshotStatus.Peek(s.store, id)
		if err := s.restorable(d, o.Value, st); err != nil {
			return err
		}
		d.Value.Restore = directory.Restore{
			Serial: d.Value.Restore.Serial + 1, Snapshot: o.Value.ID, TakenAt: st.TakenAt, At: s.now(),
		}
		store.Snapshots.Expect(tx, o) // it is not deleted meanwhile
		store.Directories.Put(tx, string(d.Value.ID), d.Value, d.Revision)
		s.audit(tx, caller, "RestoreFromSnapshot", string(d.Value.ID), "SnapshotId", id)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.RestoreFromSnapshotOutput{}, nil
}

// restorable says why a directory cannot be restored from a snapshot.
func (s *Service) restorable(d found, snapshot directory.Snapshot, st directory.SnapshotStatus) error {
	if !d.usable() && d.Stage != directory.StageInoperable {
		return d.notUsable(errs.Refused)
	}
	switch {
	case st.State == directory.SnapshotFailed:
		return errs.E(errs.Invalid, "Snapshot %s failed: %s. It cannot be restored.", snapshot.ID, st.Reason)
	case st.State != directory.SnapshotCompleted:
		return errs.E(errs.Invalid, "Snapshot %s is not Completed yet. Retry the operation when it is.", snapshot.ID)
	case s.now().Sub(st.TakenAt) > directory.SnapshotLife:
		return errs.E(errs.Invalid, "Snapshot %s is older than %d days. What computers and trust partners know has changed too often since.", snapshot.ID, int(directory.SnapshotLife.Hours()/24))
	case st.DC != d.Value.DCs[0].ID:
		return errs.E(errs.Invalid, "Snapshot %s was taken of domain controller %s, which directory %s does not have any more.", snapshot.ID, st.DC, d.Value.ID)
	}
	return nil
}
