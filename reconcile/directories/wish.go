package directories

import (
	"context"
	"errors"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
)

// What callers wish for once, with a password, is done at one DC that works:
// a user's password is set (reset.go), a computer is made (computer.go).

// answer is how a wish was answered: with nothing to say when it was done.
type answer struct{ kind, text string }

// answer does what was wished for with the wish's sealed password. kinds names
// the refusals that callers are told apart. An error means that the wish is not
// answered yet and that it will be tried again.
func (w *run) answer(ctx context.Context, sealed string, do func(password secret.Text) error, kinds map[errs.Kind]string) (answer, error) {
	password, ok, err := w.store.Secret(ctx, sealed)
	if err != nil {
		return answer{}, err
	}
	if !ok {
		return answer{text: "The password is not kept any more. Ask again."}, nil
	}
	err = do(password)
	if ctx.Err() != nil {
		return answer{}, ctx.Err()
	}
	var told *errs.Error
	if errors.As(err, &told) && kinds[told.Kind] != "" {
		return answer{kinds[told.Kind], told.Message}, nil
	}
	if err == nil {
		w.memory.tries = 0
		return answer{}, nil
	}
	if w.memory.tries++; w.memory.tries < maxTries {
		return answer{}, err
	}
	w.memory.tries = 0
	return answer{text: err.Error()}, nil
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
