package assessment

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// made gives reports of addresses with validations that succeeded and that
// failed, each with a reason of so many bytes.
func made(addresses, succeeded, failed, reason int) []Report {
	var list []Report
	for a := range addresses {
		r := Report{Address: netip.AddrFrom4([4]byte{10, 0, byte(a >> 8), byte(a)}), Host: "dc.corp.example.com"}
		for i := range succeeded {
			r.Validations = append(r.Validations, ok(CategoryPorts, fmt.Sprintf("TCP %d", i), "%s", strings.Repeat("y", reason)))
		}
		for i := range failed {
			r.Validations = append(r.Validations, bad(CategoryDNS, fmt.Sprintf("SRV %d", i), "DNSNoAnswer", "%s", strings.Repeat("ü", reason/2)))
		}
		list = append(list, r)
	}
	return list
}

func sizeOf(t *testing.T, reports []Report) int {
	t.Helper()
	b, err := json.Marshal(reports)
	if err != nil {
		t.Fatal(err)
	}
	return len(b)
}

func TestReportsFit(t *testing.T) {
	for name, c := range map[string]struct {
		reports   []Report
		each      int // lines of the first address that are left
		left      int // addresses left out; -1 means some
		succeeded bool
	}{
		"what has room is left as it is":      {made(8, 30, 5, 100), 35, 0, true},
		"one partner's reason without end":    {made(1, 1, 1, 4<<20), 2, 0, true},
		"successes become one line":           {made(100, 60, 5, 300), 6, 0, true},
		"reasons are cut where all fails":     {made(40, 0, 30, 1000), 30, 0, false},
		"failures become one line":            {made(300, 20, 40, 600), 2, 0, true},
		"what has no room at all is left out": {made(3000, 9, 9, 300), 2, -1, true},
	} {
		got, left := Fit(c.reports, MaxSize)
		if n := sizeOf(t, got); n > MaxSize {
			t.Errorf("%s: %d bytes", name, n)
		}
		if left != c.left && (c.left >= 0 || left == 0) || len(got)+left != len(c.reports) {
			t.Errorf("%s: %d of %d reports, %d left out", name, len(got), len(c.reports), left)
		}
		first := got[0]
		if len(first.Validations) != c.each {
			t.Errorf("%s: %d lines of the first address", name, len(first.Validations))
		}
		for _, v := range first.Validations {
			if !utf8.ValidString(v.Reason) || v.Reason == "" || len(v.Reason) > maxReason {
				t.Errorf("%s: the reason %.40q… of %d bytes", name, v.Reason, len(v.Reason))
			}
		}
		if again, more := Fit(got, MaxSize); more != 0 || !reflect.DeepEqual(again, got) {
			t.Errorf("%s: another one when done again", name)
		}
		if (Status{Reports: got}.Count()[Success] > 0) != c.succeeded || left == 0 && (Status{Reports: got}.Count()[Failed] == 0) {
			t.Errorf("%s: a state is gone: %v", name, Status{Reports: got}.Count())
		}
	}
}

// What is counted does not hang on what is kept.
func TestATallyCountsWhatHasNoRoom(t *testing.T) {
	var tally Tally
	reports := made(100, 60, 5, 300)
	tally.Add(reports, nil)
	tally.Add(reports, &Accounts{Why: "nobody may look."})
	state, _, reason := Finish(tally, 7)
	if state != Failed || !strings.HasPrefix(reason, "1000 of 13000 validations failed: SRV 0; ") || !strings.Contains(reason, "nobody may look") || !strings.Contains(reason, "7 addresses") {
		t.Error(state, reason)
	}
}
