package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entente-ad/entente/reconcile"
)

func (f *fake) count(key string) int { return len(f.when(key)) }

func TestARunIsToldThatItsTimeIsOver(t *testing.T) {
	f := &fake{keys: []string{"a"}, do: func(ctx context.Context, _ string, _ int) (time.Duration, error) {
		<-ctx.Done()
		return 0, context.Cause(ctx)
	}}
	cfg := reconcile.Config{Timeout: 10 * time.Second, MinBackoff: time.Second, Resync: time.Hour}
	inBubble(t, f, cfg, func(l *reconcile.Loop) {
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if got := f.when("a"); !slices.Equal(got, seconds(0, 11, 23)) {
			t.Errorf("ran at %v", got)
		}
		if got := l.Stuck(); len(got) > 0 {
			t.Errorf("%v count as stuck although they end in time", got)
		}
	})
}

func TestARunThatNeverEndsHoldsNobodyElse(t *testing.T) {
	dead := []string{"dead1", "dead2", "dead3", "dead4"}
	var f *fake
	f = &fake{keys: append([]string{"good"}, dead...), do: func(_ context.Context, key string, _ int) (time.Duration, error) {
		if key != "good" {
			<-f.held // whatever its context says
		}
		return time.Second, nil
	}}
	cfg := reconcile.Config{Workers: 2, Timeout: 10 * time.Second, Grace: 2 * time.Second}
	inBubble(t, f, cfg, func(l *reconcile.Loop) {
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		before := f.count("good")
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := f.count("good") - before; got < 50 {
			t.Errorf("the good key ran %d times in a minute beside %d runs that hang", got, len(dead))
		}
		if got := l.Stuck(); !slices.Equal(got, dead) {
			t.Errorf("stuck: %v, want %v", got, dead)
		}
		for _, key := range dead {
			l.Nudge(key)
		}
		synctest.Wait()
		for _, key := range dead {
			if f.count(key) != 1 {
				t.Errorf("%s ran %d times although the first run has not ended", key, f.count(key))
			}
		}
		f.release()
		synctest.Wait()
		if got := l.Stuck(); len(got) > 0 || f.overlap {
			t.Errorf("stuck: %v after they ended; overlapping: %v", got, f.overlap)
		}
		for _, key := range dead {
			if f.count(key) != 2 {
				t.Errorf("%s ran %d times; it was nudged while it hung", key, f.count(key))
			}
		}
	})
}

func TestRunReturnsAlthoughARunHangs(t *testing.T) {
	var f *fake
	f = &fake{keys: []string{"a"}, do: func(context.Context, string, int) (time.Duration, error) {
		<-f.held
		return 0, nil
	}}
	inBubble(t, f, reconcile.Config{}, func(*reconcile.Loop) {}) // waits for Run
}

