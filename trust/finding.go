package trust

import (
	"slices"
	"strings"
	"time"

	"github.com/entente-ad/entente/condition"
)

// finding is one thing that is not as it should be.
type finding struct {
	typ      condition.Type
	cause    condition.Cause
	facts    Facts
	patience time.Duration // how long it may pass by itself before it counts
	minor    bool          // shown, but the trust works
}

// of fills a finding's facts with a fault. The engine's advice is taken where
// the words have none of their own.
func (f finding) of(fault *Fault) finding {
	f.facts.Detail = fault.Detail
	if !strings.Contains(fault.Detail, fault.Status) {
		f.facts.Status = fault.Status
	}
	if f.cause == condition.Unexpected {
		f.facts.Hint = fault.Hint
	}
	return f
}

func (f finding) condition() condition.Condition {
	message, hint := Words(f.cause, f.facts)
	c := condition.Condition{Type: f.typ, Cause: f.cause, Message: message, Hint: hint}
	c.Missing, c.Commands = lacks(f.facts.Closed)
	return c
}

// set puts a condition in; nil means that it holds.
func (l *look) set(t condition.Type, f *finding) {
	var c condition.Condition
	if f != nil {
		c = f.condition()
	} else {
		c = condition.Condition{Type: t, True: true, Message: l.fact(t)}
	}
	l.st.Conditions = ordered(condition.Set(l.st.Conditions, c, l.seen.Now))
}

// ordered sorts conditions so that causes come before effects.
func ordered(list []condition.Condition) []condition.Condition {
	var out []condition.Condition
	for _, t := range conditionOrder {
		for _, c := range list {
			if c.Type == t {
				out = append(out, c)
			}
		}
	}
	return out
}

// Ahead gives what a trust that is being made was not looked at for yet, in
// the order in which that comes. Nothing is ahead of one that has an answer.
func Ahead(spec Spec, st Status) []condition.Type {
	switch st.State {
	case "", Creating, Verifying, Updating:
	default:
		return nil
	}
	if spec.Delete {
		return nil
	}
	var list []condition.Type
	for _, t := range conditionOrder {
		switch {
		case t == condition.Healthy, t == condition.Ports: // looked at when something is wrong
		case t == condition.SecureChannel && !spec.Direction.HasOutgoing():
		case t == condition.SelectiveAuth && !spec.Restricts():
		case slices.ContainsFunc(st.Conditions, func(c condition.Condition) bool { return c.Type == t }):
		default:
			list = append(list, t)
		}
	}
	return list
}

var conditionOrder = []condition.Type{
	condition.Healthy, condition.NameResolution, condition.Reachability, condition.Ports, condition.Time, condition.Identity,
	condition.LocalSide, condition.PartnerSide, condition.SecureChannel, condition.Encryption, condition.SelectiveAuth,
}
