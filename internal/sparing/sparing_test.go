package sparing_test

import (
	"testing"
	"time"

	"github.com/entente-ad/entente/internal/sparing"
)

var pace = sparing.Pace{Least: 15 * time.Second, Most: 5 * time.Minute, Budget: 100}

func TestAPeerAloneWaitsATenthOfItsSilence(t *testing.T) {
	for silent, want := range map[time.Duration]time.Duration{
		0: 15 * time.Second, time.Minute: 15 * time.Second, 10 * time.Minute: time.Minute, time.Hour: 5 * time.Minute, 1000 * time.Hour: 5 * time.Minute,
	} {
		if got := pace.Wait(silent, pace.Squeeze([]sparing.Silent{{For: silent, Packets: 2}})); got != want {
			t.Errorf("silent for %s: waits %s, want %s", silent, got, want)
		}
	}
}

// TestAllTogetherStayWithinTheBudget whoever they are, by what each waits.
func TestAllTogetherStayWithinTheBudget(t *testing.T) {
	many := func(n int, silent time.Duration, packets int) (list []sparing.Silent) {
		for range n {
			list = append(list, sparing.Silent{For: silent, Packets: packets})
		}
		return list
	}
	for name, all := range map[string][]sparing.Silent{
		"nobody":                    nil,
		"a few":                     many(3, time.Hour, 2),
		"1,300 for an hour":         many(1300, time.Hour, 2),
		"1,300 for a second":        many(1300, time.Second, 2),
		"100,000 with eight DCs":    many(100_000, 24*time.Hour, 34),
		"old, young and just now":   append(append(many(1000, time.Hour, 2), many(300, time.Minute, 2)...), many(5, 0, 34)...),
		"hours and days are alike":  append(many(650, 2*time.Hour, 2), many(650, 48*time.Hour, 2)...),
		"one that costs very much":  many(1, time.Hour, 10_000),
		"all but one for long":      append(many(1299, time.Hour, 2), many(1, 10*time.Second, 2)...),
		"more than a minute's each": many(200, 5*time.Minute, 1),
	} {
		squeeze := pace.Squeeze(all)
		var sent float64
		for _, s := range all {
			sent += float64(s.Packets) / pace.Wait(s.For, squeeze).Minutes()
		}
		if sent > pace.Budget+1e-6 {
			t.Errorf("%s: %.1f packets a minute, at most %.0f", name, sent, pace.Budget)
		}
	}
}

func TestWhoFellSilentJustNowWaitsAsIfAlone(t *testing.T) {
	all := make([]sparing.Silent, 1300)
	for i := range all {
		all[i] = sparing.Silent{For: time.Hour, Packets: 2}
	}
	all = append(all, sparing.Silent{For: 20 * time.Second, Packets: 4})
	squeeze := pace.Squeeze(all)
	if got := pace.Wait(20*time.Second, squeeze); got != 15*time.Second {
		t.Errorf("it waits %s beside the old", got)
	}
	if got := pace.Wait(time.Hour, squeeze); got < 26*time.Minute || got > 35*time.Minute {
		t.Errorf("an old one waits %s: 1,300 with 2 packets at 100 a minute are 26 minutes", got)
	}
	if a, b := pace.Wait(time.Hour, squeeze), pace.Wait(48*time.Hour, squeeze); a != b {
		t.Errorf("silent for an hour: %s, for two days: %s", a, b)
	}
}

// TestWhoFellSilentLastKeepsItsPace also where all others did so only minutes
// or seconds before, and wait long.
func TestWhoFellSilentLastKeepsItsPace(t *testing.T) {
	for _, before := range []time.Duration{30 * time.Second, 2 * time.Minute, time.Hour} {
		for _, silent := range []time.Duration{time.Second, 15 * time.Second, 29 * time.Second} {
			all := []sparing.Silent{{For: silent, Packets: 6}}
			for range 1300 {
				all = append(all, sparing.Silent{For: before, Packets: 2})
			}
			squeeze := pace.Squeeze(all)
			if got := pace.Wait(silent, squeeze); got != 15*time.Second {
				t.Errorf("silent for %s, the others for %s: waits %s", silent, before, got)
			}
			if got := pace.Wait(before, squeeze); got < 26*time.Minute || got > 40*time.Minute {
				t.Errorf("silent for %s, the others for %s: those wait %s", silent, before, got)
			}
		}
	}
}
