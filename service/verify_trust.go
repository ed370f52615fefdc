package service

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// VerifyTrust asks for the outgoing direction to be verified now. The trust's
// state is Verifying from here on, until the reconciler answers; so that somebody
// does, the directory must work.
func (s *Service) VerifyTrust(ctx context.Context, caller audit.Caller, in *directoryservice.VerifyTrustInput) (*directoryservice.VerifyTrustOutput, error) {
	id := val(in.TrustId)
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		o, err := s.trustInPrimary(caller, id, errs.Unsupported)
		switch {
		case err != nil:
			return err
		case o.Value.Delete:
			return errs.E(errs.Refused, "Trust %s is being deleted.", id)
		case !o.Value.Direction.HasOutgoing():
			return errs.E(errs.Unsupported, "Trust %s is incoming only. Only the outgoing direction of a trust can be verified: verify it from the side of %s.", id, o.Value.Remote)
		}
		d, err := s.directoryByID(caller, string(o.Value.Directory))
		if err != nil {
			return err
		}
		if !d.usable() {
			return d.notUsable(errs.Refused)
		}
		o.Value.VerifySerial++
		o.Value.UpdatedAt = s.now()
		store.Trusts.Put(tx, id, o.Value, o.Revision)
		s.audit(tx, caller, "VerifyTrust", id, "Serial", strconv.FormatInt(o.Value.VerifySerial, 10))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.VerifyTrustOutput{TrustId: text(id)}, nil
}
