package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/entente-ad/entente/store"
)

// Reconciler is what a loop runs (reconcile.Reconciler).
type Reconciler interface {
	Keys() []string
	Reconcile(ctx context.Context, key string) (again time.Duration, err error)
}

// resync is how often every key comes round.
const resync = time.Minute

// Elapse runs reconcilers as their loops would, each key when it asked to be
// looked at again and once a minute, until now has gone on by d. It waits for
// nothing: now is the clock that the reconcilers were given. It gives how many
// looks there were. An error ends the test.
func Elapse(t testing.TB, now *time.Time, d time.Duration, all ...Reconciler) (looks int) {
	t.Helper()
	type look struct {
		r   Reconciler
		key string
		at  time.Time
	}
	end := now.Add(d)
	var due []look
	for _, r := range all {
		keys := r.Keys()
		slices.Sort(keys)
		for _, key := range keys {
			due = append(due, look{r, key, *now})
		}
	}
	for len(due) > 0 {
		slices.SortStableFunc(due, func(a, b look) int { return a.at.Compare(b.at) })
		next := &due[0]
		if next.at.After(end) {
			break
		}
		*now = next.at
		again, err := next.r.Reconcile(t.Context(), next.key)
		if err != nil {
			t.Fatalf("%s: %v", next.key, err)
		}
		looks++
		if again <= 0 || again > resync {
			again = resync
		}
		next.at = next.at.Add(again)
	}
	*now = end
	return looks
}

// Writes counts the transactions that changed something while f ran.
func Writes(s *store.Store, f func()) int64 {
	before := s.Revision()
	f()
	return s.Revision() - before
}
