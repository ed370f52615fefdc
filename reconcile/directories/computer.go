package directories

import (
	"context"
	"errors"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// computer makes the account of a computer that was asked for last, at a DC
// that works, and answers the wish.
func (w *run) computer(ctx context.Context, looks []look) error {
	wish := w.spec.Computer
	if wish.Serial <= w.status.Computer.Serial {
		return nil
	}
	at := working(looks)
	if at == nil {
		return nil // as soon as one works
	}
	result, err := w.createComputer(ctx, at.inst, wish)
	if err != nil {
		return err
	}
	w.status.Computer = result
	err = w.save(ctx, func(tx *store.Txn) { tx.DropSecret(directory.SecretComputer(w.spec.ID)) })
	if err != nil || result.Error != "" {
		return err
	}
	w.hurry(ctx, at, looks)
	return nil
}

// createComputer makes the account at one DC. An error means that the wish is
// not answered yet and that it will be tried again.
func (w *run) createComputer(ctx context.Context, at directory.Instance, wish directory.Computer) (directory.ComputerResult, error) {
	result := directory.ComputerResult{Serial: wish.Serial}
	password, ok, err := w.store.Secret(ctx, directory.SecretComputer(w.spec.ID))
	if err != nil {
		return result, err
	}
	if !ok {
		result.Error = "The password is not kept any more. Ask for the computer again."
		return result, nil
	}
	sid, err := w.cfg.Engine.CreateComputer(ctx, at, wish, password)
	if ctx.Err() != nil {
		return result, ctx.Err()
	}
	var told *errs.Error
	switch {
	case err == nil:
		w.memory.tries, result.SID = 0, sid
	case errors.As(err, &told) && told.Kind == errs.Exists:
		result.Kind, result.Error = "Exists", told.Message
	case errors.As(err, &told) && told.Kind == errs.Invalid:
		result.Kind, result.Error = "Invalid", told.Message
	default:
		if w.memory.tries++; w.memory.tries < maxTries {
			return result, err
		}
		w.memory.tries = 0
		result.Error = err.Error()
	}
	return result, nil
}
