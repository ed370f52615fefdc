package directories

import (
	"context"
	"errors"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
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

// working gives a DC that works, or nil.
func working(looks []look) *look {
	for i := range looks {
		if looks[i].seen.Running && looks[i].seen.Provisioned && looks[i].probe == nil {
			return &looks[i]
		}
	}
	return nil
}

// hurry makes the others have at once what was written at one DC.
func (w *run) hurry(ctx context.Context, at *look, looks []look) {
	for _, l := range looks {
		if l.inst.DC.ID == at.inst.DC.ID || !l.seen.Running || l.probe != nil {
			continue
		}
		if err := w.cfg.Engine.ReplicateDomain(ctx, at.inst, l.inst); err != nil { // it comes by itself, later
			w.log.Warn("cannot hurry a change", "from", at.inst.DC.ID, "to", l.inst.DC.ID, "error", err.Error())
		}
	}
}

// setPassword sets a user's password at one DC. An error means that the wish
// is not answered yet and that it will be tried again.
func (w *run) setPassword(ctx context.Context, at directory.Instance, wish directory.PasswordReset) (directory.PasswordResetResult, error) {
	result := directory.PasswordResetResult{Serial: wish.Serial}
	password, ok, err := w.store.Secret(ctx, directory.SecretPasswordReset(w.spec.ID))
	if err != nil {
		return result, err
	}
	if !ok {
		result.Error = "The new password is not kept any more. Ask for it again."
		return result, nil
	}
	err = w.cfg.Engine.SetPassword(ctx, at, wish.User, password)
	if ctx.Err() != nil {
		return result, ctx.Err()
	}
	var told *errs.Error
	switch {
	case err == nil:
		w.memory.tries = 0
	case errors.As(err, &told) && told.Kind == errs.UserNotFound:
		result.Kind, result.Error = "UserNotFound", told.Message
	case errors.As(err, &told) && told.Kind == errs.InvalidPassword:
		result.Kind, result.Error = "InvalidPassword", told.Message
	default:
		if w.memory.tries++; w.memory.tries < maxTries {
			return result, err
		}
		w.memory.tries = 0
		result.Error = err.Error()
	}
	return result, nil
}
