package trust

import (
	"slices"
	"time"

	"github.com/entente-ad/entente/directory"
)

// absorb takes what the steps of this pass brought into the status.
func (l *look) absorb() {
	now := l.seen.Now
	if l.seen.Partner != nil {
		l.st.Partner = l.seen.Partner
	}
	l.sight()
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
