package directories

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/reconcile"
)

// moment is how long a look at a directory waits for a long step that it has
// just begun, before the directory is looked at while the step goes on.
const moment = 2 * time.Second

// stepLimit bounds a long step as a whole: each of its jobs has a limit of its
// own.
const stepLimit = 30 * time.Minute

// aside is a step that a domain controller may keep waiting: it runs beside the
// looks at the directory, so that another's death is seen and repaired, and
// other wishes are answered, however long it takes. After a crash it is done
// again.
type aside struct {
	job  *reconcile.Job
	then func(ctx context.Context, w *run, err error) (time.Duration, error)
}

// Names of long steps. One that begins with a word of these is told apart by
// the domain controller after it; at most one of a name runs.
const (
	stepChange   = "change"   // domain controllers come or go
	stepMake     = "make"     // the directory is created
	stepRestore  = "restore"  // from a snapshot
	stepPassword = "password" // a wish
	stepComputer = "computer" // a wish
	stepHurry    = "hurry"    // what a wish changed
	stepMeet     = "meet"     // replication after a join
	stepStart    = "start "   // of one domain controller
	stepStop     = "stop "
	stepJoin     = "join "
	stepNames    = "names "
)

// begin starts the long step of that name, or looks at the one that runs. step
// must leave the status and the memory alone; then, now or in a later look,
// does what follows. again is not 0 while it runs.
func (w *run) begin(ctx context.Context, name string, step func(context.Context) error,
	then func(context.Context, *run, error) (time.Duration, error)) (again time.Duration, err error) {
	if w.memory.asides[name] != nil {
		again, _, err = w.underWay(ctx, name)
		return again, err
	}
	a := &aside{job: reconcile.Beside(ctx, stepLimit, step), then: then}
	w.memory.asides[name] = a
	_ = reconcile.Wait(ctx, func() error {
		timer := time.NewTimer(moment)
		defer timer.Stop()
		select {
		case <-a.job.Done():
		case <-timer.C:
		case <-ctx.Done():
		}
		return nil
	})
	again, _, err = w.underWay(ctx, name)
	return again, err
}

// underWay looks at the long step of that name, if any: busy says that it goes
// on, or has ended and been followed up just now. Its end nudges the directory.
func (w *run) underWay(ctx context.Context, name string) (again time.Duration, busy bool, err error) {
	a := w.memory.asides[name]
	if a == nil {
		return 0, false, nil
	}
	select {
	case <-a.job.Done():
	default:
		return whileUnwell, true, ctx.Err()
	}
	if ctx.Err() != nil {
		return 0, true, ctx.Err()
	}
	delete(w.memory.asides, name)
	again, err = a.then(ctx, w, a.job.Err())
	return again, true, err
}

// followUp does what follows the long steps that have ended and that no other
// look asks for by name.
func (w *run) followUp(ctx context.Context) error {
	var all error
	for name := range w.memory.asides {
		if name != stepChange {
			_, _, err := w.underWay(ctx, name)
			all = errors.Join(all, err)
		}
	}
	return all
}

// beginAll is begin for a step that domain controllers do together, each with
// its own error.
func (w *run) beginAll(ctx context.Context, name string, step func(context.Context) map[directory.DCID]error,
	then func(context.Context, *run, map[directory.DCID]error) (time.Duration, error)) (time.Duration, error) {
	var failed map[directory.DCID]error
	return w.begin(ctx, name, func(ctx context.Context) error {
		failed = step(ctx)
		return nil
	}, func(ctx context.Context, w *run, err error) (time.Duration, error) {
		if err != nil { // it panicked
			failed = map[directory.DCID]error{"": err}
		}
		return then(ctx, w, failed)
	})
}

// abandon ends all long steps but those whose name begins with but, and returns
// when they have ended.
func (w *run) abandon(ctx context.Context, but string) error {
	for name, a := range w.memory.asides {
		if but != "" && strings.HasPrefix(name, but) {
			continue
		}
		a.job.Stop()
		err := reconcile.Wait(ctx, func() error {
			select {
			case <-a.job.Done():
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
		if err != nil {
			return err
		}
		delete(w.memory.asides, name)
	}
	return nil
}
