package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/trust"
)

// ListTrustApplicationsInput names a trust.
type ListTrustApplicationsInput struct {
	TrustId string
}

// ListTrustApplicationsOutput says which AWS applications work for the users
// of the trusted domain.
type ListTrustApplicationsOutput struct {
	TrustDirection string
	Applications   []TrustApplication
}

// TrustApplication is one application or service of AWS.
type TrustApplication struct {
	Name        string `jsonschema:"required"`
	NeedsTwoWay bool
	Works       bool   // with the trust's direction, once the trust is Verified
	Why         string `jsonschema:"required"`
}

// ListTrustApplications goes by the trust's direction alone.
func (s *Service) ListTrustApplications(_ context.Context, caller audit.Caller, in *ListTrustApplicationsInput) (*ListTrustApplicationsOutput, error) {
	o, _, err := s.trustByID(caller, in.TrustId)
	if err != nil {
		return nil, err
	}
	return &ListTrustApplicationsOutput{TrustDirection: string(o.Value.Direction), Applications: trustApplications(o.Value.Direction)}, nil
}

func trustApplications(d trust.Direction) []TrustApplication {
	list := []TrustApplication{}
	for _, a := range trust.Applications(d) {
		list = append(list, TrustApplication{Name: a.Name, NeedsTwoWay: a.NeedsTwoWay, Works: a.Works, Why: a.Why})
	}
	return list
}
