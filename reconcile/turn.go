package reconcile

import "time"

// class says in which queue a key stands.
type class int

const (
	fine    class = iota // new, or its last run went well
	failing              // its last run gave an error, or its Reconciler says so
	classes
)

// turn says from which class the next run gets a free worker: the rule of
// fairness. busy is how many workers each class has now, asking whether there
// is a run that wants one.
//
// The failing never have more than half of the workers, so one that is fine
// waits for others that are fine alone; and one worker is theirs if they ask
// for it, so that they get on however much there is to do.
func turn(workers int, busy [classes]int, asking [classes]bool) (class, bool) {
	switch {
	case busy[fine]+busy[failing] >= workers:
	case asking[failing] && busy[failing] == 0:
		return failing, true
	case asking[fine]:
		return fine, true
	case asking[failing] && busy[failing] < workers/2:
		return failing, true
	}
	return 0, false
}

// nudgePause is the longest time after a run that failed until a nudge has the
// key looked at.
const nudgePause = 5 * time.Second

// brought says when a key that fails runs after a nudge. filed is when it was
// due without it, ended the end of its last run, backoff the pause after it.
//
// A nudge brings the run forward, to nudgePause after the last at the soonest
// (or to the end of a shorter backoff). So what a user mends is seen within
// five seconds, and a stream of nudges costs a run in five seconds, not a
// worker.
func brought(filed, now, ended time.Time, backoff time.Duration) time.Time {
	soonest := ended.Add(min(backoff, nudgePause))
	if soonest.Before(now) {
		soonest = now
	}
	if filed.Before(soonest) {
		return filed
	}
	return soonest
}

// backoff doubles from MinBackoff to MaxBackoff.
func (l *Loop) backoff(fails int) time.Duration {
	return backoff(l.cfg.MinBackoff, l.cfg.MaxBackoff, fails)
}

func backoff(least, most time.Duration, fails int) time.Duration {
	d := least
	for range fails - 1 {
		if d *= 2; d >= most {
			return most
		}
	}
	return d
}
