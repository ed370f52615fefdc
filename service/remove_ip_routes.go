package service

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// RemoveIpRoutes takes ways out away from a directory's domain controllers in
// the caller's Region.
func (s *Service) RemoveIpRoutes(ctx context.Context, caller audit.Caller, in *directoryservice.RemoveIpRoutesInput) (*directoryservice.RemoveIpRoutesOutput, error) {
	if len(in.CidrIps)+len(in.CidrIpv6s) == 0 {
		return nil, errs.E(errs.Invalid, "The list of CIDR blocks must not be empty.")
	}
	var cidrs []netip.Prefix
	for i, given := range append(slices.Clone(in.CidrIps), in.CidrIpv6s...) {
		p, err := s.parseCIDR(given, i >= len(in.CidrIps))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(cidrs, p) {
			cidrs = append(cidrs, p)
		}
	}
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryByID(caller, val(in.DirectoryId))
		if err != nil {
			return err
		}
		if err := s.changeable(d, caller.Region); err != nil {
			return err
		}
		for _, p := range cidrs {
			o, ok := store.IPRoutes.Get(s.store, directory.IPRouteKey(d.Value.ID, caller.Region, p))
			if !ok {
				return errs.E(errs.NotFound, "An IP route for %s does not exist in directory %s.", p, d.Key)
			}
			o.Value.Delete = true
			store.IPRoutes.Put(tx, o.Key, o.Value, o.Revision)
		}
		store.Directories.Expect(tx, d.Object) // it is not being deleted at the same moment
		store.IPRoutes.Counted(tx)             // of two changes at once one is told of the other
		s.audit(tx, caller, "RemoveIpRoutes", d.Key, "CidrIps", strings.Join(in.CidrIps, ","), "CidrIpv6s", strings.Join(in.CidrIpv6s, ","))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.RemoveIpRoutesOutput{}, nil
}
