// Package reconcile is the loop that every reconciler runs in: a queue of
// keys, a few workers, backoff, and never two runs on one key.
//
// A reconciler is level-triggered: its input is a key and nothing else. It
// looks at what is wanted and at the world, does one step, and says when it
// wants to look again. A lost nudge costs time only, since every key comes
// round again.
//
// Nothing that hangs holds a loop:
//
//   - Every run has a deadline, Config.Timeout. One that goes on regardless
//     loses its worker Config.Grace later; its key stays "running", so nobody
//     else touches the object, and Loop.Stuck names it.
//   - What waits for a network or a job does so in [Wait], which holds no
//     worker.
//   - What takes minutes runs in [Beside], with a life of its own, while its
//     key is looked at as ever.
//   - Keys that are new or in order never queue behind those that fail: see
//     the function turn. The interval of what keeps failing grows.
//   - Run ends soon after its context, whatever hangs.
package reconcile

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// Reconciler makes one kind of object as it is wanted.
type Reconciler interface {
	// Name is the noun, for logs: "trusts".
	Name() string
	// Keys lists every key that exists now, wanted or being taken away.
	Keys() []string
	// Reconcile does at most one long step for key and says after what time
	// to look again; 0 means at the next nudge or resync. It may run twice for
	// one step. An error means: not classified, try again with backoff. ctx
	// ends with the run; it carries what Wait and Beside need.
	Reconcile(ctx context.Context, key string) (again time.Duration, err error)
}

// Failer is a Reconciler that knows which of its keys fail although their runs
// give no error: objects whose partner is silent, say. Such a key queues among
// those that fail.
type Failer interface {
	// Failing must answer at once, from memory or the store's cache. It must
	// not call the Loop.
	Failing(key string) bool
}

// Config configures a Loop. Zero values mean the defaults named.
type Config struct {
	Reconciler Reconciler
	Workers    int           // how many runs work at once, those in Wait not counted; 0 means 4, at least 2
	Runs       int           // how many runs there are at once, with those in Wait; 0 means 100 for each worker
	Resync     time.Duration // how often every key comes round; 0 means 1 minute
	MinBackoff time.Duration // after the first error; 0 means 500 ms
	MaxBackoff time.Duration // at most; 0 means 30 s
	Timeout    time.Duration // of a run, with what it waits; 0 means 2 minutes
	Grace      time.Duration // for a run or a job to return after its context ended; 0 means 5 s
	Log        *slog.Logger  // nil means slog.Default()
}

// Loop runs a Reconciler.
type Loop struct {
	cfg  Config
	log  *slog.Logger
	wake chan struct{}  // capacity 1: something is due, or a worker is free
	live sync.WaitGroup // runs and jobs
	base context.Context

	mu      sync.Mutex
	queue   [classes]queue
	filed   map[string]*entry   // keys in queue
	running map[string]*run     // never two runs on one key
	known   map[string]*history // of keys that failed last time, or were nudged while running
	busy    [classes]int        // workers at work
	runs    [classes]int        // runs that are not stuck, with those in Wait
	back    [classes][]*run     // runs that waited and want a worker again, in this order
	stuck   map[string]int      // key → runs and jobs that did not end in time
}

// history is what a key's runs leave for the next.
type history struct {
	fails int       // in a row
	ended time.Time // the last run
	again bool      // nudged while running
}

