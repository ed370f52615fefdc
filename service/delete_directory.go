package service

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// DeleteDirectory says that a directory, its trusts and its forwarders are no
// longer wanted, from any stage, once no additional Region is left. Its stage is Deleting from here on. A second
// call gives the same answer.
//
// The directory and as much of what lives in it as one transaction takes are one
// decision; if this process dies before the rest is marked too, the reconcilers
// of the rest see that their directory goes, and go along.
func (s *Service) DeleteDirectory(ctx context.Context, caller audit.Caller, in *directoryservice.DeleteDirectoryInput) (*directoryservice.DeleteDirectoryOutput, error) {
	id := val(in.DirectoryId)
	for more := true; more; {
		_, err := s.decide(ctx, func(tx *store.Txn) error {
			d, err := s.directoryInPrimary(caller, id, errs.Refused)
			if err == nil && !d.Value.Delete {
				err = aloneInPrimary(d.Value)
			}
			if err != nil {
				return err
			}
			first := !d.Value.Delete
			if first {
				d.Value.Delete = true
				store.Directories.Put(tx, id, d.Value, d.Revision)
				s.audit(tx, caller, "DeleteDirectory", id, "Name", string(d.Value.Name))
			}
			marked, rest := s.orphanNothing(tx, d.Value.ID)
			more = rest
			if !first && marked == 0 {
				return errNothing
			}
			return nil
		})
		if err != nil && !errors.Is(err, errNothing) {
			return nil, classified(err)
		}
	}
	return &directoryservice.DeleteDirectoryOutput{DirectoryId: text(id)}, nil
}

// aloneInPrimary refuses to delete a directory that is replicated.
func aloneInPrimary(d directory.Spec) error {
	if len(d.Additional) == 0 {
		return nil
	}
	var names []string
	for _, r := range d.Additional {
		names = append(names, r.Name)
	}
	e := errs.E(errs.Refused, "Cannot delete the directory %s because it is still replicated to additional Regions: %s.", d.ID, strings.Join(names, ", "))
	e.Hint = "Remove them with RemoveRegion first, and retry the operation when DescribeRegions no longer shows them."
	return e
}

// orphanNothing marks what lives in a directory as unwanted, as much as the
// transaction has room for, and counts it; more says that there is more.
func (s *Service) orphanNothing(tx *store.Txn, id directory.ID) (marked int, more bool) {
	store.Trusts.Counted(tx) // none is made meanwhile
	store.Forwarders.Counted(tx)
	for _, o := range store.Trusts.List(s.store) {
		if o.Value.Directory == id && !o.Value.Delete {
			if !tx.Room(1) {
				return marked, true
			}
			o.Value.Delete, o.Value.DeleteForwarder, o.Value.UpdatedAt = true, true, s.now()
			store.Trusts.Put(tx, o.Key, o.Value, o.Revision)
			marked++
		}
	}
	for _, o := range store.Forwarders.List(s.store) {
		if o.Value.Directory == id && !o.Value.Delete {
			if !tx.Room(1) {
				return marked, true
			}
			o.Value.Delete = true
			store.Forwarders.Put(tx, o.Key, o.Value, o.Revision)
			marked++
		}
	}
	return marked, false
}
