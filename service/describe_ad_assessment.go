package service

import (
	"context"
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// DescribeADAssessment tells how far an assessment is and what it found.
func (s *Service) DescribeADAssessment(_ context.Context, caller audit.Caller, in *directoryservice.DescribeADAssessmentInput) (*directoryservice.DescribeADAssessmentOutput, error) {
	o, err := s.assessmentByID(caller, val(in.AssessmentId))
	if err != nil {
		return nil, err
	}
	st := store.AssessmentStatus.Peek(s.store, o.Key)
	out := &directoryservice.DescribeADAssessmentOutput{Assessment: s.describeAssessment(o.Value, st), AssessmentReports: []types.AssessmentReport{}}
	for _, r := range st.Reports {
		report := types.AssessmentReport{DomainControllerIp: text(r.Address.String()), Validations: []types.AssessmentValidation{}}
		for _, v := range r.Validations {
			report.Validations = append(report.Validations, types.AssessmentValidation{
				Category: text(v.Category), Name: text(v.Name), Status: text(v.State), StatusCode: text(v.Code), StatusReason: text(v.Reason),
				StartTime: when(v.Start), LastUpdateDateTime: when(v.End),
			})
		}
		out.AssessmentReports = append(out.AssessmentReports, report)
	}
	return out, nil
}

// assessmentByID finds an assessment of the caller's account that was started
// in the caller's Region. The error is an errs.NotFound.
func (s *Service) assessmentByID(caller audit.Caller, id string) (store.Object[assessment.Spec], error) {
	o, ok := store.Assessments.Get(s.store, id)
	if !ok || o.Value.Account != caller.Account || o.Value.Region != caller.Region {
		return o, errs.E(errs.NotFound, "Assessment %s does not exist", id)
	}
	return o, nil
}

// reportType is that of assessments that a caller started, as all are.
const reportType = "CUSTOMER"

func (s *Service) describeAssessment(spec assessment.Spec, st assessment.Status) *types.Assessment {
	if st.State == "" {
		st.State, st.UpdatedAt, st.Reason = assessment.Pending, spec.CreatedAt, "The assessment has not begun yet."
	}
	a := &types.Assessment{
		AssessmentId: text(spec.ID), DirectoryId: text(spec.Directory), DnsName: assessedName(spec), CustomerDnsIps: assessedServers(spec),
		ReportType: text(reportType), Version: text(assessment.Version), SelfManagedInstanceIds: spec.Instances,
		Status: text(st.State), StatusCode: text(st.Code), StatusReason: text(st.Reason),
		StartTime: when(spec.CreatedAt), LastUpdateDateTime: when(newest(spec.CreatedAt, st.UpdatedAt)), VpcId: text(spec.VPC),
	}
	for _, n := range spec.Subnets {
		a.SubnetIds = append(a.SubnetIds, string(n))
	}
	for _, g := range spec.Groups {
		a.SecurityGroupIds = append(a.SecurityGroupIds, string(g))
	}
	return a
}

func newest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// assessedName is the domain, nil where there are several: the shape has room
// for one.
func assessedName(spec assessment.Spec) *string {
	if len(spec.Partners) != 1 {
		return nil
	}
	return text(spec.Partners[0].Domain)
}

func assessedServers(spec assessment.Spec) []string {
	var list []netip.Addr
	for _, p := range spec.Partners {
		list = append(list, p.Servers...)
	}
	return addressTexts(list)
}
