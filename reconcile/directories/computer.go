package directories

import (
	"context"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
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
	answer, err := w.answer(ctx, directory.SecretComputer(w.spec.ID), func(password secret.Text) (err error) {
		result.SID, err = w.cfg.Engine.CreateComputer(ctx, at, wish, password)
		return err
	}, map[errs.Kind]string{errs.Exists: "Exists", errs.Invalid: "Invalid"})
	result.Kind, result.Error = answer.kind, answer.text
	return result, err
}
