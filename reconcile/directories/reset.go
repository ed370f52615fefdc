package directories

import (
	"context"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
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
	return w.answer(ctx, looks, wished{
		step: stepPassword, sealed: directory.SecretPasswordReset(w.spec.ID),
		do: func(ctx context.Context, password secret.Text) error {
			return w.cfg.Engine.SetPassword(ctx, at.inst, wish.User, password)
		},
		kinds: map[errs.Kind]string{errs.UserNotFound: "UserNotFound", errs.InvalidPassword: "InvalidPassword"},
		set: func(s *directory.Status, a answer) {
			s.PasswordReset = directory.PasswordResetResult{Serial: wish.Serial, Kind: a.kind, Error: a.text}
		},
		stands: func(s directory.Spec) bool { return s.PasswordReset.Serial == wish.Serial },
		at:     at.inst,
	})
}
