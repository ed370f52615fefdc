package awsapi

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/service"
)

// The prefixes of X-Amz-Target.
const (
	targetDS      = "DirectoryService_20150416" // AWS's own API
	targetEntente = "Entente_20261123"          // what AWS has no call for
)

// operation is one call of the JSON protocol.
type operation struct {
	name    string
	reads   bool         // changes nothing, so a read-only key may call it
	input   reflect.Type // a structure
	call    func(ctx context.Context, caller audit.Caller, in any) (any, error)
	refusal string // why there is no call
}

// op makes an operation of a method of the service.
func op[In, Out any](name string, f func(context.Context, audit.Caller, *In) (*Out, error)) operation {
	return operation{name: name, reads: reads(name), input: reflect.TypeFor[In](),
		call: func(ctx context.Context, caller audit.Caller, in any) (any, error) { return f(ctx, caller, in.(*In)) }}
}

// reads goes by the name: AWS has no operation that breaks this rule.
func reads(name string) bool {
	for _, prefix := range []string{"Describe", "List", "Get", "Explain"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// operations lists what is offered of AWS's API.
func operations(s *service.Service) []operation {
	return append(managedOperations(s), []operation{
		op("AddIpRoutes", s.AddIpRoutes),
		op("AddRegion", s.AddRegion),
		op("AddTagsToResource", s.AddTagsToResource),
		op("CreateAlias", s.CreateAlias),
		op("CreateComputer", s.CreateComputer),
		op("CreateConditionalForwarder", s.CreateConditionalForwarder),
		op("CreateMicrosoftAD", s.CreateMicrosoftAD),
		op("CreateTrust", s.CreateTrust),
		op("DeleteADAssessment", s.DeleteADAssessment),
		op("DeleteConditionalForwarder", s.DeleteConditionalForwarder),
		op("DeleteDirectory", s.DeleteDirectory),
		op("DeleteTrust", s.DeleteTrust),
		op("DescribeADAssessment", s.DescribeADAssessment),
		op("DescribeConditionalForwarders", s.DescribeConditionalForwarders),
		op("DescribeDirectories", s.DescribeDirectories),
		op("DescribeDomainControllers", s.DescribeDomainControllers),
		op("DescribeRegions", s.DescribeRegions),
		op("DescribeTrusts", s.DescribeTrusts),
		op("GetDirectoryLimits", s.GetDirectoryLimits),
		op("ListADAssessments", s.ListADAssessments),
		op("ListIpRoutes", s.ListIpRoutes),
		op("ListTagsForResource", s.ListTagsForResource),
		op("RemoveIpRoutes", s.RemoveIpRoutes),
		op("RemoveRegion", s.RemoveRegion),
		op("RemoveTagsFromResource", s.RemoveTagsFromResource),
		op("ResetUserPassword", s.ResetUserPassword),
		op("StartADAssessment", s.StartADAssessment),
		op("UpdateConditionalForwarder", s.UpdateConditionalForwarder),
		op("UpdateTrust", s.UpdateTrust),
		op("UpdateNumberOfDomainControllers", s.UpdateNumberOfDomainControllers),
		op("VerifyTrust", s.VerifyTrust),
	}...)
}

// extension lists what AWS has no call for.
func extension(s *service.Service) []operation {
	return []operation{
		op("CreateAccessKey", s.CreateAccessKey),
		op("DeleteAccessKey", s.DeleteAccessKey),
		op("DescribeTrustedUser", s.DescribeTrustedUser),
		op("ExplainTrust", s.ExplainTrust),
		op("ListAccessKeys", s.ListAccessKeys),
		op("ListTrustApplications", s.ListTrustApplications),
		op("ListTrustedGroupMembers", s.ListTrustedGroupMembers),
		op("ListTrustedGroups", s.ListTrustedGroups),
		op("ListTrustedUsers", s.ListTrustedUsers),
		op("StartTrustAssessment", s.StartTrustAssessment),
	}
}

// target is one API of the JSON protocol.
type target struct {
	operations map[string]operation
	model      *model // nil means that the Go types are all there is to check
}

// newTargets puts both APIs together. Every operation of AWS's model is
// either offered or refused with a sentence, and no operation is neither.
func newTargets(m *model, ds, own []operation) (map[string]target, error) {
	aws := target{operations: map[string]operation{}, model: m}
	for _, o := range ds {
		if _, ok := m.Operations[o.name]; !ok {
			return nil, fmt.Errorf("operation %s is not in the API model", o.name)
		}
		aws.operations[o.name] = o
	}
	sentences := refusals()
	for name := range m.Operations {
		if _, offered := aws.operations[name]; offered {
			continue
		}
		sentence, ok := sentences[name]
		if !ok {
			return nil, fmt.Errorf("operation %s of the API model is neither offered nor refused", name)
		}
		aws.operations[name] = operation{name: name, reads: reads(name), refusal: sentence}
	}
	entente := target{operations: map[string]operation{}}
	for _, o := range own {
		entente.operations[o.name] = o
	}
	return map[string]target{targetDS: aws, targetEntente: entente}, nil
}
