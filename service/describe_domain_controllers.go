package service

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/paging"
)

// DescribeDomainControllers lists a directory's domain controllers in the
// caller's Region, or those of them that are named.
func (s *Service) DescribeDomainControllers(_ context.Context, caller audit.Caller, in *directoryservice.DescribeDomainControllersInput) (*directoryservice.DescribeDomainControllersOutput, error) {
	if in.DomainControllerIds != nil && len(in.DomainControllerIds) == 0 {
		return nil, errs.E(errs.Invalid, "The list of domain controller ids must not be empty.")
	}
	f, err := s.directoryByID(caller, val(in.DirectoryId))
	if err != nil {
		return nil, err
	}
	dcs := f.Value.DCsIn(caller.Region)
	if in.DomainControllerIds != nil {
		if dcs, err = namedDCs(f.Key, dcs, in.DomainControllerIds); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(dcs, func(a, b directory.DC) int { return cmp.Compare(a.ID, b.ID) })
	bind := paging.Bind(append([]string{caller.Account, caller.Region, "DescribeDomainControllers", f.Key}, in.DomainControllerIds...)...)
	page, next, err := paging.Page(dcs, func(dc directory.DC) string { return string(dc.ID) }, val(in.Limit), val(in.NextToken), bind, s.cfg.TokenKey)
	if err != nil {
		return nil, err
	}
	out := &directoryservice.DescribeDomainControllersOutput{DomainControllers: []types.DomainController{}, NextToken: text(next)}
	for _, dc := range page {
		out.DomainControllers = append(out.DomainControllers, describeDC(f, dc))
	}
	return out, nil
}

func namedDCs(directoryID string, all []directory.DC, ids []string) ([]directory.DC, error) {
	var dcs []directory.DC
	for _, id := range sortedSet(ids) {
		i := slices.IndexFunc(all, func(dc directory.DC) bool { return string(dc.ID) == id })
		if i < 0 {
			return nil, errs.E(errs.NotFound, "Domain controller %s does not exist in directory %s", id, directoryID)
		}
		dcs = append(dcs, all[i])
	}
	return dcs, nil
}

func describeDC(f found, dc directory.DC) types.DomainController {
	st, _ := f.Status.DCByID(dc.ID)
	state, reason := st.State, st.Reason
	switch {
	case (f.Value.Delete || dc.Delete) && state != directory.DCDeleted:
		state, reason = directory.DCDeleting, ""
	case state == "":
		state = directory.DCCreating
	}
	return types.DomainController{
		DirectoryId: text(f.Value.ID), DomainControllerId: text(dc.ID),
		DnsIpAddr: text(dc.Address.String()), VpcId: text(f.Place.VPC), SubnetId: text(dc.Subnet), AvailabilityZone: text(dc.AZ),
		Status: types.DomainControllerStatus(state), StatusReason: text(reason),
		LaunchTime: when(firstTime(st.LaunchTime, firstTime(st.Since, f.Place.AddedAt))), StatusLastUpdatedDateTime: when(firstTime(st.Since, f.Place.AddedAt)),
	}
}

func firstTime(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}
