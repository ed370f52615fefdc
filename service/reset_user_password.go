package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// ResetUserPassword asks for a user's password to be set and answers when the
// domain has it or refuses it. One reset of a directory is done at a time; one
// that the domain controllers have not answered in time stays wanted, and
// until they have, others are refused.
func (s *Service) ResetUserPassword(ctx context.Context, caller audit.Caller, in *directoryservice.ResetUserPasswordInput) (*directoryservice.ResetUserPasswordOutput, error) {
	id, user, password := val(in.DirectoryId), val(in.UserName), secret.New(val(in.NewPassword))
	if password.Empty() || user == "" {
		return nil, errs.E(errs.Invalid, "UserName and NewPassword must be specified.")
	}
	if _, err := s.directoryByID(caller, id); err != nil {
		return nil, err // before a lock is kept for it
	}
	unlock, err := s.resets.Lock(ctx, id)
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "Another change of directory %s by its domain controllers is under way. Retry the operation when it is done.", id)
	}
	defer unlock()
	var serial int64
	_, err = s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryByID(caller, id)
		if err != nil {
			return err
		}
		if !d.usable() {
			return d.notUsable(errs.Unavailable)
		}
		pending := d.Value.PasswordReset
		if pending.Serial > d.Status.PasswordReset.Serial {
			return errs.E(errs.Unavailable, "The domain controllers of directory %s have not done the reset of the password of user %s yet. Retry the operation when they have.", id, pending.User)
		}
		serial = pending.Serial + 1
		d.Value.PasswordReset = directory.PasswordReset{Serial: serial, User: user}
		store.Directories.Put(tx, id, d.Value, d.Revision)
		tx.SetSecret(directory.SecretPasswordReset(d.Value.ID), password)
		s.audit(tx, caller, "ResetUserPassword", id, "UserName", user)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	if err := s.resetDone(ctx, id, user, serial); err != nil {
		return nil, err
	}
	return &directoryservice.ResetUserPasswordOutput{}, nil
}

// resetDone waits for the reconciler's answer to the wish with that serial.
func (s *Service) resetDone(ctx context.Context, id, user string, serial int64) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Wait)
	defer cancel()
	var result directory.PasswordResetResult
	err := s.store.Until(ctx, func() bool {
		result = store.DirectoryStatus.Peek(s.store, id).PasswordReset
		return result.Serial >= serial
	})
	switch {
	case err != nil:
		return errs.Wrap(err, errs.Unavailable, "The domain controllers of directory %s did not set the password of user %s in time. It is set as soon as they can.", id, user)
	case result.Error == "":
		return nil
	case result.Kind == "InvalidPassword":
		return errs.E(errs.InvalidPassword, "%s", result.Error)
	case result.Kind == "UserNotFound":
		return errs.E(errs.UserNotFound, "%s", result.Error)
	}
	return errs.E(errs.Unavailable, "The password of user %s in directory %s could not be set: %s", user, id, result.Error)
}
