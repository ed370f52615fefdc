package main

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	quick = line{"quick", seconds, "stock", atMost(1.2)}
	small = line{"small", megabytes, "", below(120)}
)

// measured runs parts as main does and gives the table.
func measured(t *testing.T, parts ...part) *table {
	t.Helper()
	s := &shared{table: newTable(parts), rounds: 1}
	all := newRun(t.Context())
	for _, p := range parts {
		s.measure(all, p)
	}
	all.end()
	return s.table
}

func TestALineThatIsNotMeasuredIsNamedWithItsReason(t *testing.T) {
	for name, c := range map[string]struct {
		run  func(*run, *shared)
		want string
	}{
		"the part fails": {
			func(r *run, s *shared) { s.record(r, quick, 1, 1); r.Fatal("no network path to the partner") },
			"not measured: small: part some: no network path to the partner",
		},
		"the part forgets it":     {func(r *run, s *shared) { s.record(r, quick, 1, 1) }, "not measured: small: part some: its part ended without it"},
		"nothing was measured":    {func(*run, *shared) {}, "not measured: quick: part some: its part ended without it"},
		"a value that cannot be":  {func(r *run, s *shared) { s.record(r, small, 0, 0) }, `not measured: small: part some: "small" cannot be 0 beside 0`},
		"a peer without a value":  {func(r *run, s *shared) { s.record(r, quick, 1, 0) }, `not measured: quick: part some: "quick" cannot be 1 beside 0`},
		"no number":               {func(r *run, s *shared) { var zero float64; s.record(r, small, zero/zero, 0) }, "not measured: small"},
		"measured twice":          {func(r *run, s *shared) { s.record(r, quick, 1, 1); s.record(r, quick, 1, 1) }, `part some: the line "quick" is measured twice`},
		"a line nobody declared":  {func(r *run, s *shared) { s.record(r, line{what: "other"}, 1, 0) }, `no part of this run declares the line "other"`},
		"declared with a target":  {func(r *run, s *shared) { s.record(r, line{"small", megabytes, "", below(1)}, 1, 0) }, `no part of this run declares the line "small"`},
		"a check of its own":      {func(r *run, _ *shared) { r.check(errors.New("an error")) }, "not measured: quick: part some: an error"},
		"a tool that talks":       {func(r *run, _ *shared) { r.Fatal("tool: exit 1\nInfo 1\nInfo 2\nno route\n") }, "small: part some: tool: exit 1\nno route"},
		"the part before it fell": {func(r *run, _ *shared) { r.Fatalf("%s", "fell") }, "not measured: small: part some: fell"},
	} {
		t.Run(name, func(t *testing.T) {
			table := measured(t, part{name: "some", lines: []line{quick, small}, run: c.run})
			err := table.complaint()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, wanted: %s", err, c.want)
			}
			var shown bytes.Buffer
			table.print(&shown)
			if !strings.Contains(shown.String(), "not measured") {
				t.Errorf("the table does not say so:\n%s", &shown)
			}
		})
	}
}

func TestAPartThatFailsKeepsNoOtherFromBeingMeasured(t *testing.T) {
	table := measured(t,
		part{name: "falls", lines: []line{quick}, run: func(r *run, _ *shared) { r.Fatal("fell") }},
		part{name: "stands", lines: []line{small}, run: func(r *run, s *shared) { s.record(r, small, 51, 0) }})
	if _, ok := table.figures[small.what]; !ok || len(table.missing) != 1 {
		t.Errorf("figures %v, missing %v", table.figures, table.missing)
	}
}

func TestAWholeRunHasNothingToComplainOf(t *testing.T) {
	table := measured(t, part{name: "some", lines: []line{quick, small}, run: func(r *run, s *shared) {
		s.record(r, quick, 5, 1) // misses its target, which is no failure
		s.record(r, small, 51, 0)
	}})
	if err := table.complaint(); err != nil {
		t.Error(err)
	}
	var shown bytes.Buffer
	table.print(&shown)
	for _, want := range []string{"5.00 s", "1.00 s stock", "at most 1.2", "missed", "51.0 MB", "below 120 MB", "met"} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("no %q in\n%s", want, &shown)
		}
	}
}

