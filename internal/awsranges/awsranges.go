// Package awsranges knows the address ranges that AWS publishes as its own. A
// managed directory refuses routes to them.
//
// The list that is built in is the facts of AWS's file ip-ranges.json, all
// ranges of its service AMAZON merged, as of the date in its first line;
// refresh.go makes it from a newer file.
package awsranges

import (
	_ "embed"
	"fmt"
	"net/netip"
	"os"
	"sort"
	"strings"
)

//go:generate go run refresh.go -out aws.txt

// Read reads a list from a file of that form, as refresh.go writes it.
func Read(file string) (List, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return List{}, err
	}
	l, err := Parse(string(content))
	if err != nil {
		return l, fmt.Errorf("%s: %w", file, err)
	}
	return l, nil
}

//go:embed aws.txt
var builtIn string

// List is a set of ranges. The zero value has none.
type List struct {
	ranges []netip.Prefix // sorted, disjoint
	date   string
}

// BuiltIn gives the list that was built in.
func BuiltIn() (List, error) { return Parse(builtIn) }

// Parse reads a list: one CIDR a line, sorted and disjoint, "#" begins a
// comment, and the first line says of what date the list is: "# 2026-01-31 …".
func Parse(text string) (List, error) {
	var l List
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if comment, ok := strings.CutPrefix(line, "#"); ok {
			if fields := strings.Fields(comment); l.date == "" && len(fields) > 0 {
				l.date = strings.TrimSuffix(fields[0], ":")
			}
			continue
		}
		if line == "" {
			continue
		}
		p, err := netip.ParsePrefix(line)
		if err != nil || p != p.Masked() {
			return l, fmt.Errorf("%q is not a range", line)
		}
		if n := len(l.ranges); n > 0 && (p.Addr().Compare(l.ranges[n-1].Addr()) <= 0 || p.Overlaps(l.ranges[n-1])) {
			return l, fmt.Errorf("%s does not come after %s", p, l.ranges[n-1])
		}
		l.ranges = append(l.ranges, p)
	}
	return l, nil
}

// Overlapping gives a range of the list that p overlaps.
func (l List) Overlapping(p netip.Prefix) (netip.Prefix, bool) {
	p = p.Masked()
	i := sort.Search(len(l.ranges), func(i int) bool { return l.ranges[i].Addr().Compare(p.Addr()) >= 0 })
	for _, j := range []int{i, i - 1} {
		if j >= 0 && j < len(l.ranges) && l.ranges[j].Overlaps(p) {
			return l.ranges[j], true
		}
	}
	return netip.Prefix{}, false
}

// Date is of when the list is, as AWS dates its file.
func (l List) Date() string { return l.date }

// Len is how many ranges the list has.
func (l List) Len() int { return len(l.ranges) }
