// Package sparing shares a few packets a minute out among many peers that do
// not answer. It is pure: no clock, no I/O.
//
// A peer has a pace of its own, which grows with the time it has been silent.
// Where the budget does not reach for all paces, those that have been silent
// for long wait longer, so that one that fell silent a moment ago, and may be
// back in a moment, is asked as if it were the only one.
package sparing

import "time"

// Pace is how often a peer that does not answer is asked.
type Pace struct {
	Least  time.Duration // the first waits
	Most   time.Duration // the longest wait, as far as the budget reaches
	Budget float64       // packets a minute, for all peers together
}

// Silent is one peer that does not answer.
type Silent struct {
	For     time.Duration // how long it has not answered
	Packets int           // that asking it once sends
}

// tenth of its silence is what a peer waits by itself: a cause that lasted an
// hour is seen to be gone within six minutes.
const tenth = 10

// old is when a peer has been silent for long: from then on all are alike.
const old = 10 * time.Minute

// longest bounds every wait, whatever the budget.
const longest = 30 * 24 * time.Hour

// Wait is the time from asking a peer until asking it again. squeeze is that of
// all peers; 0 means that the budget reaches.
func (p Pace) Wait(silent time.Duration, squeeze float64) time.Duration {
	own := min(max(silent/tenth, p.Least), p.Most)
	s := min(max(silent, time.Second), old).Seconds()
	squeezed := min(squeeze*s*s*s*s, longest.Seconds())
	return max(own, time.Duration(squeezed*float64(time.Second)))
}

// Squeeze finds how much longer than by itself each has to wait so that all
// together stay within the budget: each waits its product with
// the fourth power of the time of silence, so that it is the old who wait. 0
// means that the budget reaches.
func (p Pace) Squeeze(all []Silent) float64 {
	if p.demand(all, 0) <= p.Budget {
		return 0
	}
	low, high := 0.0, longest.Seconds() // the longest wait after a second of silence
	const steps = 80                    // each halves what is left: the smallest useful one is far above the last
	for range steps {
		if middle := (low + high) / 2; p.demand(all, middle) > p.Budget {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// demand is how many packets a minute are sent at a squeeze.
func (p Pace) demand(all []Silent, squeeze float64) float64 {
	var sum float64
	for _, s := range all {
		sum += float64(s.Packets) / p.Wait(s.For, squeeze).Minutes()
	}
	return sum
}