// TestEveryLineIsDeclaredByOnePart looks at the real parts.
func TestEveryLineIsDeclaredByOnePart(t *testing.T) {
	lines, names := map[string]string{}, map[string]bool{}
	for _, p := range parts {
		if p.name == "" || p.what == "" || p.run == nil || len(p.lines) == 0 || names[p.name] {
			t.Errorf("part %q needs a name of its own, words, a function and at least one line", p.name)
		}
		names[p.name] = true
		for _, l := range p.lines {
			if other, ok := lines[l.what]; ok {
				t.Errorf("%q is declared by %s and by %s", l.what, other, p.name)
			}
			lines[l.what] = p.name
			if l.what == "" || l.unit == "" || l.target.limit <= 0 || l.peer == "" && l.target.kind != valueBelow {
				t.Errorf("%q of %s needs a unit, a target, and a peer if that is a ratio", l.what, p.name)
			}
		}
	}
}

// TestEveryPartRuns finds parts that stand in a file and in no run.
func TestEveryPartRuns(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var declared []string
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok && !strings.HasSuffix(name, "_test.go") {
				if typ, ok := lit.Type.(*ast.Ident); ok && typ.Name == "part" {
					declared = append(declared, name)
				}
			}
			return true
		})
	}
	if len(declared) != len(parts) {
		t.Errorf("%d parts are declared (in %s), and %d run", len(declared), strings.Join(declared, ", "), len(parts))
	}
}

func TestChoosingParts(t *testing.T) {
	for names, want := range map[string]int{"": len(parts), "api": 1, "trust,rules": 2} {
		if got, err := choose(names); err != nil || len(got) != want {
			t.Errorf("%q: %d parts, %v", names, len(got), err)
		}
	}
	if _, err := choose("trust,nothing"); err == nil {
		t.Error("a part that is not there is chosen")
	}
}

func TestTheReadmeIsWrittenBetweenItsMarks(t *testing.T) {
	table := measured(t, part{name: "some", lines: []line{quick, small}, run: func(r *run, s *shared) {
		s.record(r, quick, 0.3, 1)
		s.record(r, small, 51, 0)
	}})
	file := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(file, []byte("before\n"+readmeBegin+"old\n"+readmeEnd+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time changes nothing
		if err := table.writeReadme(file, time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"before\n" + readmeBegin + "One run on 30 November 2026, ", "\n| quick | 0.30 s | 1.00 s (stock) | 0.30 | at most 1.2 |\n",
		"\n| small | 51.0 MB | | | below 120 MB |\n" + readmeEnd + "after\n",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(string(got), "old") {
		t.Errorf("what was there before still is:\n%s", got)
	}
	if err := os.WriteFile(file, []byte("no marks\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := table.writeReadme(file, time.Now()); err == nil {
		t.Error("a file without marks is written to")
	}
}

// TestReadmeHasTheTableOfAWholeRun compares README's table with the lines that
// are declared: a line that is renamed or new is measured anew.
func TestReadmeHasTheTableOfAWholeRun(t *testing.T) {
	content, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(content), readmeBegin)
	table, _, _ := strings.Cut(rest, readmeEnd)
	var shown []string
	for _, row := range strings.Split(table, "\n") {
		cells := strings.Split(row, "|")
		if len(cells) < 6 || strings.Contains(row, "---") || strings.TrimSpace(cells[1]) == "" {
			continue
		}
		shown = append(shown, strings.TrimSpace(cells[1])+", "+strings.TrimSpace(cells[5]))
	}
	var declared []string
	for _, p := range parts {
		for _, l := range p.lines {
			declared = append(declared, l.what+", "+l.goal())
		}
	}
	if !slices.Equal(shown, declared) {
		t.Errorf("README has\n%s\nand these lines are declared:\n%s", strings.Join(shown, "\n"), strings.Join(declared, "\n"))
	}
}
