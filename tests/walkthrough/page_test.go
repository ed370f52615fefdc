package walkthrough

import (
	"regexp"
	"strings"
)

// step is one block of commands of the page.
type step struct {
	line   int  // of its fence, from 1
	corp   bool // on the self-managed domain controller
	script string
	want   string // the output that the page shows; "" when it shows none
}

// parse finds the blocks of commands ("sh", "sh corp"), and the block "text"
// behind each, which is its output. Other blocks are for reading only.
func parse(page string) []step {
	var steps []step
	var inside, body string
	open, begin := false, 0
	for i, line := range strings.SplitAfter(page, "\n") {
		fence, isFence := strings.CutPrefix(strings.TrimRight(line, "\n"), "```")
		switch {
		case isFence && !open:
			open, inside, body, begin = true, fence, "", i+1
		case isFence:
			open = false
			switch inside {
			case "sh", "sh corp":
				steps = append(steps, step{line: begin, corp: inside == "sh corp", script: body})
			case "text":
				if len(steps) > 0 {
					steps[len(steps)-1].want = body
				}
			}
		case open:
			body += line
		}
	}
	return steps
}

// matches compares an output with what the page shows, in which … stands for
// anything within a line.
func matches(want, got string) bool {
	if want == "" {
		return true
	}
	parts := strings.Split(strings.TrimSpace(want), "…")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	return regexp.MustCompile(`^` + strings.Join(parts, `.*`) + `$`).MatchString(strings.TrimSpace(got))
}
