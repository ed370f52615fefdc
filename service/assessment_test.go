package service_test

import (
	"net/netip"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

func TestAssessmentsLifeInTheAPI(t *testing.T) {
	r := newRig(t)
	id := r.active("ours.test")
	in := &service.StartTrustAssessmentInput{
		DirectoryId: string(id), RemoteDomainName: "Corp.example.com", DnsIpAddrs: []string{"192.0.2.1"}, UserName: `CORP\bob`, Password: password,
	}
	out := must(r.StartTrustAssessment(t.Context(), caller, in))(t)
	spec := store.Assessments.Peek(r.store, out.AssessmentId)
	if spec.User != "bob" || len(spec.Partners) != 1 || spec.Partners[0].Domain != "corp.example.com" || spec.Partners[0].Forwarder {
		t.Errorf("%+v", spec)
	}
	sealed, _, err := r.store.Secret(t.Context(), assessment.SecretPassword(spec.ID))
	if err != nil || sealed.Reveal() != password {
		t.Error("the password is not kept", err)
	}
	got := must(r.DescribeADAssessment(t.Context(), caller, &directoryservice.DescribeADAssessmentInput{AssessmentId: &out.AssessmentId}))(t)
	if *got.Assessment.Status != "PENDING" || *got.Assessment.DnsName != "corp.example.com" || *got.Assessment.ReportType != "CUSTOMER" || len(got.AssessmentReports) != 0 {
		t.Errorf("%+v", got.Assessment)
	}
	put(r, store.AssessmentStatus, out.AssessmentId, assessment.Status{State: assessment.Failed, Reason: "x", Reports: []assessment.Report{
		{Address: addr("192.0.2.1"), Validations: []assessment.Validation{{Category: "DNS", Name: "n", State: assessment.Failed, Reason: "r"}}},
	}})
	got = must(r.DescribeADAssessment(t.Context(), caller, &directoryservice.DescribeADAssessmentInput{AssessmentId: &out.AssessmentId}))(t)
	if *got.AssessmentReports[0].DomainControllerIp != "192.0.2.1" || *got.AssessmentReports[0].Validations[0].Status != "FAILED" {
		t.Errorf("%+v", got)
	}
	list := must(r.ListADAssessments(t.Context(), caller, &directoryservice.ListADAssessmentsInput{DirectoryId: new(string(id))}))(t)
	if len(list.Assessments) != 1 || *list.Assessments[0].AssessmentId != out.AssessmentId {
		t.Errorf("%+v", list)
	}
	must(r.DeleteADAssessment(t.Context(), caller, &directoryservice.DeleteADAssessmentInput{AssessmentId: &out.AssessmentId}))(t)
	if _, kept, _ := r.store.Secret(t.Context(), assessment.SecretPassword(spec.ID)); kept {
		t.Error("the password outlives the assessment")
	}
	if err := second(r.DescribeADAssessment(t.Context(), caller, &directoryservice.DescribeADAssessmentInput{AssessmentId: &out.AssessmentId})); !errs.Is(err, errs.NotFound) {
		t.Error(err)
	}
}

func TestAssessmentOfADirectoryIsOfAllItsPartners(t *testing.T) {
	r := newRig(t)
	id := r.active("ours.test")
	r.trust(id, "corp.example.com")
	put(r, store.Forwarders, directory.ForwarderKey(id, "other.example"), directory.Forwarder{Directory: id, RemoteDomain: "other.example", Addresses: []netip.Addr{addr("192.0.2.9")}})
	out := must(r.StartADAssessment(t.Context(), caller, &directoryservice.StartADAssessmentInput{DirectoryId: new(string(id))}))(t)
	spec := store.Assessments.Peek(r.store, *out.AssessmentId)
	if len(spec.Partners) != 2 || spec.Partners[0].Trust == "" || spec.Partners[0].Direction != trust.TwoWay || !spec.Partners[1].Forwarder || len(spec.Partners[1].Servers) != 1 {
		t.Errorf("%+v", spec.Partners)
	}
}

func TestAssessmentOfAVPCLooksFromItsDirectory(t *testing.T) {
	r := newRig(t)
	id := r.active("ours.test")
	network := r.network(caller)
	in := &directoryservice.StartADAssessmentInput{AssessmentConfiguration: &types.AssessmentConfiguration{
		DnsName: new("corp.example.com"), CustomerDnsIps: []string{"192.0.2.1", "192.0.2.2"}, VpcSettings: network,
		InstanceIds: []string{"i-12345678", "mi-12345678"},
	}}
	out := must(r.StartADAssessment(t.Context(), caller, in))(t)
	got := must(r.DescribeADAssessment(t.Context(), caller, &directoryservice.DescribeADAssessmentInput{AssessmentId: out.AssessmentId}))(t).Assessment
	if *got.DirectoryId != string(id) || *got.VpcId != *network.VpcId || len(got.SubnetIds) != 2 || len(got.SelfManagedInstanceIds) != 2 || len(got.CustomerDnsIps) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestStartAssessmentRefuses(t *testing.T) {
	r := newRig(t)
	id, alone := r.active("ours.test"), r.active("alone.test")
	requested := r.requested("requested.test")
	r.trust(id, "corp.example.com")
	ad := func(in *directoryservice.StartADAssessmentInput) error {
		return second(r.StartADAssessment(t.Context(), caller, in))
	}
	own := func(change func(*service.StartTrustAssessmentInput)) error {
		in := &service.StartTrustAssessmentInput{DirectoryId: string(id), RemoteDomainName: "corp.example.com", DnsIpAddrs: []string{"192.0.2.1"}}
		change(in)
		return second(r.StartTrustAssessment(t.Context(), caller, in))
	}
	group := &directoryservice.StartADAssessmentInput{AssessmentConfiguration: &types.AssessmentConfiguration{
		DnsName: new("corp.example.com"), CustomerDnsIps: []string{"192.0.2.1", "192.0.2.2"}, VpcSettings: r.network(caller), SecurityGroupIds: []string{"sg-12345678"},
	}}
	elsewhere := &directoryservice.StartADAssessmentInput{AssessmentConfiguration: &types.AssessmentConfiguration{
		DnsName: new("corp.example.com"), CustomerDnsIps: []string{"192.0.2.1", "192.0.2.2"}, VpcSettings: &types.DirectoryVpcSettings{VpcId: new("vpc-12345678")},
	}}
	type in = *service.StartTrustAssessmentInput
	for name, c := range map[string]struct {
		err  error
		kind errs.Kind
	}{
		"neither":                    {ad(&directoryservice.StartADAssessmentInput{}), errs.Invalid},
		"both":                       {ad(&directoryservice.StartADAssessmentInput{DirectoryId: new("d-1"), AssessmentConfiguration: &types.AssessmentConfiguration{}}), errs.Invalid},
		"no such directory":          {ad(&directoryservice.StartADAssessmentInput{DirectoryId: new("d-0000000000")}), errs.NoDirectory},
		"a directory not ready":      {ad(&directoryservice.StartADAssessmentInput{DirectoryId: new(string(requested))}), errs.Refused},
		"a directory without others": {ad(&directoryservice.StartADAssessmentInput{DirectoryId: new(string(alone))}), errs.Refused},
		"a VPC without directory":    {ad(elsewhere), errs.Refused},
		"a group of its own":         {ad(group), errs.Unsupported},
		"a user without a password":  {own(func(i in) { i.UserName = "bob" }), errs.Invalid},
		"no such type":               {own(func(i in) { i.TrustType = "Realm" }), errs.Invalid},
		"no such direction":          {own(func(i in) { i.TrustDirection = "Up" }), errs.Invalid},
		"a bad name":                 {own(func(i in) { i.RemoteDomainName = "corp" }), errs.Invalid},
		"no DNS server known":        {own(func(i in) { i.RemoteDomainName, i.DnsIpAddrs = "third.example", nil }), errs.Invalid},
	} {
		if !errs.Is(c.err, c.kind) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	for range assessment.Limit {
		if err := own(func(in) {}); err != nil {
			t.Fatal(err)
		}
	}
	if err := own(func(in) {}); !errs.Is(err, errs.AssessmentLimit) {
		t.Error(err)
	}
}
