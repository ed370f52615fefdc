package trust

import "time"

// settle ends a pass in which nothing is left to do: it draws the trust's
// state from everything that was seen.
func (l *look) settle() Decision {
	worst := l.judge()
	if !l.spec.Direction.HasOutgoing() {
		return l.settleCreated()
	}
	if worst == nil && l.verdicts() == 0 {
		if l.stateMeanwhile() == Verifying {
			l.st.Cause, l.st.StateReason = "", ""
		}
		return l.keep(l.stateMeanwhile(), quickly(maxQuickRetry))
	}
	if worst == nil {
		if d, ok := l.roll(); ok {
			return d
		}
		l.st.FailingSince, l.st.Answered = time.Time{}, l.spec.VerifySerial
		return l.wait(Verified, nil, exactly(Heartbeat))
	}
	if l.st.FailingSince.IsZero() {
		l.st.FailingSince = l.seen.Now
	}
	left := worst.patience - l.seen.Now.Sub(l.st.FailingSince)
	if left > 0 && l.was.State != VerifyFailed {
		// Who makes a trust is told at once; one that worked may be well at the
		// next look.
		state, said := l.stateMeanwhile(), worst
		if state == Verified {
			said = nil
		}
		return l.wait(state, said, l.soon(left))
	}
	l.st.Answered = l.spec.VerifySerial
	return l.wait(VerifyFailed, worst, slowly(time.Second))
}

// settleCreated ends a pass of an incoming trust: Created is all that our
// side can know of it, and means that every DC of ours that answers has it. A
// DC that does not get it within the grace is left to replication.
func (l *look) settleCreated() Decision {
	for _, dc := range l.up() {
		if l.isPrepared(dc) {
			continue
		}
		if l.was.State != Created && l.seen.Now.Sub(l.st.Made) < passingGrace {
			return l.wait(Creating, nil, quickly(maxQuickRetry))
		}
		return l.wait(Created, nil, slowly(time.Second))
	}
	l.st.FailingSince, l.st.Answered = time.Time{}, l.spec.VerifySerial
	return l.wait(Created, nil, exactly(Heartbeat))
}

// stateMeanwhile is the state while a look has not come to an end.
func (l *look) stateMeanwhile() State {
	switch l.was.State {
	case Verified, VerifyFailed:
		return l.was.State
	default:
		return Verifying
	}
}

// verdicts counts the DCs that gave one in this pass.
func (l *look) verdicts() int {
	n := 0
	for _, dc := range l.up() {
		if dc.Verdict != nil {
			n++
		}
	}
	return n
}
