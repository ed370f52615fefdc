package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/store"
)

// ListADAssessments lists the assessments of the caller's account in the
// Region, or those of one directory, by id.
func (s *Service) ListADAssessments(_ context.Context, caller audit.Caller, in *directoryservice.ListADAssessmentsInput) (*directoryservice.ListADAssessmentsOutput, error) {
	if in.DirectoryId != nil {
		if _, err := s.directoryByID(caller, *in.DirectoryId); err != nil {
			return nil, errs.E(errs.NoDirectory, "Directory %s does not exist", *in.DirectoryId)
		}
	}
	var all []assessment.Spec
	for o := range store.Assessments.All(s.store) {
		a := o.Value
		if a.Account == caller.Account && a.Region == caller.Region && (in.DirectoryId == nil || *in.DirectoryId == string(a.Directory)) {
			all = append(all, a)
		}
	}
	bind := paging.Bind(caller.Account, caller.Region, "ListADAssessments", val(in.DirectoryId))
	page, next, err := paging.Page(all, func(a assessment.Spec) string { return string(a.ID) }, val(in.Limit), val(in.NextToken), bind, s.cfg.TokenKey)
	if errs.Is(err, errs.InvalidNextToken) {
		// The operation declares no exception of that name.
		err = errs.E(errs.Invalid, "The pagination token is not valid for this request.")
	}
	if err != nil {
		return nil, err
	}
	out := &directoryservice.ListADAssessmentsOutput{Assessments: []types.AssessmentSummary{}, NextToken: text(next)}
	for _, spec := range page {
		a := s.describeAssessment(spec, store.AssessmentStatus.Peek(s.store, string(spec.ID)))
		out.Assessments = append(out.Assessments, types.AssessmentSummary{
			AssessmentId: a.AssessmentId, DirectoryId: a.DirectoryId, DnsName: a.DnsName, CustomerDnsIps: a.CustomerDnsIps,
			ReportType: a.ReportType, Status: a.Status, StartTime: a.StartTime, LastUpdateDateTime: a.LastUpdateDateTime,
		})
	}
	return out, nil
}
