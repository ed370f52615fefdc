package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
)

// DeleteDirectory says that a directory, its trusts and its forwarders are no
// longer wanted, from any stage. Its stage is Deleting from here on. A second
// call gives the same answer and changes nothing.
func (s *Service) DeleteDirectory(ctx context.Context, caller audit.Caller, in *directoryservice.DeleteDirectoryInput) (*directoryservice.DeleteDirectoryOutput, error) {
	id := val(in.DirectoryId)
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryByID(caller, id)
		if err != nil {
			return err
		}
		if d.Value.Delete {
			return errNothing
		}
		d.Value.Delete = true
		store.Directories.Put(tx, id, d.Value, d.Revision)
		s.orphanNothing(tx, d.Value.ID)
		s.audit(tx, caller, "DeleteDirectory", id, "Name", string(d.Value.Name))
		return nil
	})
	if err != nil && err != errNothing { //nolint:errorlint // errNothing is never wrapped
		return nil, classified(err)
	}
	return &directoryservice.DeleteDirectoryOutput{DirectoryId: text(id)}, nil
}

// orphanNothing marks everything that lives in a directory as unwanted.
func (s *Service) orphanNothing(tx *store.Txn, id directory.ID) {
	for _, o := range store.Trusts.List(s.store) {
		if o.Value.Directory == id && !o.Value.Delete {
			o.Value.Delete, o.Value.DeleteForwarder, o.Value.UpdatedAt = true, true, s.now()
			store.Trusts.Put(tx, o.Key, o.Value, o.Revision)
		}
	}
	for _, o := range store.Forwarders.List(s.store) {
		if o.Value.Directory == id && !o.Value.Delete {
			o.Value.Delete = true
			store.Forwarders.Put(tx, o.Key, o.Value, o.Revision)
		}
	}
}
