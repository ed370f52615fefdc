package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// UpdateTrust changes a trust's selective authentication, which is all that
// can change. The trust's state is Updating from here on, until the rule is on
// every domain controller; then its outgoing direction is verified.
func (s *Service) UpdateTrust(ctx context.Context, caller audit.Caller, in *directoryservice.UpdateTrustInput) (*directoryservice.UpdateTrustOutput, error) {
	wanted, err := wantsSelective(in.SelectiveAuth)
	if err != nil {
		return nil, err
	}
	id := val(in.TrustId)
	_, err = s.decide(ctx, func(tx *store.Txn) error {
		o, err := s.trustInPrimary(caller, id, errs.Refused)
		switch {
		case err != nil:
			return err
		case o.Value.Delete:
			return errs.E(errs.Refused, "Trust %s is being deleted.", id)
		}
		d, err := s.directoryByID(caller, string(o.Value.Directory))
		if err != nil {
			return err
		}
		if !d.usable() {
			return d.notUsable(errs.Refused)
		}
		o.Value.SelectiveAuth = wanted
		o.Value.UpdateSerial++
		o.Value.UpdatedAt = s.now()
		store.Trusts.Put(tx, id, o.Value, o.Revision)
		s.audit(tx, caller, "UpdateTrust", id, "SelectiveAuth", string(in.SelectiveAuth))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.UpdateTrustOutput{TrustId: text(id), RequestId: text(caller.RequestID)}, nil
}

// wantsSelective reads SelectiveAuth where it must be given.
func wantsSelective(v types.SelectiveAuth) (bool, error) {
	switch v {
	case types.SelectiveAuthEnabled, types.SelectiveAuthDisabled:
		return v == types.SelectiveAuthEnabled, nil
	}
	return false, errs.E(errs.Invalid, "Invalid value of SelectiveAuth. It must be Enabled or Disabled.")
}

func selectiveAuth(t trust.Spec) types.SelectiveAuth {
	if t.SelectiveAuth {
		return types.SelectiveAuthEnabled
	}
	return types.SelectiveAuthDisabled
}
