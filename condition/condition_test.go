package condition_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/entente-ad/entente/condition"
)

var (
	then = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	now  = then.Add(time.Minute)
)

func TestSet(t *testing.T) {
	old := condition.Condition{
		Type: condition.Reachability, Cause: condition.PortClosed, Message: "445 is closed", Since: then, Tries: 3,
	}
	other := condition.Condition{Type: condition.Time, True: true, Since: then, Tries: 7}
	for name, c := range map[string]struct {
		set   condition.Condition
		since time.Time
		tries int
	}{
		"the same outcome keeps its beginning and counts": {
			condition.Condition{Type: condition.Reachability, Cause: condition.PortClosed, Message: "88 is closed"}, then, 4},
		"another cause begins anew": {
			condition.Condition{Type: condition.Reachability, Cause: condition.NoRoute}, now, 1},
		"another outcome begins anew": {
			condition.Condition{Type: condition.Reachability, True: true}, now, 1},
	} {
		list := []condition.Condition{old, other}
		got := condition.Set(list, c.set, now)
		if len(got) != 2 || got[0].Since != c.since || got[0].Tries != c.tries || got[0].Message != c.set.Message {
			t.Errorf("%s: %+v", name, got[0])
		}
		if !reflect.DeepEqual(got[1], other) {
			t.Errorf("%s: the other condition changed: %+v", name, got[1])
		}
		if !reflect.DeepEqual(list[0], old) {
			t.Errorf("%s: the list handed in changed", name)
		}
	}
}

func TestSetAddsWhatIsNotThere(t *testing.T) {
	c := condition.Condition{Type: condition.Healthy, True: true}
	got := condition.Set(nil, c, now)
	c.Since, c.Tries = now, 1
	if !reflect.DeepEqual(got, []condition.Condition{c}) {
		t.Errorf("got %+v", got)
	}
}

func TestFirstFalse(t *testing.T) {
	good := condition.Condition{Type: condition.NameResolution, True: true}
	bad := condition.Condition{Type: condition.Time, Cause: condition.ClockSkew}
	worse := condition.Condition{Type: condition.SecureChannel, Cause: condition.PasswordMismatch}
	if got, ok := condition.FirstFalse([]condition.Condition{good, bad, worse}); !ok || !reflect.DeepEqual(got, bad) {
		t.Errorf("got %+v, %v", got, ok)
	}
	for _, list := range [][]condition.Condition{nil, {good}} {
		if got, ok := condition.FirstFalse(list); ok {
			t.Errorf("all hold, but got %+v", got)
		}
	}
}