// New builds a Loop; Run starts it.
func New(cfg Config) *Loop {
	setDefault(&cfg.Workers, 4)
	cfg.Workers = max(cfg.Workers, 2) // one for each class
	setDefault(&cfg.Runs, 100*cfg.Workers)
	setDefault(&cfg.Resync, time.Minute)
	setDefault(&cfg.MinBackoff, 500*time.Millisecond)
	setDefault(&cfg.MaxBackoff, 30*time.Second)
	setDefault(&cfg.Timeout, 2*time.Minute)
	setDefault(&cfg.Grace, 5*time.Second)
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Loop{
		cfg: cfg, log: cfg.Log.With("loop", cfg.Reconciler.Name()),
		wake:  make(chan struct{}, 1),
		filed: map[string]*entry{}, running: map[string]*run{}, known: map[string]*history{}, stuck: map[string]int{},
	}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Nudge says that key may have changed. It never blocks. A key that fails is
// looked at soon, not at once: see the function brought.
func (l *Loop) Nudge(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running[key] != nil {
		l.remember(key).again = true
		return
	}
	now := time.Now()
	due := now
	if h := l.known[key]; h != nil && h.fails > 0 {
		filed := now
		if e := l.filed[key]; e != nil {
			filed = e.at
		}
		due = brought(filed, now, h.ended, l.backoff(h.fails))
	}
	l.file(key, due)
	l.poke()
}

// Stuck names the keys of runs and jobs that go on although their time and the
// grace after it are over, sorted.
func (l *Loop) Stuck() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	keys := make([]string, 0, len(l.stuck))
	for key := range l.stuck {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (l *Loop) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, and returns when every run and every job beside
// has ended, or after Config.Grace: those that hang then are left alone, and
// named in the log. It is called once.
func (l *Loop) Run(ctx context.Context) error {
	resync := time.NewTicker(l.cfg.Resync)
	defer resync.Stop()
	l.base = ctx
	l.comeRound()
	for ctx.Err() == nil {
		timer := time.NewTimer(l.dispatch())
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-timer.C:
		case <-resync.C:
			l.comeRound()
		}
		timer.Stop()
	}
	l.waitForTheRest()
	return nil
}

// comeRound makes every key due that is in order, sooner than it asked for.
// One that fails keeps its time.
func (l *Loop) comeRound() {
	keys := l.cfg.Reconciler.Keys()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range keys {
		if h := l.known[key]; l.running[key] == nil && (h == nil || h.fails == 0) {
			l.file(key, time.Now())
		}
	}
}

// waitForTheRest waits for runs and jobs, for a while.
func (l *Loop) waitForTheRest() {
	ended := make(chan struct{})
	go func() { l.live.Wait(); close(ended) }()
	timer := time.NewTimer(l.cfg.Grace)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.log.Error("stopping although work has not ended: it is done again after the next start", "runs", len(l.running), "grace", l.cfg.Grace.String())
	}
}

// work runs one key once and files when it is due again.
func (l *Loop) work(r *run) {
	ctx, cancel := context.WithTimeoutCause(context.WithValue(l.base, runKey{}, r), l.cfg.Timeout,
		fmt.Errorf("the run did not end within %s", l.cfg.Timeout))
	defer cancel()
	r.ctx = ctx
	late := time.AfterFunc(l.cfg.Timeout+l.cfg.Grace, func() { l.giveUp(r) })
	again, err := l.safely(ctx, r.key)
	late.Stop()

	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.running, r.key)
	if r.stuck {
		l.unstick(r.key)
	} else {
		r.release()
		l.runs[r.class]--
	}
	if l.base.Err() == nil {
		l.conclude(r.key, again, err)
	}
	l.poke()
}

// conclude files when key is due again.
func (l *Loop) conclude(key string, again time.Duration, err error) {
	h, now := l.remember(key), time.Now()
	nudged := h.again
	h.again, h.ended = false, now
	if err == nil {
		delete(l.known, key)
		switch {
		case nudged:
			l.file(key, now)
		case again > 0:
			l.file(key, now.Add(again))
		}
		return
	}
	h.fails++
	again = l.backoff(h.fails)
	l.log.Error("reconcile failed", "key", key, "tries", h.fails, "again_in", again.String(), "error", err.Error())
	due := now.Add(again)
	if nudged {
		due = brought(due, now, now, again)
	}
	l.file(key, due)
}

// giveUp gives a run's worker to others: its time and the grace are over. The
// key stays running, since the run may still do things.
func (l *Loop) giveUp(r *run) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running[r.key] != r || l.base.Err() != nil {
		return
	}
	r.release()
	r.stuck = true
	l.runs[r.class]--
	l.stuck[r.key]++
	l.log.Error("a run does not end: it lost its worker, and its object is left alone until it ends", "key", r.key, "limit", l.cfg.Timeout.String())
	l.poke()
}

func (l *Loop) unstick(key string) {
	if l.stuck[key]--; l.stuck[key] == 0 {
		delete(l.stuck, key)
	}
	l.log.Info("what did not end in time has ended", "key", key)
}

func (l *Loop) remember(key string) *history {
	h := l.known[key]
	if h == nil {
		h = &history{}
		l.known[key] = h
	}
	return h
}

// safely turns a panic into an error, so that one bad object stops only itself.
func (l *Loop) safely(ctx context.Context, key string) (again time.Duration, err error) {
	defer recovered(&err)
	return l.cfg.Reconciler.Reconcile(ctx, key)
}

func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}
