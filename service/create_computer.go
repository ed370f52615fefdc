package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
	"github.com/google/uuid"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// CreateComputer asks for an account for a computer and answers when the
// domain has it or refuses it. Like resets of passwords, one of a directory is
// made at a time.
func (s *Service) CreateComputer(ctx context.Context, caller audit.Caller, in *directoryservice.CreateComputerInput) (*directoryservice.CreateComputerOutput, error) {
	id, password := val(in.DirectoryId), secret.New(val(in.Password))
	wish := directory.Computer{GUID: uuid.NewString(), Name: val(in.ComputerName), OU: val(in.OrganizationalUnitDistinguishedName)}
	if err := directory.CheckComputerName(wish.Name); err != nil {
		return nil, err
	}
	for _, a := range in.ComputerAttributes {
		if val(a.Name) == "" {
			return nil, errs.E(errs.Invalid, "An attribute of computer %s has no name.", wish.Name)
		}
		wish.Attributes = append(wish.Attributes, directory.Attribute{Name: val(a.Name), Value: val(a.Value)})
	}
	if _, err := s.directoryByID(caller, id); err != nil {
		return nil, err // before a lock is kept for it
	}
	unlock, err := s.resets.Lock(ctx, id)
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "Another change of directory %s by its domain controllers is under way. Retry the operation when it is done.", id)
	}
	defer unlock()
	_, err = s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryByID(caller, id)
		if err != nil {
			return err
		}
		if !d.usable() {
			return d.notUsable(errs.Unavailable)
		}
		pending := d.Value.Computer
		if pending.Serial > d.Status.Computer.Serial {
			return errs.E(errs.Unavailable, "The domain controllers of directory %s have not made computer %s yet. Retry the operation when they have.", id, pending.Name)
		}
		wish.Serial = pending.Serial + 1
		d.Value.Computer = wish
		store.Directories.Put(tx, id, d.Value, d.Revision)
		tx.SetSecret(directory.SecretComputer(d.Value.ID), password)
		s.audit(tx, caller, "CreateComputer", id, "ComputerName", wish.Name)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	sid, err := s.computerMade(ctx, id, wish)
	if err != nil {
		return nil, err
	}
	return &directoryservice.CreateComputerOutput{Computer: &types.Computer{
		ComputerId: text(sid), ComputerName: text(wish.Name), ComputerAttributes: in.ComputerAttributes,
	}}, nil
}

// computerMade waits for the reconciler's answer to the wish.
func (s *Service) computerMade(ctx context.Context, id string, wish directory.Computer) (sid string, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Wait)
	defer cancel()
	var result directory.ComputerResult
	err = s.store.Until(ctx, func() bool {
		result = store.DirectoryStatus.Peek(s.store, id).Computer
		return result.Serial >= wish.Serial
	})
	switch {
	case err != nil:
		return "", errs.Wrap(err, errs.Unavailable, "The domain controllers of directory %s did not make computer %s in time. It is made as soon as they can.", id, wish.Name)
	case result.Error == "":
		return result.SID, nil
	case result.Kind == "Exists":
		return "", errs.E(errs.Exists, "%s", result.Error)
	case result.Kind == "Invalid":
		return "", errs.E(errs.Invalid, "%s", result.Error)
	}
	return "", errs.E(errs.Unavailable, "Computer %s could not be made in directory %s: %s", wish.Name, id, result.Error)
}
