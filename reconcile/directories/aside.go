package directories

import (
	"context"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/reconcile"
)

// moment is how long a look at a directory waits for a long step, before it
// lets the directory be looked at while the step goes on.
const moment = 2 * time.Second

// aside is a long step that runs beside the looks at a directory: joining or
// demoting takes seconds, on a busy machine minutes, and nobody's repair or
// password waits for it. One at a time; what it found is the memory's, and
// after a crash the step is done again.
type aside struct {
	job    *reconcile.Job
	failed map[directory.DCID]error
	then   func(ctx context.Context, w *run, failed map[directory.DCID]error) (time.Duration, error)
}

// stepLimit bounds a long step: each of its jobs has a limit of its own.
const stepLimit = 30 * time.Minute

// begin starts a long step. step must leave the status and the memory alone;
// then, in a later look, does what follows.
func (w *run) begin(ctx context.Context, step func(context.Context) map[directory.DCID]error,
	then func(context.Context, *run, map[directory.DCID]error) (time.Duration, error)) (time.Duration, error) {
	a := &aside{then: then}
	a.job = reconcile.Beside(ctx, stepLimit, func(ctx context.Context) error {
		a.failed = step(ctx)
		return nil
	})
	w.memory.aside = a
	again, _, err := w.underWay(ctx)
	return again, err
}

// underWay looks at the long step that runs, if any: busy says that it goes
// on, or has ended and been followed up just now.
func (w *run) underWay(ctx context.Context) (again time.Duration, busy bool, err error) {
	a := w.memory.aside
	if a == nil {
		return 0, false, nil
	}
	timer := time.NewTimer(moment)
	defer timer.Stop()
	select {
	case <-a.job.Done():
	case <-timer.C:
		return whileWaiting, true, nil
	}
	w.memory.aside = nil
	if ctx.Err() != nil {
		return 0, true, ctx.Err()
	}
	failed := a.failed
	if err := a.job.Err(); err != nil { // it panicked
		failed = map[directory.DCID]error{"": err}
	}
	again, err = a.then(ctx, w, failed)
	return again, true, err
}

// abandon ends the long step that runs.
func (m *memory) abandon() {
	if m.aside != nil {
		m.aside.job.Stop()
		<-m.aside.job.Done()
		m.aside = nil
	}
}
