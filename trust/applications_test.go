package trust_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/entente-ad/entente/trust"
)

func TestApplicationsThatListUsersNeedATwoWayTrust(t *testing.T) {
	oneWay := []string{"Amazon EC2", "Amazon RDS", "Amazon FSx"}
	for _, tt := range []struct {
		direction trust.Direction
		works     func(name string) bool
	}{
		{trust.TwoWay, func(string) bool { return true }},
		{trust.Outgoing, func(name string) bool { return slices.Contains(oneWay, name) }},
		{trust.Incoming, func(string) bool { return false }},
	} {
		list := trust.Applications(tt.direction)
		if len(list) != 11 {
			t.Errorf("%s: %d applications, want 11", tt.direction, len(list))
		}
		for _, a := range list {
			if a.Works != tt.works(a.Name) {
				t.Errorf("%s, %s: works is %t", tt.direction, a.Name, a.Works)
			}
			if a.NeedsTwoWay == slices.Contains(oneWay, a.Name) {
				t.Errorf("%s needs two-way: %t", a.Name, a.NeedsTwoWay)
			}
			if !strings.HasSuffix(a.Why, ".") || !a.Works && !strings.Contains(a.Why, "two-way trust is needed") {
				t.Errorf("%s, %s: %q does not say why", tt.direction, a.Name, a.Why)
			}
		}
	}
}
