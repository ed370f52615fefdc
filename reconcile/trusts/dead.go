package trusts

import (
	"hash/fnv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/entente-ad/entente/internal/sparing"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// dead is what is known of the partners that do not answer, and the budget of
// packets to them: the one place that bounds them. trust.DeadWait draws the
// pace of each so that all together stay within the budget; the limiter holds
// when something that concerns very many of them makes them due at once.
type dead struct {
	mu       sync.Mutex
	limiter  *rate.Limiter
	partners map[string]deadPartner // by trust
	turns    map[string]time.Time   // when those may look that the limiter made wait
	squeeze  sparing.Squeeze
	drawn    time.Time // when squeeze was
}

type deadPartner struct {
	since   time.Time
	packets int // of the next look
}

// justNow is how long a partner does not count as dead for the limiter: it is
// looked at often then, and the limiter is for the many.
const justNow = time.Minute

// deadBurst is how many packets the limiter lets through at once: in no minute
// more than this and trust.DeadPackets together are sent.
const deadBurst = 20

// redraw is how long the squeeze stays as it was drawn.
const redraw = 5 * time.Second

func newDead(s *store.Store) *dead {
	d := &dead{
		limiter:  rate.NewLimiter(rate.Limit(trust.DeadPackets/time.Minute.Seconds()), deadBurst),
		partners: map[string]deadPartner{}, turns: map[string]time.Time{},
	}
	for o := range store.TrustStatus.All(s) {
		// Ports are tried anew in a process that has not tried them.
		d.note(o.Key, o.Value, trust.DeadLook(0)+2*trust.DeadPorts([]trust.PortTarget{{DNSOnly: true}}))
	}
	return d
}

// note takes in what a look came to, and what the next one will cost.
func (d *dead) note(key string, st trust.Status, packets int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.partners, key)
	if !st.DeadSince.IsZero() {
		d.partners[key] = deadPartner{st.DeadSince, packets}
	}
}

func (d *dead) forget(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.partners, key)
	delete(d.turns, key)
}

// squeezed is trust.DeadSqueeze of all, as of a moment ago.
func (d *dead) squeezed(now time.Time) sparing.Squeeze {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.drawn.IsZero() && now.Sub(d.drawn) < redraw {
		return d.squeeze
	}
	all := make([]sparing.Silent, 0, len(d.partners))
	for _, p := range d.partners {
		all = append(all, sparing.Silent{For: now.Sub(p.since), Packets: p.packets})
	}
	d.squeeze, d.drawn = trust.DeadSqueeze(all), now
	return d.squeeze
}

// turn says how long the trust has to wait until it may look at its partner; 0
// means now, and takes what the look costs out of the budget.
func (d *dead) turn(key string, now time.Time) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.partners[key]
	cost := min(p.packets, d.limiter.Burst())
	switch silent := now.Sub(p.since); {
	case silent < d.squeeze.Young:
		d.limiter.ReserveN(now, cost) // at once: the others wait for it
		return 0
	case silent < justNow:
		return 0
	}
	if at, waits := d.turns[key]; waits {
		if now.Before(at) {
			return at.Sub(now)
		}
		delete(d.turns, key)
		return 0
	}
	wait := d.limiter.ReserveN(now, cost).DelayFrom(now)
	if wait > 0 {
		d.turns[key] = now.Add(wait)
	}
	return wait
}

// first spreads the looks after a start of the process: where in its wait a
// trust begins is its own.
func (d *dead) first(key string, st trust.Status, now time.Time) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	wait := trust.DeadWait(now.Sub(st.DeadSince), d.squeezed(now))
	return wait * time.Duration(h.Sum32()%1000) / 1000
}

// asked reports whether somebody waits for what a look brings: such a look is
// taken at once, whatever the partner does.
func asked(spec trust.Spec, st trust.Status) bool {
	switch st.State {
	case trust.Verified, trust.VerifyFailed, trust.Created, trust.Failed, trust.UpdateFailed:
		return spec.Delete || spec.VerifySerial > st.Answered || spec.UpdateSerial > st.Updated
	default:
		return true
	}
}

// Failing reports whether the last look at a trust found something wrong, and
// nobody waits for the next. It implements reconcile.Failer.
func (r *Reconciler) Failing(key string) bool {
	st, ok := store.TrustStatus.PeekObject(r.cfg.Store, key)
	if !ok || st.Value.FailingSince.IsZero() && st.Value.DeadSince.IsZero() {
		return false
	}
	return !asked(store.Trusts.Peek(r.cfg.Store, key), st.Value)
}

// packets is how many the next look sends if the partner stays as it is.
func (p *pass) packets() int {
	n := trust.DeadLook(len(p.found.DCs))
	if p.tried.at.IsZero() {
		n += len(p.dcs) * trust.DeadPorts(p.targets())
	}
	return n
}
