package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// CreateAlias gives a directory its alias in the caller's Region, once and for
// good.
func (s *Service) CreateAlias(ctx context.Context, caller audit.Caller, in *directoryservice.CreateAliasInput) (*directoryservice.CreateAliasOutput, error) {
	id, alias := val(in.DirectoryId), val(in.Alias)
	if err := directory.CheckAlias(alias); err != nil {
		return nil, err
	}
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryByID(caller, id)
		switch {
		case err != nil:
			return err
		case d.Stage == directory.StageDeleting:
			return d.notUsable(errs.Refused)
		case d.Place.Alias != "":
			return errs.E(errs.Invalid, "The directory in the request already has an alias. The alias of directory %s is %s and cannot be changed.", id, d.Place.Alias)
		}
		d.Value.ChangePlace(caller.Region, func(r *directory.Region) { r.Alias = alias })
		tx.Claim(directory.ClaimAlias(alias), id)
		store.Directories.Put(tx, id, d.Value, d.Revision)
		s.audit(tx, caller, "CreateAlias", id, "Alias", alias)
		return nil
	})
	if _, taken := takenBy(err, "alias/"); taken {
		return nil, errs.E(errs.Exists, "Alias '%s' already exists.", alias)
	}
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.CreateAliasOutput{DirectoryId: text(id), Alias: text(alias)}, nil
}
