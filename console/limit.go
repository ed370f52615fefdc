package console

import (
	"sync"
	"time"
)

// Sign-in attempts of one address: so many at once, and one more each so often.
const (
	maxAttempts  = 10
	attemptEvery = 6 * time.Second
)

// maxAddresses bounds what is remembered of attempts; beyond it all addresses
// that are not known yet share one count.
const maxAddresses = 10_000

// limiter counts sign-in attempts by address. Those that succeed do not count.
type limiter struct {
	now func() time.Time

	mu   sync.Mutex
	used map[string]attempts
}

type attempts struct {
	n  float64 // used up at the time at, and shrinking since
	at time.Time
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, used: map[string]attempts{}}
}

// take uses up one attempt, or tells how long to wait for one.
func (l *limiter) take(from string) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	from, now := l.placeLocked(from), l.now()
	a := l.used[from].faded(now)
	if a.n > maxAttempts-1 {
		return time.Duration((a.n - (maxAttempts - 1)) * float64(attemptEvery)), false
	}
	a.n++
	l.used[from] = a
	return 0, true
}

// giveBack makes an attempt not count.
func (l *limiter) giveBack(from string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	from = l.placeLocked(from)
	a := l.used[from].faded(l.now())
	if a.n--; a.n <= 0 {
		delete(l.used, from)
		return
	}
	l.used[from] = a
}

func (l *limiter) placeLocked(from string) string {
	if _, known := l.used[from]; known || len(l.used) < maxAddresses {
		return from
	}
	now := l.now()
	for k, a := range l.used {
		if a.faded(now).n <= 0 {
			delete(l.used, k)
		}
	}
	if len(l.used) < maxAddresses {
		return from
	}
	return "everybody else"
}

func (a attempts) faded(now time.Time) attempts {
	n := a.n - now.Sub(a.at).Seconds()/attemptEvery.Seconds()
	return attempts{max(n, 0), now}
}
