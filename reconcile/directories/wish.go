package directories

import (
	"context"
	"errors"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// What callers wish for once, with a password, is done at one DC that works,
// beside the looks at the directory: a user's password is set (reset.go), a
// computer is made (computer.go).

// answer is how a wish was answered: with nothing to say when it was done.
type answer struct{ kind, text string }

// wished is a wish and how it is answered.
type wished struct {
	step   string // its name as a long step
	sealed string // the secret with its password
	at     directory.Instance
	do     func(ctx context.Context, password secret.Text) error
	kinds  map[errs.Kind]string            // the refusals that callers are told apart
	set    func(*directory.Status, answer) // writes the answer down
	stands func(directory.Spec) bool       // nobody has wished for something else meanwhile
}

// answer does what was wished for and writes the answer. An error means that
// the wish is not answered yet and that it will be tried again.
func (w *run) answer(ctx context.Context, looks []look, wish wished) error {
	password, kept, err := w.store.Secret(ctx, wish.sealed)
	if err != nil {
		return err
	}
	if !kept {
		return w.answered(ctx, wish, answer{text: "The password is not kept any more. Ask again."})
	}
	others := w.others(wish.at, looks)
	_, err = w.begin(ctx, wish.step, func(ctx context.Context) error {
		return wish.do(ctx, password)
	}, func(ctx context.Context, w *run, err error) (time.Duration, error) {
		if !wish.stands(w.spec) {
			return atOnce, nil
		}
		said, final := w.judgeAnswer(wish, err)
		if !final {
			return 0, err
		}
		if err := w.answered(ctx, wish, said); err != nil || said.text != "" {
			return 0, err
		}
		return 0, w.hurry(ctx, wish.at, others)
	})
	return err
}

// judgeAnswer says how a wish is answered by what came of it; final says that
// it is not tried again.
func (w *run) judgeAnswer(wish wished, err error) (said answer, final bool) {
	if err == nil {
		delete(w.memory.wishes, wish.step)
		return answer{}, true
	}
	var told *errs.Error
	if errors.As(err, &told) && wish.kinds[told.Kind] != "" {
		return answer{wish.kinds[told.Kind], told.Message}, true
	}
	w.memory.wishes[wish.step]++
	if w.memory.wishes[wish.step] < maxTries {
		return answer{}, false
	}
	delete(w.memory.wishes, wish.step)
	return answer{text: err.Error()}, true
}

// answered writes the answer; the password is forgotten with it.
func (w *run) answered(ctx context.Context, wish wished, said answer) error {
	wish.set(&w.status, said)
	return w.save(ctx, func(tx *store.Txn) { tx.DropSecret(wish.sealed) })
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

// others are the DCs that answer, but for at.
func (w *run) others(at directory.Instance, looks []look) []directory.Instance {
	var list []directory.Instance
	for _, l := range looks {
		if l.inst.DC.ID != at.DC.ID && l.seen.Running && l.probe == nil {
			list = append(list, l.inst)
		}
	}
	return list
}

// hurry makes the others have at once what was written at one DC.
func (w *run) hurry(ctx context.Context, at directory.Instance, others []directory.Instance) error {
	_, err := w.begin(ctx, stepHurry, func(ctx context.Context) error {
		for id, err := range together(others, func(to directory.Instance) error {
			return w.cfg.Engine.ReplicateDomain(ctx, at, to)
		}) { // it comes by itself, later
			w.log.Warn("cannot hurry a change", "from", at.DC.ID, "to", id, "error", err.Error())
		}
		return nil
	}, func(context.Context, *run, error) (time.Duration, error) { return 0, nil })
	return err
}
