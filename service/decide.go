package service

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// maxConflicts is how often a decision is taken anew because what it was based
// on changed meanwhile. Each time somebody else has got on.
const maxConflicts = 100

// maxPause bounds the wait before a decision is taken anew.
const maxPause = 50 * time.Millisecond

// maxTries is how often something is chosen anew because somebody else was
// faster to take it.
const maxTries = 8

// decide takes a decision: build reads what it needs from the cache and fills
// the transaction, which is then committed. There is no lock around it: what
// build has read, counted or found missing is compared in the transaction
// (Table.Expect, Table.Counted). When it changed meanwhile, build is called
// again with a fresh transaction. The error is build's, or
// *store.TakenError, which the operation puts in words, or an *errs.Error.
func (s *Service) decide(ctx context.Context, build func(tx *store.Txn) error) (rev int64, err error) {
	for try := range maxConflicts {
		tx := s.store.Begin()
		if err := build(tx); err != nil {
			return 0, err
		}
		rev, err = tx.Commit(ctx)
		var conflict *store.ConflictError
		var taken *store.TakenError
		var large *store.TooLargeError
		switch {
		case err == nil:
			return rev, nil
		case errors.As(err, &taken):
			return 0, err
		case errors.As(err, &large):
			return 0, errs.Wrap(err, errs.Invalid, "The request changes more than can be changed at once: %d objects, %d bytes. Send it in several requests.", large.Operations, large.Bytes)
		case errs.Is(err, errs.NoWrites):
			return 0, err
		case !errors.As(err, &conflict) && !errs.Is(err, errs.Conflict):
			return 0, errs.Wrap(err, errs.Internal, "cannot write the decision")
		}
		longest := min(time.Duration(try+1)*5*time.Millisecond, maxPause)
		if err := pause(ctx, rand.N(longest)); err != nil { //nolint:gosec // how long to wait is no secret
			return 0, errs.Wrap(err, errs.Internal, "cannot write the decision")
		}
	}
	return 0, errs.Wrap(err, errs.Conflict, "Others change this object all the time. Please retry the operation.")
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// audit writes who decided what into the decision itself. members are name,
// value, name, value: never a secret one. Those with an empty value are left
// out.
func (s *Service) audit(tx *store.Txn, caller audit.Caller, operation, object string, members ...string) {
	e := audit.Entry{Time: s.now(), RequestID: caller.RequestID, Caller: caller, Operation: operation, Object: object}
	for i := 0; i+1 < len(members); i += 2 {
		if members[i+1] == "" {
			continue
		}
		if e.Request == nil {
			e.Request = map[string]string{}
		}
		e.Request[members[i]] = members[i+1]
	}
	tx.Audit(e)
}

// takenBy tells whether a commit failed because a uniqueness key with that
// prefix is another's, and whose.
func takenBy(err error, prefix string) (owner string, ok bool) {
	var taken *store.TakenError
	if errors.As(err, &taken) && strings.HasPrefix(taken.Key, prefix) {
		return taken.Owner, true
	}
	return "", false
}

// val gives what p points to, or the zero value.
func val[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// text gives a pointer to s, nil when it is empty: absent members are omitted.
func text[T ~string](s T) *string {
	if s == "" {
		return nil
	}
	t := string(s)
	return &t
}

// when gives a pointer to t, nil when it is zero.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// classified gives err as an *errs.Error.
func classified(err error) error {
	var e *errs.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return errs.Wrap(err, errs.Internal, "cannot write the decision")
}

// errNothing ends a decision that turns out to be taken already.
var errNothing = errors.New("nothing to decide")
