package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// What stands between these two in a file is replaced by a whole run.
const (
	readmeBegin = "<!-- make bench README=README.md replaces what follows -->\n"
	readmeEnd   = "<!-- until here -->\n"
)

// writeReadme puts the table of a whole run, with its date, into a file between
// its two marks.
func (t *table) writeReadme(file string, day time.Time) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(content), readmeBegin)
	_, after, ends := strings.Cut(rest, readmeEnd)
	if !begins || !ends {
		return fmt.Errorf("%s has no lines %q and %q to write between", file, strings.TrimSpace(readmeBegin), strings.TrimSpace(readmeEnd))
	}
	return os.WriteFile(file, []byte(before+readmeBegin+t.markdown(day)+readmeEnd+after), 0o644)
}

// markdown is the table as README has it.
func (t *table) markdown(day time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "One run on %s, %d cores:\n\n", day.UTC().Format("2 January 2006"), runtime.NumCPU())
	b.WriteString("| | Entente | peer | ratio | target |\n|---|---|---|---|---|\n")
	for _, l := range t.lines {
		ours, theirs, ratio := l.shown(t.figures[l.what])
		if theirs != "" {
			theirs += " (" + l.peer + ")"
		}
		b.WriteString(row(l.what, ours, theirs, ratio, l.goal()))
	}
	return b.String()
}

// row is a line of a table; what is "" is an empty cell.
func row(cells ...string) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString("| ")
		if c != "" {
			b.WriteString(c + " ")
		}
	}
	return b.String() + "|\n"
}
