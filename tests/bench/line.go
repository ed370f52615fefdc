package main

import (
	"fmt"
	"strings"
)

// line is one line of the table. It is declared before it is measured, so that
// one which was not is seen.
type line struct {
	what   string
	unit   unit
	peer   string // what ours is compared with; "" for nothing
	target target
}

// unit shows a value.
type unit string

const (
	seconds      unit = "%.2f s"
	milliseconds unit = "%.3f s" // seconds too, of something short
	megabytes    unit = "%.1f MB"
	perSecond    unit = "%.0f/s"
)

func (u unit) show(value float64) string { return fmt.Sprintf(string(u), value) }

// target is what a line should come to. A line that misses it is a result like
// any other.
type target struct {
	kind  targetKind
	limit float64
}

type targetKind int

const (
	ratioAtMost targetKind = iota
	ratioAtLeast
	valueBelow
)

// atMost is for ours divided by the peer's.
func atMost(ratio float64) target { return target{ratioAtMost, ratio} }

// atLeast is for ours divided by the peer's.
func atLeast(ratio float64) target { return target{ratioAtLeast, ratio} }

// below is for ours alone, in the line's unit.
func below(value float64) target { return target{valueBelow, value} }

// goal is the target in words.
func (l line) goal() string {
	switch l.target.kind {
	case ratioAtMost:
		return fmt.Sprintf("at most %.4g", l.target.limit)
	case ratioAtLeast:
		return fmt.Sprintf("at least %.4g", l.target.limit)
	default:
		_, word, _ := strings.Cut(string(l.unit), "f")
		return fmt.Sprintf("below %.4g%s", l.target.limit, word)
	}
}

// figure is what was measured for a line. theirs is 0 where there is no peer.
type figure struct{ ours, theirs float64 }

func (f figure) ratio() float64 { return f.ours / f.theirs }

func (l line) met(f figure) bool {
	switch l.target.kind {
	case ratioAtMost:
		return f.ratio() <= l.target.limit
	case ratioAtLeast:
		return f.ratio() >= l.target.limit
	default:
		return f.ours < l.target.limit
	}
}

// shown is a figure as the table has it; ratio is "" where there is no peer.
func (l line) shown(f figure) (ours, theirs, ratio string) {
	ours = l.unit.show(f.ours)
	if l.peer == "" {
		return ours, "", ""
	}
	return ours, l.unit.show(f.theirs), fmt.Sprintf("%.2f", f.ratio())
}
