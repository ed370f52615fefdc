package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// DescribeTrusts lists the trusts of a directory, or of all directories of the
// caller in the Region, or those named.
func (s *Service) DescribeTrusts(_ context.Context, caller audit.Caller, in *directoryservice.DescribeTrustsInput) (*directoryservice.DescribeTrustsOutput, error) {
	if in.TrustIds != nil && len(in.TrustIds) == 0 {
		return nil, errs.E(errs.Invalid, "The list of trust ids must not be empty.")
	}
	all, err := s.trusts(caller, in)
	if err != nil {
		return nil, err
	}
	bind := paging.Bind(append([]string{caller.Account, caller.Region, "DescribeTrusts", val(in.DirectoryId)}, in.TrustIds...)...)
	page, next, err := paging.Page(all, func(t trust.Spec) string { return string(t.ID) }, val(in.Limit), val(in.NextToken), bind, s.cfg.TokenKey)
	if err != nil {
		return nil, err
	}
	out := &directoryservice.DescribeTrustsOutput{Trusts: make([]types.Trust, 0, len(page)), NextToken: text(next)}
	for _, spec := range page {
		status := store.TrustStatus.Peek(s.store, string(spec.ID))
		out.Trusts = append(out.Trusts, describeTrust(spec, trust.Reported(spec, status)))
	}
	return out, nil
}

// trusts gives the trusts asked for, by id.
func (s *Service) trusts(caller audit.Caller, in *directoryservice.DescribeTrustsInput) ([]trust.Spec, error) {
	if in.DirectoryId != nil {
		if _, err := s.directoryByID(caller, *in.DirectoryId); err != nil {
			return nil, err
		}
	}
	var list []trust.Spec
	for _, id := range sortedSet(in.TrustIds) {
		o, _, err := s.trustByID(caller, id)
		if err != nil || in.DirectoryId != nil && *in.DirectoryId != string(o.Value.Directory) {
			return nil, errs.E(errs.NotFound, "Trust %s does not exist", id)
		}
		list = append(list, o.Value)
	}
	if in.TrustIds != nil {
		return list, nil
	}
	for o := range store.Trusts.All(s.store) {
		if s.trustHere(caller, o.Value) && (in.DirectoryId == nil || *in.DirectoryId == string(o.Value.Directory)) {
			list = append(list, o.Value)
		}
	}
	return list, nil
}

func describeTrust(spec trust.Spec, r trust.Report) types.Trust {
	return types.Trust{
		TrustId: text(spec.ID), DirectoryId: text(spec.Directory), RemoteDomainName: text(spec.RemoteDomainName),
		TrustType: types.TrustType(spec.Type), TrustDirection: types.TrustDirection(spec.Direction),
		TrustState: types.TrustState(r.State), TrustStateReason: text(r.Reason), SelectiveAuth: selectiveAuth(spec),
		CreatedDateTime: when(spec.CreatedAt), LastUpdatedDateTime: when(r.Updated), StateLastUpdatedDateTime: when(r.Since),
	}
}
