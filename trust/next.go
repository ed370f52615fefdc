package trust

import (
	"slices"
	"strings"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
)

// Next chooses what to do for a trust: work to do at once, or a wait. It is
// pure: what is wanted, what became of it and what is seen go in, time
// included. It is asked again after each piece of work, with what came of it
// in seen, until it says wait.
//
// It never asks for a step twice in one pass when the step failed, so a pass
// always ends.
func Next(spec Spec, status Status, seen Seen) Decision {
	l := &look{spec: spec, was: status, st: status, seen: seen}
	l.st.Directory = seen.Ours.NetBIOSName
	l.st.Secret = seen.Password
	l.absorb()
	switch {
	case spec.Delete || seen.DirectoryGone:
		return l.remove()
	case len(l.up()) == 0:
		return l.blind()
	}
	for _, next := range []func() (Decision, bool){l.restrict, l.makeLocalSide, l.tellDCs, l.restart, l.verify} {
		if d, ok := next(); ok {
			return d
		}
	}
	return l.settle()
}

// look is one call of Next.
type look struct {
	spec Spec
	was  Status // as it came in
	st   Status // as it goes out
	seen Seen
}

// absorb takes what the steps of this pass brought into the status.
func (l *look) absorb() {
	now := l.seen.Now
	if l.seen.Partner != nil {
		l.st.Partner = l.seen.Partner
	}
	for _, dc := range l.seen.DCs {
		if fault, done := dc.tried(StepCreateLocalSide); done && fault == nil {
			l.st.LocalSide, l.st.Made, l.st.FailingSince = true, now, time.Time{}
			l.st.PartnerStale = l.partnerMustRestart()
		}
		if l.adjusted(dc) {
			l.st.Made, l.st.Writer = now, dc.ID // the other DCs have to get it from there
		}
		if fault, done := dc.tried(StepRollPassword); done && fault != nil {
			l.st.LastRoll = now.Add(rollRetry - RollEvery)
		}
	}
	l.forgetGone()
	for _, dc := range l.seen.DCs {
		l.absorbPrepared(dc)
		if dc.Verdict != nil {
			l.st.Verdicts = putVerdict(l.st.Verdicts, *dc.Verdict)
		}
	}
}

// forgetGone drops what was said by and of domain controllers of ours that are
// no more.
func (l *look) forgetGone() {
	gone := func(id directory.DCID) bool {
		return !slices.ContainsFunc(l.seen.DCs, func(dc SeenDC) bool { return dc.ID == id })
	}
	l.st.Verdicts = slices.DeleteFunc(slices.Clone(l.st.Verdicts), func(v Verdict) bool { return gone(v.DC) })
	l.st.Prepared = slices.DeleteFunc(slices.Clone(l.st.Prepared), func(p Prepared) bool { return gone(p.DC) })
}

// adjusted reports whether dc's object got in this pass what it lacked.
func (l *look) adjusted(dc SeenDC) bool {
	for _, step := range []Step{StepSetEncryptionTypes, StepShareNames} {
		if fault, done := dc.tried(step); done && fault == nil {
			return true
		}
	}
	return false
}

// absorbPrepared notes that dc has our object and that its winbindd was told.
func (l *look) absorbPrepared(dc SeenDC) {
	reload, reloaded := dc.tried(StepReloadConfig)
	restart, restarted := dc.tried(StepRestartWinbindd)
	restarted = restarted && restart == nil
	told := reloaded && reload == nil || restarted
	if !told || dc.TDO == nil || !l.asWanted(*dc.TDO) {
		return
	}
	p := l.prepared(dc.ID)
	p.DC, p.At = dc.ID, l.seen.Now
	if restarted {
		p.Restarted = l.seen.Now
	}
	list := []Prepared{p}
	for _, old := range l.st.Prepared {
		if old.DC != dc.ID && l.known(old.DC) {
			list = append(list, old)
		}
	}
	l.st.Prepared = list
}

func putVerdict(list []Verdict, v Verdict) []Verdict {
	out := []Verdict{}
	for _, old := range list {
		if old.DC != v.DC {
			out = append(out, old)
		}
	}
	return append(out, v)
}

func (l *look) prepared(id directory.DCID) Prepared {
	for _, p := range l.st.Prepared {
		if p.DC == id {
			return p
		}
	}
	return Prepared{DC: id}
}

func (l *look) known(id directory.DCID) bool {
	for _, dc := range l.seen.DCs {
		if dc.ID == id {
			return true
		}
	}
	return false
}

