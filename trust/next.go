package trust

import (
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
	d := l.spare(state, p(l.st.Tries-1))
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
