package service

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// UpdateNumberOfDomainControllers says how many domain controllers are wanted
// in the caller's Region. New ones are there, Creating, when the call returns;
// those that are to go are Deleting. The first two of a Region stay, and with
// them the roles that only one domain controller has.
func (s *Service) UpdateNumberOfDomainControllers(ctx context.Context, caller audit.Caller, in *directoryservice.UpdateNumberOfDomainControllersInput) (*directoryservice.UpdateNumberOfDomainControllersOutput, error) {
	id, desired := val(in.DirectoryId), int(val(in.DesiredNumber))
	switch {
	case desired < directory.MinDCs:
		return nil, errs.E(errs.Invalid, "Invalid number of domain controllers. It must be at least %d.", directory.MinDCs)
	case desired > directory.MaxDCs:
		return nil, errs.E(errs.ControllerLimit, "Domain controller limit exceeded. A maximum of %d domain controllers per directory and Region may be created.", directory.MaxDCs)
	}
	err := s.withNewDCs(func() error {
		_, err := s.decide(ctx, func(tx *store.Txn) error {
			d, err := s.directoryByID(caller, id)
			if err != nil {
				return err
			}
			now := d.Value.Desired(caller.Region)
			switch {
			case !d.usable():
				return d.notUsable(errs.Unavailable)
			case now == desired:
				return errNothing
			case d.scaling(caller.Region):
				return errs.E(errs.Refused, "An update is already in progress for directory %s. Please wait until this update is complete before making another change.", id)
			case now < desired:
				dcs, err := s.placeDCs(d.Value, d.Place, desired-now)
				if err != nil {
					return err
				}
				s.expectVPC(tx, d.Place.VPC)
				s.addDCs(tx, &d.Value, dcs)
			default:
				d.Value.DCs = withoutNewest(d, caller.Region, now-desired)
			}
			store.Directories.Put(tx, id, d.Value, d.Revision)
			s.audit(tx, caller, "UpdateNumberOfDomainControllers", id, "DesiredNumber", strconv.Itoa(desired))
			return nil
		})
		return err
	})
	if err != nil && !errors.Is(err, errNothing) {
		return nil, classified(err)
	}
	return &directoryservice.UpdateNumberOfDomainControllersOutput{}, nil
}

// scaling reports whether domain controllers come or go in a Region at the
// moment. One that failed to come holds nobody up: it may be taken away again.
func (f found) scaling(region string) bool {
	return slices.ContainsFunc(f.Value.DCsIn(region), func(dc directory.DC) bool {
		st, _ := f.Status.DCByID(dc.ID)
		return dc.Delete || st.State == "" || st.State == directory.DCCreating
	})
}

// withoutNewest marks n domain controllers of a Region as to be removed: those
// that failed first, then the newest. The first two of the Region are never
// among them.
func withoutNewest(f found, region string, n int) []directory.DC {
	all := slices.Clone(f.Value.DCs)
	var order []int // candidates, the oldest first
	for i, dc := range all {
		if f.Value.RegionOf(dc) == region {
			order = append(order, i)
		}
	}
	order = order[min(directory.MinDCs, len(order)):]
	slices.SortStableFunc(order, func(a, b int) int { return failed(f, all[a]) - failed(f, all[b]) })
	for _, i := range order[max(0, len(order)-n):] {
		all[i].Delete = true
	}
	return all
}

func failed(f found, dc directory.DC) int {
	if st, _ := f.Status.DCByID(dc.ID); st.State == directory.DCFailed {
		return 1
	}
	return 0
}
