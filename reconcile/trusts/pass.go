package trusts

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// pass is one look at one trust and the work that came of it.
type pass struct {
	r       *Reconciler
	spec    store.Object[trust.Spec]
	status  store.Object[trust.Status]
	world   world
	written time.Time    // when the status was written last
	stored  trust.Status // as it was written last, when that is known

	password  secret.Text
	dcs       []*ourDC
	found     trust.Partner // as far as it was found in this pass, also when looking failed
	tried     portsTried
	signature string // of the world
	portsDone bool   // ports were tried in this pass
	settled   bool   // the pass began with a trust at rest: its looks are not history
	asked     bool   // somebody waits for what this pass brings
	failing   bool   // the last look found something wrong, and nobody waits for this one
	done      bool   // the trust is gone

	mu   sync.Mutex // guards seen and history while DCs work at once
	seen trust.Seen

	history []trust.StepDone
}

// run looks, and works until Next says wait.
func (p *pass) run(ctx context.Context) (time.Duration, error) {
	p.settled = p.atRest()
	p.asked = asked(p.spec.Value, p.status.Value)
	p.failing = !p.status.Value.FailingSince.IsZero() && !p.asked
	if err := reconcile.Wait(ctx, func() error { return p.observe(ctx) }); err != nil {
		return 0, err
	}
	p.recallPorts()
	for range maxRounds {
		p.flush()
		d := trust.Next(p.spec.Value, p.status.Value, p.seen)
		p.status.Value = d.Status
		switch {
		case d.Done:
			return 0, p.remove(ctx)
		case len(d.Work) == 0:
			due := p.portsDue(d)
			// What ports say is a part of what a trust at rest says: the first
			// look of this process does not take it away in between.
			if !due || !p.settled || !p.tried.at.IsZero() {
				if err := p.save(ctx, d); err != nil || !due {
					return d.Wait, err
				}
			}
			_ = reconcile.Wait(ctx, func() error { p.tryPorts(ctx); return nil })
			if d = p.again(d); len(d.Work) > 0 {
				continue // Next is asked for it again
			}
			p.status.Value = d.Status
			return d.Wait, p.save(ctx, d)
		case d.Save || d.Forget || p.watched():
			if err := p.save(ctx, d); err != nil {
				return 0, err
			}
		}
		_ = reconcile.Wait(ctx, func() error { p.work(ctx, d.Work); return nil })
		if err := ctx.Err(); err != nil {
			return 0, fmt.Errorf("cannot finish a look at trust %s: %w", p.spec.Key, err)
		}
	}
	return 0, fmt.Errorf("trust %s asks for work without end", p.spec.Key)
}

// watched reports whether it is time to show the steps done so far: who made
// the trust may be looking on. Each write costs a part of a fast trust's time.
func (p *pass) watched() bool {
	return !p.settled && p.r.cfg.Now().Sub(p.written) >= showEvery
}

// atRest reports whether the trust is being looked at, not worked at.
func (p *pass) atRest() bool {
	switch p.status.Value.State {
	case trust.Verified, trust.VerifyFailed, trust.Created:
		return !p.spec.Value.Delete && p.spec.Value.VerifySerial <= p.status.Value.Answered
	default:
		return false
	}
}

// save writes the status, when something changed that is worth a write, and
// drops the sealed password in the same transaction.
func (p *pass) save(ctx context.Context, d trust.Decision) error {
	now := p.r.cfg.Now()
	p.dated(now)
	marked := d.Mark != nil && (p.world.former == nil || *p.world.former != *d.Mark)
	if p.status.Revision != 0 && !d.Forget && !marked && sameStatus(p.stored, p.status.Value) && now.Sub(p.written) < freshStatus {
		return nil
	}
	tx := p.r.cfg.Store.Begin()
	if d.Forget {
		p.status.Value = p.status.Value.Record(trust.StepDone{At: now, Step: trust.StepForgetPassword})
		tx.DropSecret(trust.SecretPassword(p.spec.Value.ID))
	}
	if marked {
		store.TrustMarks.Put(tx, markKey(p.spec.Value), *d.Mark, p.world.formerRev)
	}
	store.TrustStatus.Put(tx, p.status.Key, p.status.Value, p.status.Revision)
	rev, err := tx.Commit(ctx)
	if err != nil {
		return fmt.Errorf("cannot write the status of trust %s: %w", p.spec.Key, err)
	}
	if d.Forget {
		p.seen.Password, p.password = false, secret.Text{}
	}
	if marked {
		p.world.former, p.world.formerRev = d.Mark, rev
	}
	p.status.Revision, p.written, p.stored = rev, now, p.status.Value
	return nil
}

// dated moves what changed in this pass from the pass's beginning, which is
// all that Next knows, to now: a client may compare it with its own clock.
func (p *pass) dated(now time.Time) {
	for _, at := range []*time.Time{&p.status.Value.StateSince, &p.status.Value.UpdatedAt} {
		if at.Equal(p.seen.Now) {
			*at = now
		}
	}
}

// remove takes the records away: our side is gone.
func (p *pass) remove(ctx context.Context) error {
	tx := p.r.cfg.Store.Begin()
	t := p.spec.Value
	claim := trust.Claim(t)
	tx.Release(claim.Key, claim.Owner)
	tx.DropSecret(trust.SecretPassword(t.ID))
	store.Trusts.Delete(tx, p.spec.Key, p.spec.Revision)
	if p.status.Revision != 0 {
		store.TrustStatus.Delete(tx, p.status.Key, p.status.Revision)
	}
	if p.world.gone && p.world.formerRev != 0 {
		store.TrustMarks.Delete(tx, markKey(t), p.world.formerRev)
	}
	if _, err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("cannot remove trust %s: %w", p.spec.Key, err)
	}
	p.done = true
	return nil
}

// sameStatus compares what a reader would care about: not when it was looked
// at, but what was found.
func sameStatus(a, b trust.Status) bool {
	x, errX := json.Marshal(essence(a))
	y, errY := json.Marshal(essence(b))
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// essence blanks the times and counts that every look changes.
func essence(s trust.Status) trust.Status {
	s.NextLook, s.Tries, s.UpdatedAt = time.Time{}, 0, time.Time{}
	s.Conditions = append([]condition.Condition(nil), s.Conditions...)
	for i := range s.Conditions {
		s.Conditions[i].Tries = 0
	}
	s.Verdicts = append([]trust.Verdict(nil), s.Verdicts...)
	for i := range s.Verdicts {
		s.Verdicts[i].At = time.Time{}
	}
	if s.Partner != nil {
		partner := *s.Partner
		partner.FoundAt = time.Time{}
		partner.DCs = append([]trust.PartnerDC(nil), partner.DCs...)
		for i := range partner.DCs {
			partner.DCs[i].ClockSkew = partner.DCs[i].ClockSkew.Round(time.Minute)
		}
		s.Partner = &partner
	}
	return s
}
