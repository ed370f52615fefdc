package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// part is one long-running piece of the server.
type part struct {
	name string
	run  func(ctx context.Context) error
}

// The server's end: requests under way have answerLimit, loops what
// reconcile.Config.Grace says, all parts one after the other partsLimit, and
// closing the store closeLimit. So it is gone within 15 s, whatever hangs: what
// is cut off is done again after the next start.
const (
	answerLimit = 4 * time.Second
	partsLimit  = 10 * time.Second
	closeLimit  = 4 * time.Second
)

// runAll starts parts in order and blocks until ctx ends or one of them
// fails. Then it stops them one by one in reverse order, so that whoever
// stands on another is gone before it. Who has not ended within limit is left
// behind, with a line in the log.
func runAll(ctx context.Context, log *slog.Logger, limit time.Duration, parts []part) error {
	type ended struct {
		name string
		err  error
	}
	failed := make(chan ended, len(parts))
	stops := make([]func(late <-chan struct{}), 0, len(parts))
	for _, p := range parts {
		// Not derived from ctx: its end must not stop all parts at once.
		partCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		done := make(chan struct{})
		go func() {
			defer close(done)
			failed <- ended{p.name, p.run(partCtx)}
		}()
		stops = append(stops, func(late <-chan struct{}) {
			cancel()
			select {
			case <-done:
			case <-late:
				log.Error("stopping without waiting any longer for a part that does not end", "part", p.name, "limit", limit.String())
			}
		})
	}
	var first error
	select {
	case <-ctx.Done():
		log.Info("stopping; domain controllers run on")
	case e := <-failed:
		first = fmt.Errorf("%s ended: %w", e.name, orEnded(e.err))
	}
	goodbye, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	for i := len(stops) - 1; i >= 0; i-- {
		stops[i](goodbye.Done())
	}
	return first
}

// abreast makes one part of several that do not stand on one another: they
// start and stop at the same time, and the end of one is the end of all.
func abreast(name string, parts []part) part {
	return part{name, func(ctx context.Context) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		ended := make(chan error, len(parts))
		for _, p := range parts {
			go func() {
				err := p.run(ctx)
				if ctx.Err() == nil {
					err = fmt.Errorf("%s: %w", p.name, orEnded(err))
				}
				ended <- err
				cancel()
			}()
		}
		var all error
		for range parts {
			all = errors.Join(all, <-ended)
		}
		return all
	}}
}

// exitAfter ends the process if closing what is left hangs. The function that
// it returns calls that off.
func exitAfter(log *slog.Logger, limit time.Duration) (stop func() bool) {
	return time.AfterFunc(limit, func() {
		log.Error("stopping although the store does not close", "limit", limit.String())
		os.Exit(1)
	}).Stop
}

func orEnded(err error) error {
	if err == nil {
		return fmt.Errorf("without being told to")
	}
	return err
}
