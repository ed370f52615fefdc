package service

import (
	"context"
	"errors"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// DeleteTrust says that our side of a trust is no longer wanted, and, if
// asked, its conditional forwarder. The trust's state is Deleting from here
// on; the pair's uniqueness key is given back when our side is gone. A second
// call gives the same answer; it may still ask for the forwarder to go.
func (s *Service) DeleteTrust(ctx context.Context, caller audit.Caller, in *directoryservice.DeleteTrustInput) (*directoryservice.DeleteTrustOutput, error) {
	id := val(in.TrustId)
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		o, err := s.trustInPrimary(caller, id, errs.Unsupported)
		if err != nil {
			return err
		}
		withForwarder := in.DeleteAssociatedConditionalForwarder
		if o.Value.Delete && (o.Value.DeleteForwarder || !withForwarder) {
			return errNothing
		}
		o.Value.Delete, o.Value.DeleteForwarder, o.Value.UpdatedAt = true, withForwarder, s.now()
		store.Trusts.Put(tx, id, o.Value, o.Revision)
		if withForwarder {
			s.dropForwarderOf(tx, o.Value)
		}
		s.audit(tx, caller, "DeleteTrust", id, "DirectoryId", string(o.Value.Directory), "RemoteDomainName", o.Value.RemoteDomainName,
			"DeleteAssociatedConditionalForwarder", strconv.FormatBool(withForwarder))
		return nil
	})
	if err != nil && !errors.Is(err, errNothing) {
		return nil, classified(err)
	}
	return &directoryservice.DeleteTrustOutput{TrustId: text(id)}, nil
}

func (s *Service) dropForwarderOf(tx *store.Txn, spec trust.Spec) {
	o, ok := store.Forwarders.Get(s.store, directory.ForwarderKey(spec.Directory, spec.Remote))
	if ok && !o.Value.Delete {
		o.Value.Delete = true
		store.Forwarders.Put(tx, o.Key, o.Value, o.Revision)
	}
}
