package service

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// RemoveRegion says that a directory is no longer wanted in the caller's
// Region, an additional one. The Region is Deleting from here on; its domain
// controllers are demoted, and when nothing of them is left it is gone. A
// second call gives the same answer.
func (s *Service) RemoveRegion(ctx context.Context, caller audit.Caller, in *directoryservice.RemoveRegionInput) (*directoryservice.RemoveRegionOutput, error) {
	id := val(in.DirectoryId)
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.replicated(caller, id)
		switch {
		case err != nil:
			return err
		case d.Value.Region == caller.Region:
			return errs.E(errs.Unsupported, "%s is the primary Region of directory %s, which cannot be removed. Call RemoveRegion in the additional Region that is to be removed, or delete the directory with DeleteDirectory.", caller.Region, id)
		case d.Place.Delete:
			return errNothing
		case !d.primaryUsable():
			return errs.E(errs.Unavailable, "Directory %s is not available in its primary Region %s: its stage is %s. Its domain controllers there take part in the removal.", id, d.Value.Region, directory.Now(d.Value, d.Status))
		}
		d.Value.ChangePlace(caller.Region, func(r *directory.Region) { r.Delete = true })
		d.Value.DCs = slices.Clone(d.Value.DCs)
		for i, dc := range d.Value.DCs {
			if dc.Region == caller.Region {
				d.Value.DCs[i].Delete = true
			}
		}
		store.Directories.Put(tx, id, d.Value, d.Revision)
		s.audit(tx, caller, "RemoveRegion", id, "RegionName", caller.Region)
		return nil
	})
	if err != nil && !errors.Is(err, errNothing) {
		return nil, classified(err)
	}
	return &directoryservice.RemoveRegionOutput{}, nil
}

// primaryUsable reports whether the directory takes changes where it is at
// home.
func (f found) primaryUsable() bool {
	stage := directory.Now(f.Value, f.Status)
	return stage == directory.StageActive || stage == directory.StageImpaired
}
