package reconcile_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entente-ad/entente/reconcile"
)

// fake reconciles as the test says and notes when.
type fake struct {
	keys []string
	do   func(ctx context.Context, key string, run int) (time.Duration, error)

	held    chan struct{} // for runs that hang: closed by release, and when Run has returned
	release func()

	mu      sync.Mutex
	start   time.Time
	runs    map[string][]time.Duration // key → when, since start
	running map[string]int
	most    int // workers at one time
	overlap bool
}

func (f *fake) Name() string   { return "fakes" }
func (f *fake) Keys() []string { return f.keys }

func (f *fake) Reconcile(ctx context.Context, key string) (time.Duration, error) {
	f.mu.Lock()
	f.runs[key] = append(f.runs[key], time.Since(f.start))
	run := len(f.runs[key])
	f.running[key]++
	f.overlap = f.overlap || f.running[key] > 1
	busy := 0
	for _, n := range f.running {
		busy += n
	}
	f.most = max(f.most, busy)
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.running[key]--
		f.mu.Unlock()
	}()
	return f.do(ctx, key, run)
}

func (f *fake) when(key string) []time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.runs[key])
}

// inBubble runs a loop over f in fake time while test looks on.
func inBubble(t *testing.T, f *fake, cfg reconcile.Config, test func(l *reconcile.Loop)) {
	synctest.Test(t, func(t *testing.T) {
		f.start, f.runs, f.running = time.Now(), map[string][]time.Duration{}, map[string]int{}
		f.held = make(chan struct{})
		f.release = sync.OnceFunc(func() { close(f.held) })
		defer f.release()
		if cfg.Reconciler == nil {
			cfg.Reconciler = f
		}
		cfg.Log = slog.New(slog.DiscardHandler)
		l := reconcile.New(cfg)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- l.Run(ctx) }()
		synctest.Wait()
		test(l)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func seconds(s ...float64) []time.Duration {
	out := make([]time.Duration, len(s))
	for i, v := range s {
		out[i] = time.Duration(v * float64(time.Second))
	}
	return out
}

func nothing(context.Context, string, int) (time.Duration, error) { return 0, nil }

func TestEveryKeyComesRound(t *testing.T) {
	f := &fake{keys: []string{"a", "b"}, do: nothing}
	inBubble(t, f, reconcile.Config{Resync: 10 * time.Second}, func(*reconcile.Loop) {
		time.Sleep(25 * time.Second)
		synctest.Wait()
		for _, key := range f.keys {
			if got := f.when(key); !slices.Equal(got, seconds(0, 10, 20)) {
				t.Errorf("%s ran at %v", key, got)
			}
		}
	})
}

func TestAReconcilerSaysWhenToComeBack(t *testing.T) {
	f := &fake{keys: []string{"a"}, do: func(_ context.Context, _ string, run int) (time.Duration, error) {
		return []time.Duration{time.Second, 5 * time.Second, 0}[min(run-1, 2)], nil
	}}
	inBubble(t, f, reconcile.Config{}, func(*reconcile.Loop) {
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if got := f.when("a"); !slices.Equal(got, seconds(0, 1, 6)) {
			t.Errorf("ran at %v", got)
		}
	})
}

func TestANudgeRunsAtOnce(t *testing.T) {
	f := &fake{do: func(context.Context, string, int) (time.Duration, error) { return time.Hour, nil }}
	inBubble(t, f, reconcile.Config{}, func(l *reconcile.Loop) {
		time.Sleep(3 * time.Second)
		l.Nudge("a")
		synctest.Wait()
		time.Sleep(4 * time.Second)
		l.Nudge("a")
		synctest.Wait()
		if got := f.when("a"); !slices.Equal(got, seconds(3, 7)) {
			t.Errorf("ran at %v", got)
		}
	})
}

func TestErrorsBackOffAndAreForgotten(t *testing.T) {
	f := &fake{keys: []string{"a"}, do: func(_ context.Context, _ string, run int) (time.Duration, error) {
		if run == 6 {
			return time.Second, nil // good once
		}
		return 0, errors.New("no")
	}}
	cfg := reconcile.Config{MinBackoff: time.Second, MaxBackoff: 4 * time.Second, Resync: time.Hour}
	inBubble(t, f, cfg, func(*reconcile.Loop) {
		time.Sleep(18 * time.Second)
		synctest.Wait()
		if got := f.when("a"); !slices.Equal(got, seconds(0, 1, 3, 7, 11, 15, 16, 17)) {
			t.Errorf("ran at %v", got)
		}
	})
}

func TestAPanicStopsOnlyItsOwnKey(t *testing.T) {
	f := &fake{keys: []string{"bad", "good"}, do: func(_ context.Context, key string, _ int) (time.Duration, error) {
		if key == "bad" {
			panic("broken")
		}
		return time.Second, nil
	}}
	inBubble(t, f, reconcile.Config{MinBackoff: time.Second, Resync: time.Hour}, func(*reconcile.Loop) {
		time.Sleep(3500 * time.Millisecond)
		synctest.Wait()
		if got := f.when("good"); !slices.Equal(got, seconds(0, 1, 2, 3)) {
			t.Errorf("the good key ran at %v", got)
		}
		if got := f.when("bad"); !slices.Equal(got, seconds(0, 1, 3)) {
			t.Errorf("the bad key ran at %v", got)
		}
	})
}

func TestNeverTwoWorkersOnOneKey(t *testing.T) {
	f := &fake{do: func(context.Context, string, int) (time.Duration, error) {
		time.Sleep(10 * time.Second)
		return 0, nil
	}}
	inBubble(t, f, reconcile.Config{}, func(l *reconcile.Loop) {
		for range 5 {
			l.Nudge("a")
			synctest.Wait()
		}
		time.Sleep(35 * time.Second)
		synctest.Wait()
		// Nudged while it ran: once more afterwards, not five times.
		if got := f.when("a"); f.overlap || !slices.Equal(got, seconds(0, 10)) {
			t.Errorf("ran at %v, overlapping: %v", got, f.overlap)
		}
	})
}

func TestWorkersAreBounded(t *testing.T) {
	f := &fake{keys: []string{"a", "b", "c", "d", "e"}, do: func(context.Context, string, int) (time.Duration, error) {
		time.Sleep(time.Second)
		return 0, nil
	}}
	inBubble(t, f, reconcile.Config{Workers: 2}, func(*reconcile.Loop) {
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if f.most != 2 {
			t.Errorf("%d workers at once, want 2", f.most)
		}
		for _, key := range f.keys {
			if len(f.when(key)) != 1 {
				t.Errorf("%s ran %d times", key, len(f.when(key)))
			}
		}
	})
}

func TestRunWaitsForItsWorkers(t *testing.T) {
	ended := false
	f := &fake{keys: []string{"a"}, do: func(ctx context.Context, _ string, _ int) (time.Duration, error) {
		<-ctx.Done()
		time.Sleep(time.Second) // tidies up
		ended = true
		return 0, ctx.Err()
	}}
	inBubble(t, f, reconcile.Config{}, func(*reconcile.Loop) {})
	if !ended {
		t.Error("Run came back before its worker did")
	}
}
