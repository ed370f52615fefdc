package service

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/trust"
)

// StartTrustAssessmentInput asks whether a directory and another domain are
// ready for a trust. AWS's StartADAssessment has no place for both.
type StartTrustAssessmentInput struct {
	DirectoryId      string
	RemoteDomainName string
	DnsIpAddrs       []string // of the domain's DNS servers; none: those of the conditional forwarder
	TrustType        string   // of the trust that is meant: Forest or External; "" means that of the trust there is, else Forest
	TrustDirection   string   // "" means that of the trust there is, else unknown
	UserName         string   // an account of the other domain, to look at its accounts with; "" means none
	Password         string   // of that account; kept sealed until the assessment ends
}

// StartTrustAssessmentOutput names the assessment, for DescribeADAssessment.
type StartTrustAssessmentOutput struct {
	AssessmentId string `jsonschema:"required"`
}

// Lengths, in characters: those of sAMAccountName with a domain, and of a
// password in Active Directory.
const (
	maxAssessmentUser     = 256
	maxAssessmentPassword = 256
)

// StartTrustAssessment starts an assessment of one domain from one directory.
func (s *Service) StartTrustAssessment(ctx context.Context, caller audit.Caller, in *StartTrustAssessmentInput) (*StartTrustAssessmentOutput, error) {
	if err := checkAssessment(in); err != nil {
		return nil, err
	}
	user := strings.TrimSpace(in.UserName)
	if _, after, ok := strings.Cut(user, `\`); ok {
		user = after
	}
	user, _, _ = strings.Cut(user, "@")
	id, err := s.startAssessment(ctx, caller, "StartTrustAssessment", secret.New(in.Password), func() (assessment.Spec, error) {
		d, err := s.assessable(caller, in.DirectoryId)
		if err != nil {
			return assessment.Spec{}, err
		}
		p, err := s.assessed(d.Value, in.RemoteDomainName, in.DnsIpAddrs)
		if err != nil {
			return assessment.Spec{}, err
		}
		if in.TrustType != "" {
			p.Type = trust.Type(in.TrustType)
		}
		if in.TrustDirection != "" {
			p.Direction = trust.Direction(in.TrustDirection)
		}
		return assessment.Spec{Directory: d.Value.ID, Partners: []assessment.Partner{p}, User: user}, nil
	})
	if err != nil {
		return nil, err
	}
	return &StartTrustAssessmentOutput{AssessmentId: string(id)}, nil
}

// checkAssessment checks what needs no store.
func checkAssessment(in *StartTrustAssessmentInput) error {
	switch {
	case (in.UserName == "") != (in.Password == ""):
		return errs.E(errs.Invalid, "UserName and Password go together: specify both or neither.")
	case utf8.RuneCountInString(in.UserName) > maxAssessmentUser, utf8.RuneCountInString(in.Password) > maxAssessmentPassword:
		return errs.E(errs.Invalid, "UserName and Password must have at most %d characters each.", maxAssessmentUser)
	case strings.ContainsFunc(in.UserName, func(r rune) bool { return r < ' ' }):
		return errs.E(errs.Invalid, "UserName must not contain control characters.")
	}
	switch trust.Type(in.TrustType) {
	case "", trust.Forest, trust.External:
	default:
		return errs.E(errs.Invalid, "Invalid trust type. It must be %s or %s.", trust.Forest, trust.External)
	}
	switch trust.Direction(in.TrustDirection) {
	case "", trust.Incoming, trust.Outgoing, trust.TwoWay:
	default:
		return errs.E(errs.Invalid, "Invalid trust direction. It must be one of %q, %q and %q.", trust.Outgoing, trust.Incoming, trust.TwoWay)
	}
	return nil
}
