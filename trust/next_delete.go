package trust

import (
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/errs"
)

// remove takes our side away. It is over when every DC of ours that answers
// is clean; one that does not gets the deletion by replication when it is
// back. The partner's side stays: it is not ours.
func (l *look) remove() Decision {
	if l.seen.DirectoryGone {
		return l.gone()
	}
	up := l.up()
	if len(up) == 0 {
		f := finding{typ: condition.Healthy, cause: condition.DirectoryNotActive, facts: l.facts(SeenDC{})}
		l.set(f.typ, &f)
		return l.wait(Deleting, &f, slowly(time.Second))
	}
	l.begin(Deleting)
	w := up[0]
	if fault, done := w.tried(StepDeleteLocalSide); done && fault != nil && fault.Kind != errs.NotFound {
		return l.notRemoved(w, fault)
	}
	if w.TDO != nil {
		d, _ := l.work(true, Work{DC: w.ID, Steps: []Step{StepDeleteLocalSide}})
		return d
	}
	return l.removeOthers(w, up[1:])
}

// removeOthers brings the deletion to the other DCs: by replication, and by
// hand where that does not help, so that a new trust is not met by the old.
func (l *look) removeOthers(w SeenDC, others []SeenDC) Decision {
	var work []Work
	for _, dc := range others {
		if dc.TDO == nil {
			continue
		}
		fault, deleted := dc.tried(StepDeleteLocalSide)
		_, replicated := dc.tried(StepReplicate)
		switch {
		case deleted && fault != nil && fault.Kind != errs.NotFound:
			return l.notRemoved(dc, fault)
		case !replicated:
			work = append(work, Work{DC: dc.ID, From: w.ID, Steps: []Step{StepReplicate}})
		case !deleted:
			work = append(work, Work{DC: dc.ID, Steps: []Step{StepDeleteLocalSide}})
		}
	}
	if len(work) > 0 {
		return Decision{Status: l.st, Work: work}
	}
	for _, dc := range l.up() {
		if _, done := dc.tried(StepReloadConfig); !done {
			work = append(work, Work{DC: dc.ID, Steps: []Step{StepReloadConfig}})
		}
	}
	if len(work) > 0 {
		return Decision{Status: l.st, Work: work}
	}
	return l.gone()
}

// notRemoved waits and says why the object is still there.
func (l *look) notRemoved(dc SeenDC, fault *Fault) Decision {
	f := finding{typ: condition.LocalSide, cause: fault.Cause, facts: l.facts(dc)}.of(fault)
	if f.cause == "" {
		f.cause = condition.Unexpected
	}
	l.set(f.typ, &f)
	return l.wait(Deleting, &f, slowly(time.Second))
}

// gone ends the trust's life.
func (l *look) gone() Decision {
	l.begin(Deleted)
	return Decision{Status: l.st, Done: true, Forget: l.seen.Password}
}

// begin moves to a state without a reason.
func (l *look) begin(s State) {
	if l.st.State != s {
		l.st.State, l.st.StateReason, l.st.Cause, l.st.StateSince, l.st.UpdatedAt = s, "", "", l.seen.Now, l.seen.Now
	}
}
