package trust

import "time"

// pace gives the wait after a number of looks with the same outcome.
type pace func(looks int) time.Duration

// quickly waits a moment, a little longer each time, at most d.
func quickly(d time.Duration) pace {
	return func(looks int) time.Duration { return min(doubling(quickRetry, maxQuickRetry, looks), d) }
}

// slowly waits first, and from there up to maxRetry.
func slowly(first time.Duration) pace {
	return func(looks int) time.Duration { return doubling(first, maxRetry, looks) }
}

// exactly waits d each time.
func exactly(d time.Duration) pace { return func(int) time.Duration { return d } }

func doubling(d, most time.Duration, times int) time.Duration {
	for range times {
		if d *= 2; d >= most {
			return most
		}
	}
	return d
}
