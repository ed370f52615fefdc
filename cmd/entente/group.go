package main

import (
	"context"
	"fmt"
	"log/slog"
)

// part is one long-running piece of the server.
type part struct {
	name string
	run  func(ctx context.Context) error
}

// runAll starts parts in order and blocks until ctx ends or one of them
// fails. Then it stops them one by one in reverse order, so that whoever
// stands on another is gone before it.
func runAll(ctx context.Context, log *slog.Logger, parts []part) error {
	type ended struct {
		name string
		err  error
	}
	failed := make(chan ended, len(parts))
	stops := make([]func(), 0, len(parts))
	for _, p := range parts {
		// Not derived from ctx: its end must not stop all parts at once.
		partCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		done := make(chan struct{})
		go func() {
			defer close(done)
			failed <- ended{p.name, p.run(partCtx)}
		}()
		stops = append(stops, func() { cancel(); <-done })
	}
	var first error
	select {
	case <-ctx.Done():
		log.Info("stopping; domain controllers run on")
	case e := <-failed:
		first = fmt.Errorf("%s ended: %w", e.name, orEnded(e.err))
	}
	for i := len(stops) - 1; i >= 0; i-- {
		stops[i]()
	}
	return first
}

func orEnded(err error) error {
	if err == nil {
		return fmt.Errorf("without being told to")
	}
	return err
}
