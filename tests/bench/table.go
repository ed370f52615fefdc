package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// part is one thing that is measured, and the lines that come of it. It makes
// what it needs, or takes it from shared, and works as well when it is the only
// one that runs.
type part struct {
	name  string
	what  string
	lines []line
	run   func(r *run, s *shared)
}

// table has for each declared line a figure, or the reason why there is none.
type table struct {
	lines   []line
	figures map[string]figure
	missing map[string]error
}

func newTable(parts []part) *table {
	t := &table{figures: map[string]figure{}, missing: map[string]error{}}
	for _, p := range parts {
		t.lines = append(t.lines, p.lines...)
	}
	return t
}

// record notes a figure. The error says what is wrong with the part that took
// it: a line that nobody declared, one measured twice, a value that cannot be.
func (t *table) record(l line, f figure) error {
	_, twice := t.figures[l.what]
	switch {
	case !slices.Contains(t.lines, l):
		return fmt.Errorf("no part of this run declares the line %q", l.what)
	case twice:
		return fmt.Errorf("the line %q is measured twice", l.what)
	case !(f.ours > 0) || (f.theirs > 0) != (l.peer != ""):
		return fmt.Errorf("%q cannot be %g beside %g", l.what, f.ours, f.theirs)
	}
	t.figures[l.what] = f
	return nil
}

// measure runs a part. Each of its lines then has a figure, or the reason why
// not.
func (s *shared) measure(all *run, p part) {
	err := all.try(func(r *run) { p.run(r, s) })
	if err == nil {
		err = errors.New("its part ended without it")
	} else {
		all.Logf("  ended by: %v", err)
	}
	for _, l := range p.lines {
		if _, ok := s.table.figures[l.what]; !ok {
			s.table.missing[l.what] = fmt.Errorf("part %s: %s", p.name, short(err))
		}
	}
}

// record notes what was measured for a line: values in its unit, theirs 0
// where it has no peer.
func (s *shared) record(r *run, l line, ours, theirs float64) {
	r.check(s.table.record(l, figure{ours, theirs}))
}

func (t *table) print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "what\tEntente\tstock\tratio\ttarget\t")
	for _, l := range t.lines {
		f, ok := t.figures[l.what]
		if !ok {
			fmt.Fprintf(tw, "%s\t\t\t\t%s\tnot measured\n", l.what, l.goal())
			continue
		}
		ours, theirs, ratio := l.shown(f)
		verdict := "met"
		if !l.met(f) {
			verdict = "missed"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", l.what, ours, spaced(theirs, l.peer), ratio, l.goal(), verdict)
	}
	_ = tw.Flush() // as the prints before: there is nobody to tell
}

// complaint lists the lines that were not measured, with the reasons; nil if
// all were.
func (t *table) complaint() error {
	var list []error
	for _, l := range t.lines {
		if err, ok := t.missing[l.what]; ok {
			list = append(list, fmt.Errorf("not measured: %s: %w", l.what, err))
		}
	}
	return errors.Join(list...)
}

// short is an error without what a tool printed on the way to its end: the first
// line and the last.
func short(err error) string {
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	if len(lines) > 2 {
		lines = []string{lines[0], lines[len(lines)-1]}
	}
	return strings.Join(lines, "\n")
}

// spaced puts a peer's name behind its value.
func spaced(value, peer string) string {
	if value == "" {
		return ""
	}
	return value + " " + peer
}

// median of at least one duration, in seconds.
func median(list []time.Duration) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2].Seconds()
}

// mb is a number of bytes in megabytes.
func mb(bytes int64) float64 { return float64(bytes) / 1e6 }
