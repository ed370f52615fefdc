package forwarders

import (
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
)

func TestWhenForwardersAreLookedAtAgain(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	status := func(silent ...time.Duration) directory.ForwarderStatus {
		list := []directory.UpstreamHealth{{Healthy: true, Since: now}}
		for _, d := range silent {
			list = append(list, directory.UpstreamHealth{Since: now.Add(-d)})
		}
		return directory.ForwarderStatus{Revision: 1, Upstreams: map[directory.DCID][]directory.UpstreamHealth{"dc-1": list}}
	}
	waiting := status()
	waiting.Reason = "A domain controller is not running."
	for name, c := range map[string]struct {
		status directory.ForwarderStatus
		want   time.Duration
	}{
		"no forwarders":                   {directory.ForwarderStatus{}, 0},
		"all is well":                     {status(), forHealth},
		"one fell silent just now":        {status(0), whileUnwell},
		"one is silent for a minute":      {status(time.Minute), 6 * time.Second},
		"one is silent for a day":         {status(24 * time.Hour), forHealth},
		"one for a day, one just now":     {status(24*time.Hour, time.Second), whileUnwell},
		"a domain controller has not got": {waiting, whileWaiting},
	} {
		if got := lookAgain(c.status, now); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
