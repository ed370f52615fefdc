package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
)

// GetSnapshotLimits gives how many manual snapshots a directory has and may
// have.
func (s *Service) GetSnapshotLimits(_ context.Context, caller audit.Caller, in *directoryservice.GetSnapshotLimitsInput) (*directoryservice.GetSnapshotLimitsOutput, error) {
	d, err := s.directoryByID(caller, val(in.DirectoryId))
	if err != nil {
		return nil, err
	}
	count := s.manualSnapshots(d.Value.ID)
	return &directoryservice.GetSnapshotLimitsOutput{SnapshotLimits: &types.SnapshotLimits{
		ManualSnapshotsLimit: new(int32(directory.MaxManualSnapshots)), ManualSnapshotsCurrentCount: new(int32(count)),
		ManualSnapshotsLimitReached: count >= directory.MaxManualSnapshots,
	}}, nil
}
