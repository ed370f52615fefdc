package trust

import (
	"time"

	"github.com/entente-ad/entente/directory"
)

// tellDCs brings our object to every DC that answers and makes its winbindd
// look for it; where the partner is there, it verifies in the same go, since
// each DC works on its own.
func (l *look) tellDCs() (Decision, bool) {
	var work []Work
	for _, dc := range l.up() {
		if _, done := dc.tried(StepReloadConfig); done || l.isPrepared(dc) {
			continue
		}
		w := Work{DC: dc.ID}
		if from := l.holder(); from != dc.ID {
			w.From = from
			w.Steps = append(w.Steps, StepReplicate)
		}
		w.Steps = append(w.Steps, StepReloadConfig)
		if !l.needsRestart(dc) {
			w.Steps = append(w.Steps, l.verifySteps(dc)...)
		}
		work = append(work, w)
	}
	if len(work) == 0 {
		return Decision{}, false
	}
	// For an incoming trust Created is the end, and means that every KDC of ours
	// knows it: settle says so.
	if l.spec.Direction.HasOutgoing() && (l.st.State == "" || l.st.State == Creating || l.st.State == Failed) {
		l.st.State, l.st.StateReason, l.st.Cause, l.st.StateSince = Created, "", "", l.seen.Now
	}
	return l.work(l.was.State != l.st.State, l.withQuestion(work)...)
}

// isPrepared reports whether dc holds the object as it is now and its
// winbindd was told.
func (l *look) isPrepared(dc SeenDC) bool {
	p := l.prepared(dc.ID)
	return dc.TDO != nil && !p.At.IsZero() && !p.At.Before(l.changed())
}

// holder is the DC to replicate from.
func (l *look) holder() directory.DCID {
	up := l.up()
	for _, dc := range up {
		if dc.ID == l.st.Writer && dc.TDO != nil {
			return dc.ID
		}
	}
	for _, dc := range up {
		if dc.TDO != nil {
			return dc.ID
		}
	}
	return up[0].ID
}

// needsRestart reports whether dc's winbindd knows the partner as it was
// before, by what it was shown or by its verdict.
func (l *look) needsRestart(dc SeenDC) bool {
	p := l.prepared(dc.ID)
	if !p.Restarted.IsZero() && !p.Restarted.Before(l.st.Made) {
		return false
	}
	if _, rediscovered := dc.tried(StepRediscover); rediscovered && dc.Verdict != nil && dc.Verdict.staleWinbindd() {
		return true
	}
	return l.formerDiffers()
}

// formerDiffers reports whether our DCs were shown another trust with this
// partner before. A trust that was and is incoming only is none of winbindd's
// business.
func (l *look) formerDiffers() bool {
	f, now := l.seen.Former, l.mark()
	if f == nil || now == nil || f.same(*now) {
		return false
	}
	return f.Direction.HasOutgoing() || now.Direction.HasOutgoing()
}

// partnerMustRestart reports whether the partner's winbindd, if it never
// forgets, holds against our users what it was shown before: a partner that
// had no outgoing direction, or one of the other type.
func (l *look) partnerMustRestart() bool {
	f := l.seen.Former
	if f == nil || l.seen.PartnerManaged || !l.spec.Direction.HasIncoming() {
		return false
	}
	return !f.theirs().HasOutgoing() || f.Type != l.spec.Type
}

// mark is what our DCs' winbindd is shown; nil before it is.
func (l *look) mark() *Mark {
	if !l.st.LocalSide || l.st.Partner == nil {
		return nil
	}
	m := &Mark{Direction: l.spec.Direction, Type: l.spec.Type, SID: l.st.Partner.SID, NetBIOS: l.st.Partner.NetBIOSName}
	if side := l.seen.PartnerSide; side.Known && side.TDO != nil {
		m.Partner = side.TDO.Direction
	} else if f := l.seen.Former; f != nil && f.same(*m) {
		m.Partner = f.Partner
	}
	return m
}

