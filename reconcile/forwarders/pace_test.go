package forwarders

import (
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
)

func TestWhenForwardersAreLookedAtAgain(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	health := func(silent ...time.Duration) directory.ForwarderHealth {
		list := []directory.UpstreamHealth{{Healthy: true, Since: now}}
		for _, d := range silent {
			list = append(list, directory.UpstreamHealth{Since: now.Add(-d)})
		}
		return directory.ForwarderHealth{Servers: map[directory.DCID][]directory.UpstreamHealth{"dc-1": list}}
	}
	for name, c := range map[string]struct {
		health directory.ForwarderHealth
		want   time.Duration
	}{
		"nothing is known":            {directory.ForwarderHealth{}, forHealth},
		"all is well":                 {health(), forHealth},
		"one fell silent just now":    {health(0), whileUnwell},
		"one is silent for a minute":  {health(time.Minute), 6 * time.Second},
		"one is silent for a day":     {health(24 * time.Hour), forHealth},
		"one for a day, one just now": {health(24*time.Hour, time.Second), whileUnwell},
	} {
		if got := lookAgain(c.health, now); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
