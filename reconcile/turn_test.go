package reconcile

import (
	"testing"
	"time"
)

func TestWhoseTurnItIs(t *testing.T) {
	const none = class(-1)
	for _, c := range []struct {
		name    string
		workers int
		busy    [classes]int
		asking  [classes]bool
		want    class
	}{
		{"nobody asks", 4, [classes]int{}, [classes]bool{}, none},
		{"no worker is free", 4, [classes]int{2, 2}, [classes]bool{true, true}, none},
		{"all are at what is fine: the failing wait for one", 4, [classes]int{4, 0}, [classes]bool{true, true}, none},
		{"one for the failing, before anything else", 4, [classes]int{3, 0}, [classes]bool{true, true}, failing},
		{"then those that are fine", 4, [classes]int{0, 1}, [classes]bool{true, true}, fine},
		{"what is fine may have all that is left", 4, [classes]int{2, 1}, [classes]bool{true, true}, fine},
		{"and all, if nobody fails", 4, [classes]int{3, 0}, [classes]bool{true, false}, fine},
		{"the failing may have half", 4, [classes]int{0, 1}, [classes]bool{false, true}, failing},
		{"not more, even if the rest is idle", 4, [classes]int{0, 2}, [classes]bool{false, true}, none},
		{"one each of two", 2, [classes]int{0, 1}, [classes]bool{false, true}, none},
	} {
		got, ok := turn(c.workers, c.busy, c.asking)
		if !ok {
			got = none
		}
		if got != c.want {
			t.Errorf("%s: class %d, want %d", c.name, got, c.want)
		}
	}
}

func TestWhenANudgeHasAFailingKeyLookedAt(t *testing.T) {
	at := func(seconds int) time.Time { return time.Unix(1000, 0).Add(time.Duration(seconds) * time.Second) }
	for _, c := range []struct {
		name                    string
		filed, now, ended, want int // seconds
		backoff                 time.Duration
	}{
		{"long after the last run: at once", 30, 20, 0, 20, 30 * time.Second},
		{"soon after it: five seconds after it", 30, 1, 0, 5, 30 * time.Second},
		{"a short backoff is not made longer", 2, 1, 0, 2, 2 * time.Second},
		{"due before: stays", 3, 1, 0, 3, 30 * time.Second},
		{"overdue: stays first in line", 1, 9, 0, 1, 30 * time.Second},
	} {
		if got := brought(at(c.filed), at(c.now), at(c.ended), c.backoff); !got.Equal(at(c.want)) {
			t.Errorf("%s: at second %v, want %d", c.name, got.Sub(at(0)).Seconds(), c.want)
		}
	}
}

func TestBackoffDoublesToItsEnd(t *testing.T) {
	for fails, want := range map[int]time.Duration{1: 1, 2: 2, 3: 4, 4: 8, 5: 10, 60: 10} {
		if got := backoff(time.Second, 10*time.Second, fails); got != want*time.Second {
			t.Errorf("after %d: %s, want %s", fails, got, want*time.Second)
		}
	}
}
