package directories

import (
	"context"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
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
	var sid string
	return w.answer(ctx, looks, wished{
		step: stepComputer, sealed: directory.SecretComputer(w.spec.ID),
		do: func(ctx context.Context, password secret.Text) (err error) {
			sid, err = w.cfg.Engine.CreateComputer(ctx, at.inst, wish, password)
			return err
		},
		kinds: map[errs.Kind]string{errs.Exists: "Exists", errs.Invalid: "Invalid"},
		set: func(s *directory.Status, a answer) {
			s.Computer = directory.ComputerResult{Serial: wish.Serial, SID: sid, Kind: a.kind, Error: a.text}
		},
		stands: func(s directory.Spec) bool { return s.Computer.Serial == wish.Serial },
		at:     at.inst,
	})
}
