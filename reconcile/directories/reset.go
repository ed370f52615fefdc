package directories

import (
	"context"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// reset sets the password that was asked for last, at a DC that works, and
// answers the wish.
func (w *run) reset(ctx context.Context, looks []look) error {
	wish := w.spec.PasswordReset
	if wish.Serial <= w.status.PasswordReset.Serial {
		return nil
	}
	at := working(looks)
	if at == nil {
		return nil // as soon as one works
	}
	result, err := w.setPassword(ctx, at.inst, wish)
	if err != nil {
		return err
	}
	w.status.PasswordReset = result
	err = w.save(ctx, func(tx *store.Txn) { tx.DropSecret(directory.SecretPasswordReset(w.spec.ID)) })
	if err != nil || result.Error != "" {
		return err
	}
	w.hurry(ctx, at, looks)
	return nil
}

// setPassword sets a user's password at one DC. An error means that the wish
// is not answered yet and that it will be tried again.
func (w *run) setPassword(ctx context.Context, at directory.Instance, wish directory.PasswordReset) (directory.PasswordResetResult, error) {
	result := directory.PasswordResetResult{Serial: wish.Serial}
	answer, err := w.answer(ctx, directory.SecretPasswordReset(w.spec.ID), func(password secret.Text) error {
		return w.cfg.Engine.SetPassword(ctx, at, wish.User, password)
	}, map[errs.Kind]string{errs.UserNotFound: "UserNotFound", errs.InvalidPassword: "InvalidPassword"})
	result.Kind, result.Error = answer.kind, answer.text
	return result, err
}
