package reconcile

import (
	"context"
	"fmt"
	"time"
)

// Job is long work beside the runs of a key.
type Job struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// Beside starts work that takes longer than a run should: its key is looked at
// as ever meanwhile, and nudged when the work has ended. The work has no
// worker. Its context ends after limit, with Stop, and when the loop stops,
// which then waits for it for a while; after a crash it is simply not there any
// more, so what it does must be repeatable.
//
// ctx is that of a run. Outside a loop the work's context is ctx with the
// limit, and nobody is nudged.
func Beside(ctx context.Context, limit time.Duration, work func(ctx context.Context) error) *Job {
	r, inLoop := ctx.Value(runKey{}).(*run)
	if inLoop {
		ctx = r.loop.base // outlives the run
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("the work did not end within %s", limit))
	j := &Job{cancel: cancel, done: make(chan struct{})}
	do := func() {
		defer close(j.done)
		defer cancel()
		defer recovered(&j.err)
		j.err = work(ctx)
	}
	if !inLoop {
		go do()
		return j
	}
	r.loop.live.Go(func() {
		watch := r.loop.watch(ctx, r.key)
		do()
		watch.end()
		r.loop.Nudge(r.key)
	})
	return j
}

// Done is closed when the work has returned.
func (j *Job) Done() <-chan struct{} { return j.done }

// Err is what the work returned, or that it panicked; nil until Done.
func (j *Job) Err() error {
	select {
	case <-j.done:
		return j.err
	default:
		return nil
	}
}

// Stop ends the work's context. Wait for Done to know that it has returned.
func (j *Job) Stop() { j.cancel() }

// watch counts a job as stuck that goes on although its context has ended.
type watch struct {
	loop *Loop
	key  string
	off  func() bool

	late  *time.Timer
	over  bool
	stuck bool
}

func (l *Loop) watch(ctx context.Context, key string) *watch {
	w := &watch{loop: l, key: key}
	w.off = context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if !w.over {
			w.late = time.AfterFunc(l.cfg.Grace, w.giveUp)
		}
	})
	return w
}

func (w *watch) giveUp() {
	l := w.loop
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.over || l.base.Err() != nil {
		return
	}
	w.stuck = true
	l.stuck[w.key]++
	l.log.Error("a job does not end although its time is over", "key", w.key)
}

func (w *watch) end() {
	w.off()
	l := w.loop
	l.mu.Lock()
	defer l.mu.Unlock()
	w.over = true
	if w.late != nil {
		w.late.Stop()
	}
	if w.stuck {
		l.unstick(w.key)
	}
}
