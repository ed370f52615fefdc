package dnsforward

import (
	"fmt"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/sparing"
)

// TestProbesOfTheSilentShareABudget counts the probes of 400 servers that
// never answer, and of one that fell silent a moment ago, by a clock of its own.
func TestProbesOfTheSilentShareABudget(t *testing.T) {
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	upstreamAt := func(i int) *upstream {
		return &upstream{domain: directory.FQDN(fmt.Sprintf("dead-%d.example", i)), failure: notAskedYet, since: start}
	}
	var all []*upstream
	for i := range 400 {
		all = append(all, upstreamAt(i))
	}
	p, now := newProber(), start
	run := func(d time.Duration) map[*upstream]int {
		probes := map[*upstream]int{}
		for until := now.Add(d); now.Before(until); now = now.Add(probeGap) {
			p.draw(now, all)
			for _, u := range all {
				if p.claim(u, now) {
					probes[u]++
					u.saw("no answer", now)
					u.probedAt(now, false, p.squeeze)
				}
			}
		}
		return probes
	}
	sum := func(m map[*upstream]int) (n int) {
		for _, c := range m {
			n += c
		}
		return n
	}
	// The first minute may ask those that were never asked, up to a limit.
	const budget = 40 // a minute
	if n := sum(run(time.Minute)); n > firstProbes+mostProbes {
		t.Errorf("%d probes in the first minute", n)
	}
	run(time.Hour) // all were asked
	if n := sum(run(time.Hour)); n > 60*budget*11/10 {
		t.Errorf("%d probes in an hour, the budget is %d", n, 60*budget)
	}

	late := upstreamAt(400)
	late.failure = ""
	all = append(all, late)
	late.saw("no answer", now)
	probes := run(30 * time.Second)
	if probes[late] < 10 {
		t.Errorf("one that fell silent a moment ago was probed %d times in 30 s: it may be back", probes[late])
	}
	if n := sum(run(time.Hour)); n > 60*budget*11/10+10 {
		t.Errorf("%d probes in the hour after, the budget is %d", n, 60*budget)
	}
}

// TestADeadServerHasItsOwnPace however many questions are asked of it.
func TestADeadServerHasItsOwnPace(t *testing.T) {
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	u := &upstream{domain: "dead.example", since: start}
	u.saw("no answer", start)
	u.probedAt(start.Add(time.Hour), false, sparing.Squeeze{})
	u.suspect()
	if p := newProber(); p.claim(u, start.Add(time.Hour+4*time.Minute)) {
		t.Error("a question that stayed unanswered had it probed before its time")
	}
	u.saw("", start.Add(time.Hour))
	u.suspect()
	if p := newProber(); !p.claim(u, start.Add(time.Hour+2*time.Second)) {
		t.Error("one that answered, and then did not, is not probed")
	}
}
