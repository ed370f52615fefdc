package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/store"
)

// DescribeSnapshots lists the snapshots of a directory, or of all directories
// of the caller in the Region, or those named.
func (s *Service) DescribeSnapshots(_ context.Context, caller audit.Caller, in *directoryservice.DescribeSnapshotsInput) (*directoryservice.DescribeSnapshotsOutput, error) {
	if in.SnapshotIds != nil && len(in.SnapshotIds) == 0 {
		return nil, errs.E(errs.Invalid, "The list of snapshot ids must not be empty.")
	}
	all, err := s.snapshots(caller, in)
	if err != nil {
		return nil, err
	}
	bind := paging.Bind(append([]string{caller.Account, caller.Region, "DescribeSnapshots", val(in.DirectoryId)}, in.SnapshotIds...)...)
	page, next, err := paging.Page(all, func(n directory.Snapshot) string { return string(n.ID) }, val(in.Limit), val(in.NextToken), bind, s.cfg.TokenKey)
	if err != nil {
		return nil, err
	}
	out := &directoryservice.DescribeSnapshotsOutput{Snapshots: make([]types.Snapshot, 0, len(page)), NextToken: text(next)}
	for _, spec := range page {
		out.Snapshots = append(out.Snapshots, describeSnapshot(spec, store.SnapshotStatus.Peek(s.store, string(spec.ID))))
	}
	return out, nil
}

// snapshots gives the snapshots asked for, by id.
func (s *Service) snapshots(caller audit.Caller, in *directoryservice.DescribeSnapshotsInput) ([]directory.Snapshot, error) {
	if in.DirectoryId != nil {
		if _, err := s.directoryByID(caller, *in.DirectoryId); err != nil {
			return nil, err
		}
	}
	var list []directory.Snapshot
	for _, id := range sortedSet(in.SnapshotIds) {
		o, err := s.snapshotByID(caller, id)
		if err != nil || in.DirectoryId != nil && *in.DirectoryId != string(o.Value.Directory) {
			return nil, errs.E(errs.NotFound, "Snapshot %s does not exist", id)
		}
		list = append(list, o.Value)
	}
	if in.SnapshotIds != nil {
		return list, nil
	}
	for o := range store.Snapshots.All(s.store) {
		if s.snapshotHere(caller, o.Value) && (in.DirectoryId == nil || *in.DirectoryId == string(o.Value.Directory)) {
			list = append(list, o.Value)
		}
	}
	return list, nil
}

// snapshotByID finds a snapshot of one of the caller's directories. The error
// is an errs.NotFound.
func (s *Service) snapshotByID(caller audit.Caller, id string) (store.Object[directory.Snapshot], error) {
	o, ok := store.Snapshots.Get(s.store, id)
	if !ok || !s.snapshotHere(caller, o.Value) {
		return o, errs.E(errs.NotFound, "Snapshot %s does not exist", id)
	}
	return o, nil
}

func (s *Service) snapshotHere(caller audit.Caller, n directory.Snapshot) bool {
	_, err := s.directoryByID(caller, string(n.Directory))
	return err == nil && !n.Delete
}

func describeSnapshot(spec directory.Snapshot, st directory.SnapshotStatus) types.Snapshot {
	out := types.Snapshot{
		SnapshotId: text(spec.ID), DirectoryId: text(spec.Directory), Name: text(spec.Name), Type: types.SnapshotType(spec.Type),
		Status: types.SnapshotStatusCreating, StartTime: when(spec.CreatedAt),
	}
	if st.State != "" {
		out.Status = types.SnapshotStatus(st.State)
	}
	if !st.TakenAt.IsZero() {
		out.StartTime = when(st.TakenAt)
	}
	return out
}
