package assessment

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Bounds of what is kept of an assessment. It is one value of the store, whose
// requests may have 1.5 MiB, and partners choose the words of some of it.
const (
	MaxSize   = 512 << 10 // bytes of all reports, as JSON
	maxReason = 1 << 10   // bytes of a reason
	maxWord   = 256       // bytes of a name, a code or a host
	brief     = 200       // bytes of a reason where there are many
	maxNames  = 50        // different failures that are named in the end
)

// codeSummary is the code of a line that stands for several.
const codeSummary = "Summary"

// Fit bounds reports to limit bytes of JSON. As long as there is room nothing
// is lost. Then validations that succeeded become one line for each address,
// then reasons are cut, then those that failed become one line too, and last
// the reports at the end are left out; left says how many.
func Fit(reports []Report, limit int) (fitting []Report, left int) {
	fitting = make([]Report, len(reports))
	sizes, total := make([]int, len(reports)), 0
	for i, r := range reports {
		fitting[i] = trimmed(r, maxReason)
		sizes[i] = size(fitting[i])
		total += sizes[i]
	}
	for _, shorter := range []func(Report) Report{
		func(r Report) Report { return summed(r, Success) },
		func(r Report) Report { return trimmed(r, brief) },
		func(r Report) Report { return trimmed(summed(r, Failed), brief) },
	} {
		for i := range fitting {
			if total <= limit {
				return fitting, 0
			}
			fitting[i] = shorter(fitting[i])
			now := size(fitting[i])
			total, sizes[i] = total-sizes[i]+now, now
		}
	}
	for n := len(fitting); total > limit && n > 0; n-- {
		total -= sizes[n-1]
		fitting = fitting[:n-1]
		left++
	}
	return fitting, left
}

// size is what a report takes, with what parts it from the next.
func size(r Report) int {
	b, _ := json.Marshal(r) // strings and times always marshal
	return len(b) + 1
}

// trimmed cuts a report's texts, reasons to most bytes.
func trimmed(r Report, most int) Report {
	r.Host = cut(r.Host, maxWord)
	r.Validations = slices.Clone(r.Validations)
	for i := range r.Validations {
		v := &r.Validations[i]
		v.Category, v.Name, v.Code, v.Reason = cut(v.Category, maxWord), cut(v.Name, maxWord), cut(v.Code, maxWord), cut(v.Reason, most)
	}
	return r
}

// cut shortens a text to most bytes at the end of a character.
func cut(text string, most int) string {
	const more = "…"
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-len(more)], "") + more
}

// summed puts one line in the place of a report's validations of one state.
func summed(r Report, state State) Report {
	line := Validation{Name: "Validations that succeeded", State: state, Code: codeSummary}
	if state == Failed {
		line.Name = "Validations that failed"
	}
	var rest []Validation
	var names []string
	for _, v := range r.Validations {
		if v.State != state || v.Code == codeSummary {
			rest = append(rest, v)
			continue
		}
		if len(names) == 0 {
			line.Category, line.Start = v.Category, v.Start
		}
		line.End = v.End
		names = append(names, v.Name)
	}
	if len(names) < 2 {
		return r
	}
	line.Reason = fmt.Sprintf("%d validations; the whole report has no room for each: %s.", len(names), strings.Join(names, "; "))
	r.Validations = append(rest, line)
	return r
}

// Tally counts validations of partners that were looked at, whatever is kept
// of them.
type Tally struct {
	Succeeded int      `json:"Succeeded"`
	Failed    int      `json:"Failed"`
	Names     []string `json:"Names"`  // of those that failed, each once, bounded
	Unseen    string   `json:"Unseen"` // why accounts were not looked at; "" when they were
}

// Add counts reports and notes whether accounts were looked at.
func (t *Tally) Add(reports []Report, accounts *Accounts) {
	for _, r := range reports {
		for _, v := range r.Validations {
			switch v.State {
			case Success:
				t.Succeeded++
			case Failed:
				t.Failed++
				if name := cut(v.Name, maxWord); len(t.Names) < maxNames && !slices.Contains(t.Names, name) {
					t.Names = append(t.Names, name)
				}
			case Pending, InProgress: // neither, yet
			}
		}
	}
	if accounts != nil && !accounts.Looked && accounts.Why != "" {
		t.Unseen = cut(accounts.Why, maxReason)
	}
}

// Cut makes validations that have not ended failures, with the reason why they
// never will.
func Cut(reports []Report, code, reason string) []Report {
	reports = slices.Clone(reports)
	for i := range reports {
		reports[i].Validations = slices.Clone(reports[i].Validations)
		for j := range reports[i].Validations {
			if v := &reports[i].Validations[j]; v.State == InProgress || v.State == Pending {
				v.State, v.Code, v.Reason = Failed, code, reason
			}
		}
	}
	return reports
}