func TestAnyNumberOfRunsMayWait(t *testing.T) {
	var waiting atomic.Int32
	var f *fake
	f = &fake{do: func(ctx context.Context, key string, run int) (time.Duration, error) {
		if key == "good" {
			return time.Second, nil
		}
		waiting.Add(1)
		return 0, reconcile.Wait(ctx, func() error {
			select {
			case <-f.held:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}}
	for i := range 300 {
		f.keys = append(f.keys, fmt.Sprint("silent", i))
	}
	f.keys = append(f.keys, "good")
	inBubble(t, f, reconcile.Config{Workers: 4}, func(*reconcile.Loop) {
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if got := waiting.Load(); got != 300 {
			t.Errorf("%d of 300 wait", got)
		}
		if got := f.count("good"); got != 31 {
			t.Errorf("the good key ran %d times in 30 s, want 31", got)
		}
	})
}

// A run's goroutines may wait at the same time, and what comes back works with
// a worker: never more at once than there are.
func TestWhatWaitedTakesAWorkerAgain(t *testing.T) {
	var working, most atomic.Int32
	work := func() {
		if n := working.Add(1); n > most.Load() {
			most.Store(n)
		}
		time.Sleep(time.Second)
		working.Add(-1)
	}
	f := &fake{do: func(ctx context.Context, _ string, _ int) (time.Duration, error) {
		work()
		ended := make(chan error)
		for i := range 3 {
			go func() {
				ended <- reconcile.Wait(ctx, func() error { time.Sleep(time.Duration(i+1) * time.Second); return nil })
			}()
		}
		_ = reconcile.Wait(ctx, func() error {
			for range 3 {
				<-ended
			}
			return nil
		})
		work()
		return 0, nil
	}}
	for i := range 20 {
		f.keys = append(f.keys, fmt.Sprint(i))
	}
	inBubble(t, f, reconcile.Config{Workers: 2, Resync: time.Hour}, func(*reconcile.Loop) {
		time.Sleep(45 * time.Second)
		synctest.Wait()
		if most.Load() != 2 || working.Load() != 0 {
			t.Errorf("%d worked at once, want 2; %d still do", most.Load(), working.Load())
		}
		for _, key := range f.keys {
			if f.count(key) != 1 {
				t.Errorf("%s ran %d times", key, f.count(key))
			}
		}
	})
}

func TestWaitOutsideALoopJustCalls(t *testing.T) {
	want := errors.New("no")
	if got := reconcile.Wait(t.Context(), func() error { return want }); !errors.Is(got, want) {
		t.Errorf("got %v", got)
	}
}

// failer says of some keys that they fail although their runs give no error.
type failer struct {
	*fake
	prefix string
}

func (f failer) Failing(key string) bool { return strings.HasPrefix(key, f.prefix) }

func TestWhatIsFineNeverQueuesBehindWhatFails(t *testing.T) {
	for name, fails := range map[string]error{"by errors": errors.New("no"), "by its own word": nil} {
		t.Run(name, func(t *testing.T) {
			f := &fake{do: func(_ context.Context, key string, _ int) (time.Duration, error) {
				if !strings.HasPrefix(key, "dead") {
					return time.Second, nil
				}
				time.Sleep(4 * time.Second)
				return time.Second, fails
			}}
			for i := range 100 {
				f.keys = append(f.keys, fmt.Sprint("dead", i))
			}
			cfg := reconcile.Config{Workers: 4, MinBackoff: time.Second, MaxBackoff: time.Second}
			cfg.Reconciler = failer{f, "dead"}
			inBubble(t, f, cfg, func(l *reconcile.Loop) {
				time.Sleep(20 * time.Minute) // until each has failed once
				l.Nudge("new")
				time.Sleep(100 * time.Second)
				synctest.Wait()
				if got := f.count("new"); got != 101 {
					t.Errorf("the new key ran %d times in 100 s, want 101", got)
				}
				least := f.count("dead0")
				for _, key := range f.keys {
					least = min(least, f.count(key))
				}
				if least < 2 {
					t.Errorf("one that fails ran %d times in 20 minutes: it starves", least)
				}
			})
		})
	}
}

func TestWhatFailsDoesNotStarve(t *testing.T) {
	f := &fake{do: func(_ context.Context, key string, _ int) (time.Duration, error) {
		time.Sleep(time.Second)
		if key == "sick" {
			return 0, errors.New("no")
		}
		return time.Millisecond, nil
	}}
	f.keys = []string{"sick", "a", "b", "c", "d", "e", "f"}
	inBubble(t, f, reconcile.Config{Workers: 2, MinBackoff: time.Second, MaxBackoff: time.Second}, func(*reconcile.Loop) {
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := f.count("sick"); got < 15 {
			t.Errorf("the failing key ran %d times in a minute beside six that are always due", got)
		}
	})
}

func TestInTheOrderInWhichTheyAreDue(t *testing.T) {
	var mu sync.Mutex
	var order []string
	f := &fake{do: func(_ context.Context, key string, _ int) (time.Duration, error) {
		mu.Lock()
		order = append(order, key)
		mu.Unlock()
		time.Sleep(time.Second)
		return 0, nil
	}}
	inBubble(t, f, reconcile.Config{Workers: 2, Resync: time.Hour}, func(l *reconcile.Loop) {
		var want []string
		for i := range 40 {
			key := fmt.Sprint(i)
			want = append(want, key)
			l.Nudge(key)
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if !slices.Equal(order, want) {
			t.Errorf("ran in the order %v", order)
		}
	})
}

func TestANudgeDuringARunThatFailsIsKept(t *testing.T) {
	f := &fake{keys: []string{"a"}, do: func(_ context.Context, _ string, run int) (time.Duration, error) {
		time.Sleep(10 * time.Second)
		return 0, errors.New("no")
	}}
	cfg := reconcile.Config{MinBackoff: time.Minute, MaxBackoff: time.Hour, Resync: time.Hour}
	inBubble(t, f, cfg, func(l *reconcile.Loop) {
		time.Sleep(3 * time.Second)
		l.Nudge("a")
		time.Sleep(30 * time.Second)
		synctest.Wait()
		// It ends at 10 and is looked at 5 s later, not a minute.
		if got := f.when("a"); !slices.Equal(got, seconds(0, 15)) {
			t.Errorf("ran at %v", got)
		}
	})
}

func TestNudgesOfAFailingKeyDoNotUndoItsBackoff(t *testing.T) {
	f := &fake{keys: []string{"a"}, do: func(context.Context, string, int) (time.Duration, error) {
		return 0, errors.New("no")
	}}
	cfg := reconcile.Config{MinBackoff: time.Minute, MaxBackoff: time.Hour, Resync: time.Hour}
	inBubble(t, f, cfg, func(l *reconcile.Loop) {
		for range 1000 { // for 10 s
			l.Nudge("a")
			time.Sleep(10 * time.Millisecond)
		}
		synctest.Wait()
		if got := f.when("a"); !slices.Equal(got, seconds(0, 5, 10)) {
			t.Errorf("ran at %v", got)
		}
	})
}

func TestComingRoundDoesNotUndoABackoff(t *testing.T) {
	f := &fake{keys: []string{"a"}, do: func(context.Context, string, int) (time.Duration, error) {
		return 0, errors.New("no")
	}}
	cfg := reconcile.Config{MinBackoff: time.Minute, MaxBackoff: time.Hour, Resync: time.Second}
	inBubble(t, f, cfg, func(*reconcile.Loop) {
		time.Sleep(4 * time.Minute)
		synctest.Wait()
		if got := f.when("a"); !slices.Equal(got, seconds(0, 60, 180)) {
			t.Errorf("ran at %v", got)
		}
	})
}

func TestWorkBesideLeavesItsKeyToBeLookedAt(t *testing.T) {
	var job *reconcile.Job
	f := &fake{keys: []string{"a"}, do: func(ctx context.Context, _ string, run int) (time.Duration, error) {
		if run == 1 {
			job = reconcile.Beside(ctx, time.Hour, func(ctx context.Context) error {
				time.Sleep(10500 * time.Millisecond)
				return ctx.Err() // a run's own context has ended long ago
			})
		}
		return 3 * time.Second, nil
	}}
	inBubble(t, f, reconcile.Config{Timeout: time.Second, Resync: time.Hour}, func(*reconcile.Loop) {
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if got := f.when("a"); !slices.Equal(got, seconds(0, 3, 6, 9, 10.5)) {
			t.Errorf("looked at %v: it goes on meanwhile, and at once when the work has ended", got)
		}
		if err := job.Err(); err != nil {
			t.Errorf("the work: %v", err)
		}
	})
}

func TestWorkBesideIsEndedAndWaitedFor(t *testing.T) {
	for name, limit := range map[string]time.Duration{"by its limit": 5 * time.Second, "when the loop stops": time.Hour} {
		t.Run(name, func(t *testing.T) {
			ended := false
			f := &fake{keys: []string{"a"}, do: func(ctx context.Context, _ string, run int) (time.Duration, error) {
				if run == 1 {
					reconcile.Beside(ctx, limit, func(ctx context.Context) error {
						<-ctx.Done()
						time.Sleep(time.Second) // tidies up
						ended = true
						return nil
					})
				}
				return 0, nil
			}}
			inBubble(t, f, reconcile.Config{}, func(l *reconcile.Loop) {
				if limit < time.Hour {
					time.Sleep(limit + time.Second)
					synctest.Wait()
					if !ended {
						t.Error("its context did not end")
					}
				}
			})
			if !ended {
				t.Error("Run came back before the work did")
			}
		})
	}
}

func TestWorkBesideThatPanicsSaysSo(t *testing.T) {
	j := reconcile.Beside(t.Context(), time.Hour, func(context.Context) error { panic("broken") })
	<-j.Done()
	if err := j.Err(); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("got %v", err)
	}
}

func TestWorkBesideThatHangsIsNamed(t *testing.T) {
	var f *fake
	f = &fake{keys: []string{"a"}, do: func(ctx context.Context, _ string, run int) (time.Duration, error) {
		if run == 1 {
			reconcile.Beside(ctx, time.Second, func(context.Context) error { <-f.held; return nil })
		}
		return 0, nil
	}}
	inBubble(t, f, reconcile.Config{}, func(l *reconcile.Loop) {
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := l.Stuck(); !slices.Equal(got, []string{"a"}) {
			t.Errorf("stuck: %v", got)
		}
		f.release()
		synctest.Wait()
		if got := l.Stuck(); len(got) > 0 {
			t.Errorf("stuck after it ended: %v", got)
		}
	})
}
