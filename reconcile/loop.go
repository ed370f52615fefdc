// Package reconcile is the loop that every reconciler runs in: a queue of
// keys, a few workers, backoff, and never two workers on one key.
//
// A reconciler is level-triggered: its input is a key and nothing else. It
// looks at what is wanted and at the world, does one step, and says when it
// wants to look again. A lost nudge costs time only, since every key comes
// round again.
package reconcile

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
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
	// one step. An error means: not classified, try again with backoff.
	Reconcile(ctx context.Context, key string) (again time.Duration, err error)
}

// Config configures a Loop. Zero values mean the defaults named.
type Config struct {
	Reconciler Reconciler
	Workers    int           // how many keys at once; 0 means 4
	Resync     time.Duration // how often every key comes round; 0 means 1 minute
	MinBackoff time.Duration // after the first error; 0 means 500 ms
	MaxBackoff time.Duration // at most; 0 means 30 s
	Log        *slog.Logger  // nil means slog.Default()
}

// Loop runs a Reconciler.
type Loop struct {
	cfg Config
	log *slog.Logger

	wake chan struct{} // capacity 1: something is due

	mu      sync.Mutex
	due     map[string]time.Time // key → when to run it
	running map[string]bool
	again   map[string]bool // nudged while running
	fails   map[string]int
}

// New builds a Loop; Run starts it.
func New(cfg Config) *Loop {
	setDefault(&cfg.Workers, 4)
	setDefault(&cfg.Resync, time.Minute)
	setDefault(&cfg.MinBackoff, 500*time.Millisecond)
	setDefault(&cfg.MaxBackoff, 30*time.Second)
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Loop{
		cfg: cfg, log: cfg.Log.With("loop", cfg.Reconciler.Name()),
		wake: make(chan struct{}, 1),
		due:  map[string]time.Time{}, running: map[string]bool{},
		again: map[string]bool{}, fails: map[string]int{},
	}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Nudge says that key may have changed. It never blocks.
func (l *Loop) Nudge(key string) {
	l.mu.Lock()
	if l.running[key] {
		l.again[key] = true
	} else {
		l.due[key] = time.Time{}
	}
	l.mu.Unlock()
	l.poke()
}

func (l *Loop) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, and returns when every worker has.
func (l *Loop) Run(ctx context.Context) error {
	var workers sync.WaitGroup
	slots := make(chan struct{}, l.cfg.Workers)
	resync := time.NewTicker(l.cfg.Resync)
	defer resync.Stop()
	l.nudgeAll()
	for ctx.Err() == nil {
		timer := time.NewTimer(l.startDue(ctx, slots, &workers))
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-timer.C:
		case <-resync.C:
			l.nudgeAll()
		}
		timer.Stop()
	}
	workers.Wait()
	return nil
}

// nudgeAll makes every key due, sooner than it asked for.
func (l *Loop) nudgeAll() {
	for _, key := range l.cfg.Reconciler.Keys() {
		l.Nudge(key)
	}
}

// startDue starts as many due keys as there are free workers and gives the
// time until the next key is due.
func (l *Loop) startDue(ctx context.Context, slots chan struct{}, workers *sync.WaitGroup) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, next := time.Now(), l.cfg.Resync
	for key, at := range l.due {
		if wait := at.Sub(now); wait > 0 {
			next = min(next, wait)
			continue
		}
		select {
		case slots <- struct{}{}:
		default:
			return next // a worker that ends pokes
		}
		delete(l.due, key)
		l.running[key] = true
		workers.Go(func() {
			l.work(ctx, key)
			<-slots
			l.poke()
		})
	}
	return next
}

// work runs one key once and files when it is due again.
func (l *Loop) work(ctx context.Context, key string) {
	again, err := l.safely(ctx, key)
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.running, key)
	nudged := l.again[key]
	delete(l.again, key)
	switch {
	case err != nil && ctx.Err() == nil:
		l.fails[key]++
		again = l.backoff(l.fails[key])
		l.log.Error("reconcile failed", "key", key, "tries", l.fails[key], "again_in", again.String(), "error", err.Error())
	default:
		delete(l.fails, key)
	}
	switch {
	case nudged && err == nil:
		l.due[key] = time.Time{}
	case again > 0:
		l.due[key] = time.Now().Add(again)
	}
}

// safely turns a panic into an error, so that one bad object stops only itself.
func (l *Loop) safely(ctx context.Context, key string) (again time.Duration, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return l.cfg.Reconciler.Reconcile(ctx, key)
}

// backoff doubles from MinBackoff to MaxBackoff.
func (l *Loop) backoff(fails int) time.Duration {
	d := l.cfg.MinBackoff
	for range fails - 1 {
		if d *= 2; d >= l.cfg.MaxBackoff {
			return l.cfg.MaxBackoff
		}
	}
	return d
}