// restart restarts winbindd where it must forget, one DC after the other, so
// that the directory's logons go on.
func (l *look) restart() (Decision, bool) {
	for _, dc := range l.up() {
		if _, done := dc.tried(StepRestartWinbindd); done || dc.TDO == nil || !l.needsRestart(dc) {
			continue
		}
		return l.work(false, Work{DC: dc.ID, Steps: append([]Step{StepRestartWinbindd}, l.verifyNow()...)})
	}
	return Decision{}, false
}

// verify asks every DC that answers, a second time after a fresh secure
// channel where the first answer was no.
func (l *look) verify() (Decision, bool) {
	var work []Work
	for _, dc := range l.up() {
		if dc.TDO == nil {
			continue
		}
		if steps := l.verifySteps(dc); len(steps) > 0 {
			work = append(work, Work{DC: dc.ID, Steps: steps})
		}
	}
	if len(work) == 0 && !l.wantsQuestion() {
		return Decision{}, false
	}
	if (l.st.State == Created || l.st.State == Updated) && l.spec.Direction.HasOutgoing() {
		l.st.State, l.st.StateSince = Verifying, l.seen.Now
	}
	return l.work(false, l.withQuestion(work)...)
}

// verifySteps are the steps that bring dc's verdict; none when it is there.
func (l *look) verifySteps(dc SeenDC) []Step {
	if !l.spec.Direction.HasOutgoing() || l.seen.Partner == nil {
		return nil
	}
	_, rediscovered := dc.tried(StepRediscover)
	if l.spec.Restricts() {
		return l.proofSteps(dc)
	}
	switch {
	case dc.Verdict == nil && !rediscovered && l.channelDoubtful():
		return []Step{StepRediscover, StepVerify}
	case dc.Verdict == nil:
		if _, done := dc.tried(StepVerify); done {
			return nil
		}
		return []Step{StepVerify}
	case !dc.Verdict.ok() && !rediscovered:
		return []Step{StepRediscover, StepVerify}
	}
	return nil
}

// verifyNow verifies on a new secure channel, whatever was said before.
func (l *look) verifyNow() []Step {
	if !l.spec.Direction.HasOutgoing() || l.seen.Partner == nil {
		return nil
	}
	if l.spec.Restricts() {
		return []Step{StepProveChannel}
	}
	return []Step{StepRediscover, StepVerify}
}

// channelDoubtful reports whether dc is to be asked on a new secure channel at
// once. Elsewhere its word on the one that winbindd has is taken first: yes
// means that the secrets of both sides were compared (NetrServerGetTrustInfo,
// [MS-NRPC] 3.5.4.7.6), and a no, as an earlier trust's channel gives it
// (ad-trusts 2.10), is asked again on a new one. So a new trust costs its
// partner one connection for each of our DCs, not two.
func (l *look) channelDoubtful() bool {
	return l.was.State == Updated || l.spec.VerifySerial > l.was.Answered || !l.was.FailingSince.IsZero()
}

// withQuestion adds the question for the partner's own side to the work of
// the DC that asks it.
func (l *look) withQuestion(work []Work) []Work {
	if !l.wantsQuestion() {
		return work
	}
	return append(work, Work{DC: l.up()[0].ID, Steps: []Step{StepAskPartner}})
}

func (l *look) wantsQuestion() bool { return l.seen.Partner != nil && !l.seen.PartnerSide.Asked }

// roll gives a trust that works a new password every 30 days: Samba never
// does. It is noted before it is done, so that it is never done twice within
// a ticket's life (decision 16).
func (l *look) roll() (Decision, bool) {
	pdc := l.seen.DCs[0]
	_, done := pdc.tried(StepRollPassword)
	due := !l.changed().IsZero() && l.seen.Now.Sub(l.changed()) >= RollEvery
	if !due || done || !pdc.Up() || !l.spec.Direction.HasOutgoing() || l.spec.Restricts() {
		return Decision{}, false
	}
	l.st.LastRoll = l.seen.Now
	return l.work(true, Work{DC: pdc.ID, Steps: []Step{StepRollPassword}})
}

// rollRetry is how long after a failed roll the next one is tried: longer
// than a ticket lives.
const rollRetry = 24 * time.Hour
