package reconcile

import (
	"context"
	"slices"
	"time"
)

// run is one Reconcile of one key.
type run struct {
	loop    *Loop
	ctx     context.Context // ends with the run
	key     string
	class   class
	has     bool // a worker
	waiting int  // goroutines in Wait
	stuck   bool
	resume  chan struct{} // while it stands in line for a worker: closed at the end of that
}

type runKey struct{}

// dispatch gives free workers to runs that waited and to keys that are due,
// and says how long until the next key is.
func (l *Loop) dispatch() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for l.base.Err() == nil {
		c, ok := turn(l.cfg.Workers, l.busy, [classes]bool{fine: l.asking(fine, now), failing: l.asking(failing, now)})
		if !ok {
			break
		}
		l.busy[c]++
		if len(l.back[c]) > 0 {
			r := l.back[c][0]
			r.unqueue()
			r.has = true
			continue
		}
		r := &run{loop: l, key: l.next(c), class: c, has: true}
		l.running[r.key] = r
		l.runs[c]++
		l.live.Go(func() { l.work(r) })
	}
	wait := l.cfg.Resync
	for c := range classes {
		// One that is due and does not run waits for a worker, whose end pokes.
		if at, is := l.due(c, now); !at.IsZero() && !is {
			wait = min(wait, at.Sub(now))
		}
	}
	return wait
}

// asking reports whether a run of class c wants a worker: first those that
// waited, then keys that are due, unless there are very many runs. The failing
// may be half of them.
func (l *Loop) asking(c class, now time.Time) bool {
	if len(l.back[c]) > 0 {
		return true
	}
	full := l.runs[fine]+l.runs[failing] >= l.cfg.Runs || c == failing && l.runs[failing] >= l.cfg.Runs/2
	_, is := l.due(c, now)
	return is && !full
}

// release gives the run's worker back, if it has one.
func (r *run) release() {
	if r.has {
		r.has = false
		r.loop.busy[r.class]--
	}
}

// Wait calls f, which waits for something outside this process: a network, a
// domain controller, a job. Meanwhile the run has no worker, so that any
// number of runs may wait; when f has returned, the run goes on as soon as
// there is one again. f must still end with ctx, and computes nothing to speak
// of.
//
// Goroutines of a run may call it at the same time, and it may be nested: the
// run has no worker while any of them waits. Outside a loop it calls f.
func Wait(ctx context.Context, f func() error) error {
	r, ok := ctx.Value(runKey{}).(*run)
	if !ok {
		return f()
	}
	r.leave()
	defer r.enter()
	return f()
}

// leave gives the worker back with the first goroutine that waits. One that
// came back before and stands in line for a worker goes on without.
func (r *run) leave() {
	l := r.loop
	l.mu.Lock()
	defer l.mu.Unlock()
	r.waiting++
	r.unqueue()
	if r.has {
		r.release()
		l.poke()
	}
}

// enter takes a worker again with the last goroutine that waited, unless the
// run is over.
func (r *run) enter() {
	l := r.loop
	l.mu.Lock()
	r.waiting--
	if r.waiting > 0 || r.stuck || r.has || l.running[r.key] != r || r.ctx.Err() != nil {
		l.mu.Unlock()
		return
	}
	if r.resume == nil {
		r.resume = make(chan struct{})
		l.back[r.class] = append(l.back[r.class], r)
		l.poke()
	}
	resume := r.resume
	l.mu.Unlock()
	select {
	case <-resume:
	case <-r.ctx.Done():
		l.mu.Lock()
		defer l.mu.Unlock()
		r.unqueue()
	}
}

// unqueue lets go those who wait for the run to have a worker again.
func (r *run) unqueue() {
	if r.resume == nil {
		return
	}
	back := &r.loop.back[r.class]
	*back = slices.DeleteFunc(*back, func(o *run) bool { return o == r })
	close(r.resume)
	r.resume = nil
}
