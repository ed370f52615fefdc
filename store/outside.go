package store

import "context"

// slot carries one call to a worker and its result back. Slots and their
// channels are made by Open and used again.
type slot struct {
	call   func(context.Context) (outcome, error)
	done   chan struct{} // capacity 1
	result outcome
	err    error
}

// workers is how many transactions may be on their way at once.
const workers = 16

// startWorkers makes the workers that talk to etcd. Callers hand their calls
// over instead of making them, for two reasons: a caller that gives up does
// not abort a transaction that may be half way, so less is left unclear; and
// gRPC's channels never meet a caller's testing/synctest bubble.
func (s *Store) startWorkers(ctx context.Context) {
	for range workers {
		s.free <- &slot{done: make(chan struct{}, 1)}
		s.background.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case sl := <-s.calls:
					callCtx, cancel := context.WithTimeout(ctx, timeout)
					sl.result, sl.err = sl.call(callCtx)
					cancel()
					sl.done <- struct{}{}
				}
			}
		})
	}
}

// outside runs call on a worker and waits for it. When ctx ends first, call
// still comes to its end.
func (s *Store) outside(ctx context.Context, call func(context.Context) (outcome, error), out *outcome) error {
	var sl *slot
	select {
	case sl = <-s.free:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return errClosed
	}
	sl.call = call
	select {
	case s.calls <- sl:
	case <-s.closed:
		return errClosed
	}
	select {
	case <-sl.done:
		*out = sl.result
		err := sl.err
		s.free <- sl
		return err
	case <-ctx.Done():
		s.abandon(sl)
		return ctx.Err()
	case <-s.closed:
		return errClosed
	}
}

// abandon gives the slot back when its call is over.
func (s *Store) abandon(sl *slot) {
	select {
	case s.abandoned <- sl:
	case <-s.closed:
	}
}

// collect is the one goroutine that waits for calls nobody waits for.
func (s *Store) collect(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case sl := <-s.abandoned:
			select {
			case <-sl.done:
				s.free <- sl
			case <-ctx.Done():
				return
			}
		}
	}
}
