package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
)

// run stands in for a test, so that the helpers of tests serve here as well.
type run struct {
	testing.TB // never set: what is not defined below is not used
	ctx        context.Context
	cleanups   []func()
	failed     bool
}

func newRun(ctx context.Context) *run { return &run{ctx: ctx} }

// stopped ends a part; try catches it.
type stopped struct{ err error }

// try runs f and gives the error that stopped it. What f wants cleaned up
// stays until the end.
func (r *run) try(f func(*run)) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case stopped:
			err = p.err
		default:
			panic(p)
		}
	}()
	if r.ctx.Err() != nil {
		return errors.New("interrupted")
	}
	f(r)
	return nil
}

// end cleans up, last things first.
func (r *run) end() {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
	r.cleanups = nil
}

func (r *run) check(err error) {
	if err != nil {
		panic(stopped{err})
	}
}

func (r *run) Helper()                           {}
func (r *run) Context() context.Context          { return r.ctx }
func (r *run) Cleanup(f func())                  { r.cleanups = append(r.cleanups, f) }
func (r *run) Fatal(args ...any)                 { panic(stopped{errors.New(fmt.Sprint(args...))}) }
func (r *run) Fatalf(format string, args ...any) { panic(stopped{fmt.Errorf(format, args...)}) }
func (r *run) Error(args ...any)                 { r.failed = true; fmt.Fprintln(os.Stderr, args...) }
func (r *run) Errorf(format string, args ...any) { r.Error(fmt.Sprintf(format, args...)) }
func (r *run) Log(args ...any)                   { fmt.Fprintln(os.Stderr, args...) }
func (r *run) Logf(format string, args ...any)   { r.Log(fmt.Sprintf(format, args...)) }
func (r *run) Failed() bool                      { return r.failed }
func (r *run) Name() string                      { return "bench" }

func (r *run) TempDir() string {
	dir, err := os.MkdirTemp("", "entente-bench-")
	r.check(err)
	r.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
