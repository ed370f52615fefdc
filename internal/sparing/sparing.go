// Package sparing shares a few packets a minute out among many peers that do
// not answer. It is pure: no clock, no I/O.
//
// A peer has a pace of its own, which grows with the time it has been silent.
// Where the budget does not reach for all paces, those that fell silent last
// keep their own, as many as four fifths of the budget reach for: they may be
// back in a moment. All others share what is left, and wait in proportion to
// their silence.
package sparing

import (
	"cmp"
	"slices"
	"time"
)

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

// Squeeze says who waits longer than by itself, and how much: the zero value
// nobody, since the budget reaches.
type Squeeze struct {
	Young  time.Duration // who has been silent for less keeps its own pace
	Factor float64       // the others wait for this many times their silence, or their own wait if it is longer
}

// Wait is the time from asking a peer until asking it again; s is that of all
// peers.
func (p Pace) Wait(silent time.Duration, s Squeeze) time.Duration {
	own := min(max(silent/tenth, p.Least), p.Most)
	if silent < s.Young {
		return own
	}
	squeezed := min(s.Factor*min(max(silent, time.Second), old).Seconds(), longest.Seconds())
	return max(own, time.Duration(squeezed*float64(time.Second)))
}

// Squeeze finds the one at which all together stay within the budget.
func (p Pace) Squeeze(all []Silent) Squeeze {
	if p.demand(all, Squeeze{}) <= p.Budget {
		return Squeeze{}
	}
	all = slices.SortedFunc(slices.Values(all), func(a, b Silent) int { return cmp.Compare(a.For, b.For) })
	var young float64
	first := slices.IndexFunc(all, func(s Silent) bool { // the first whom four fifths do not reach
		young += p.demand([]Silent{s}, Squeeze{})
		return young > p.Budget*4/5
	})
	low, high := Squeeze{Young: all[first].For}, Squeeze{Young: all[first].For, Factor: longest.Seconds()}
	const steps = 80 // each halves what is left: the smallest useful factor is far above the last
	for range steps {
		middle := Squeeze{Young: low.Young, Factor: (low.Factor + high.Factor) / 2}
		if p.demand(all, middle) > p.Budget {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// demand is how many packets a minute are sent at a squeeze.
func (p Pace) demand(all []Silent, s Squeeze) float64 {
	var sum float64
	for _, one := range all {
		sum += float64(one.Packets) / p.Wait(one.For, s).Minutes()
	}
	return sum
}
