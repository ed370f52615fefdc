package trusts

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// Config configures a Reconciler. Store, Open, Find and Control are required.
type Config struct {
	Store    *store.Store
	Open     Opener
	Find     Finder
	Control  Controller
	Channels Channels         // nil: trusts with selective authentication are not verified
	Ports    Prober           // nil: ports are not tried, and closed ones not named
	Explain  Explainer        // nil: every error is condition.Unexpected
	Now      func() time.Time // nil means time.Now
	Log      *slog.Logger     // nil means slog.Default()
}

// The bounds of one pass.
const (
	callTimeout = 30 * time.Second // NETLOGON of a silent partner takes 22 s
	passTimeout = 3 * time.Minute
	maxRounds   = 16                     // of Next in one pass; it needs 8 at most
	showEvery   = 250 * time.Millisecond // the steps of a trust that is worked at are written so often
	freshStatus = 5 * time.Minute        // a status is written again after that, for its times
)

// Reconciler is the reconciler of trusts.
type Reconciler struct {
	cfg   Config
	log   *slog.Logger
	pool  *pool
	dead  *dead
	hosts *hosts
	mu    sync.Mutex
	memos map[string]memo

	served *served
}

// memo is what a pass leaves for the next one. Losing it costs a look.
type memo struct {
	spec      trust.Spec
	status    trust.Status // with the times that are not worth a write
	revision  int64        // of the status in the store
	written   time.Time
	signature string
	tried     portsTried
}

// New builds a Reconciler. Close it when its loop has ended.
func New(cfg Config) *Reconciler {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Explain == nil {
		cfg.Explain = plain
	}
	return &Reconciler{
		cfg: cfg, log: cfg.Log.With("loop", "trusts"), pool: newPool(cfg.Open),
		dead: newDead(cfg.Store), hosts: newHosts(cfg.Store), memos: map[string]memo{}, served: newServed(cfg.Store),
	}
}

func plain(err error) trust.Fault {
	return trust.Fault{Cause: condition.Unexpected, Kind: errs.KindOf(err), Detail: err.Error()}
}

// Close closes the sessions that are kept for a while.
func (r *Reconciler) Close() { r.pool.close() }

// Name is "trusts".
func (r *Reconciler) Name() string { return "trusts" }

// Keys lists every trust.
func (r *Reconciler) Keys() []string {
	var keys []string
	for o := range store.Trusts.All(r.cfg.Store) {
		keys = append(keys, o.Key)
	}
	return keys
}

// Reconcile does one pass for the trust key.
func (r *Reconciler) Reconcile(ctx context.Context, key string) (again time.Duration, err error) {
	spec, ok := store.Trusts.Get(r.cfg.Store, key)
	if !ok {
		r.forget(key)
		return 0, nil
	}
	status, _ := store.TrustStatus.Get(r.cfg.Store, key)
	m, known := r.recall(key)
	if known && m.revision == status.Revision {
		status.Value = m.status
	}
	w := r.world(spec)
	signature := w.signature(spec)
	now := r.cfg.Now()
	left := status.Value.NextLook.Sub(now)
	dead := !status.Value.DeadSince.IsZero() && !asked(spec.Value, status.Value)
	if !known && dead {
		// The process has just started: what was found before holds until the
		// trust's turn comes.
		left = r.dead.first(key, status.Value, now)
		status.Value.NextLook = now.Add(left)
		m = memo{spec: spec.Value, status: status.Value, revision: status.Revision, written: now, signature: signature}
		r.remember(key, m)
		known = true
	}
	if known && m.signature == signature && left > 0 {
		return left, nil // nothing that matters has changed since
	}
	if dead {
		if wait := r.dead.turn(key, now); wait > 0 {
			return wait, nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, passTimeout)
	defer cancel()
	p := &pass{r: r, spec: spec, status: status, world: w, written: m.written, stored: m.status, tried: m.tried, signature: w.rules}
	again, err = p.run(ctx)
	var conflict *store.ConflictError
	if errors.As(err, &conflict) {
		return time.Millisecond, nil // look at what changed
	}
	if err == nil && !p.done {
		r.dead.note(key, p.status.Value, p.packets())
		r.hosts.note(key, p.status.Value)
		r.remember(key, memo{spec: spec.Value, status: p.status.Value, revision: p.status.Revision, written: p.written, signature: signature, tried: p.tried})
	}
	return again, err
}

func (r *Reconciler) recall(key string) (memo, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, ok := r.memos[key]
	return m, ok
}

func (r *Reconciler) remember(key string, m memo) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.memos[key] = m
}

func (r *Reconciler) forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.memos, key)
	r.dead.forget(key)
	r.hosts.note(key, trust.Status{})
}
