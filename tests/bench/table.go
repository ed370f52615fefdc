package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// row is one line of the result.
type row struct{ what, ours, theirs, ratio, target, verdict string }

// table collects the results in the order in which they were measured.
type table struct{ rows []row }

// ratio adds a line about ours divided by theirs.
func (t *table) ratio(what, ours, theirs string, ratio, target float64, atMost bool) {
	word, met := "at least", ratio >= target
	if atMost {
		word, met = "at most", ratio <= target
	}
	t.rows = append(t.rows, row{what, ours, theirs, fmt.Sprintf("%.2f", ratio), fmt.Sprintf("%s %.2f", word, target), verdict(met)})
}

// plain adds a line about a number of ours alone.
func (t *table) plain(what, ours, target string, met bool) {
	t.rows = append(t.rows, row{what, ours, "", "", target, verdict(met)})
}

// missing says what could not be measured, and why.
func (t *table) missing(what string, err error) {
	t.rows = append(t.rows, row{what: what, verdict: "not measured: " + err.Error()})
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "missed"
}

func (t *table) print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "what\tEntente\tstock\tratio\ttarget\t")
	for _, r := range t.rows {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", r.what, r.ours, r.theirs, r.ratio, r.target, r.verdict)
	}
	tw.Flush()
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }

// median of at least one duration.
func median(list []time.Duration) time.Duration {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