// up gives the DCs that answer, the PDC emulator first.
func (l *look) up() []SeenDC {
	var up []SeenDC
	for _, dc := range l.seen.DCs {
		if dc.Up() {
			up = append(up, dc)
		}
	}
	return up
}

// changed is when our object or its password last changed: what a DC was told
// before does not count.
func (l *look) changed() time.Time { return later(l.st.Made, l.st.LastRoll) }

// facts are the slots that every reason may use.
func (l *look) facts(dc SeenDC) Facts {
	return Facts{
		Remote: l.spec.Remote, Ours: l.seen.Ours.DNSName, DC: dc.Host,
		Servers: l.seen.ForwarderServers, Direction: l.spec.Direction, Type: l.spec.Type,
	}
}

// finding is one thing that is not as it should be.
type finding struct {
	typ      condition.Type
	cause    condition.Cause
	facts    Facts
	patience time.Duration // how long it may pass by itself before it counts
	minor    bool          // shown, but the trust works
}

// longestStatus tells a status, which people search for, from a whole text.
const longestStatus = 60

// of fills a finding's facts with a fault. The engine's advice is taken where
// the words have none of their own.
func (f finding) of(fault *Fault) finding {
	f.facts.Detail = fault.Detail
	if len(fault.Status) <= longestStatus && !strings.Contains(fault.Detail, fault.Status) {
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

// wait ends a pass in state for a finding, nil for none, to look again at a pace.
func (l *look) wait(state State, f *finding, p pace) Decision {
	l.st.Cause, l.st.StateReason = "", ""
	if f != nil {
		l.st.Cause, l.st.StateReason = f.cause, Reason(f.condition())
	}
	return l.keep(state, p)
}

// keep is wait with the reason as it is.
func (l *look) keep(state State, p pace) Decision {
	now, reason := l.seen.Now, l.st.StateReason
	l.st.Tries = 1
	if state == l.was.State && l.st.Cause == l.was.Cause && l.st.FailingSince.Equal(l.was.FailingSince) {
		l.st.Tries = l.was.Tries + 1
	}
	d := p(l.st.Tries - 1)
	l.st.State, l.st.NextLook = state, now.Add(d)
	if state != l.was.State {
		l.st.StateSince = now
	}
	if state != l.was.State || reason != l.was.StateReason || l.was.LocalSide != l.st.LocalSide {
		l.st.UpdatedAt = now
	}
	return l.decide(Decision{Wait: d, Mark: l.mark()})
}

// decide completes d: the sealed password goes as soon as our object holds it.
func (l *look) decide(d Decision) Decision {
	d.Forget = l.seen.Password && l.st.LocalSide
	l.st.Secret = l.seen.Password && !d.Forget
	d.Status = l.st
	return d
}

// work hands out work; save asks for the status to be stored before.
func (l *look) work(save bool, work ...Work) (Decision, bool) {
	return l.decide(Decision{Work: work, Save: save}), true
}

// blind waits for a DC of ours to answer; what was known stays so. Only who
// waits for a verification is told after a while that there is none.
func (l *look) blind() Decision {
	f := finding{typ: condition.Healthy, cause: condition.DirectoryNotActive, facts: l.facts(SeenDC{})}
	for _, dc := range l.seen.DCs {
		f = f.of(dc.Fault)
		break
	}
	l.set(condition.Healthy, &f)
	state, asked := l.was.State, l.spec.VerifySerial > l.was.Answered
	switch {
	case state == "":
		state = Creating
	case (state == Verifying || asked && verifiable(state)) && l.seen.Now.Sub(later(l.spec.UpdatedAt, l.was.StateSince)) >= blindGrace:
		state = VerifyFailed
		if !l.st.LocalSide {
			state = Failed
		}
		l.st.Answered = l.spec.VerifySerial
		return l.wait(state, &f, slowly(2*time.Second))
	}
	return l.keep(state, slowly(2*time.Second))
}

// pace gives the wait after a number of looks with the same outcome.
type pace func(looks int) time.Duration

// quickly waits a moment, a little longer each time, at most d.
func quickly(d time.Duration) pace {
	return func(looks int) time.Duration { return min(doubling(quickRetry, maxQuickRetry, looks), d) }
}

// slowly waits first, and from there up to maxRetry.
func slowly(first time.Duration) pace {
	return func(looks int) time.Duration { return doubling(first, maxRetry, looks) }
}

// exactly waits d each time.
func exactly(d time.Duration) pace { return func(int) time.Duration { return d } }

func doubling(d, most time.Duration, times int) time.Duration {
	for range times {
		if d *= 2; d >= most {
			return most
		}
	}
	return d
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
