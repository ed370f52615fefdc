package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/store"
)

// DeleteADAssessment deletes an assessment with everything that it found, also
// while it runs: its reconciler then throws away what comes of it.
func (s *Service) DeleteADAssessment(ctx context.Context, caller audit.Caller, in *directoryservice.DeleteADAssessmentInput) (*directoryservice.DeleteADAssessmentOutput, error) {
	id := val(in.AssessmentId)
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		o, err := s.assessmentByID(caller, id)
		if err != nil {
			return err
		}
		store.Assessments.Delete(tx, id, o.Revision)
		tx.DropSecret(assessment.SecretPassword(o.Value.ID))
		s.audit(tx, caller, "DeleteADAssessment", id)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.DeleteADAssessmentOutput{AssessmentId: text(id)}, nil
}
