package assessments

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// Prober tries and asks for real, from inside the network of one of our domain
// controllers. *probe.Prober is one.
type Prober interface {
	Names(ctx context.Context, from directory.Instance, servers []netip.Addr, records []assessment.Record) []assessment.Answer
	Ports(ctx context.Context, from directory.Instance, domain directory.FQDN, targets []trust.PortTarget) []trust.PortProbe
	Look(ctx context.Context, from directory.Instance, domain directory.FQDN, to trust.PortTarget) assessment.Look
}

// Accounts looks at accounts of a domain from one of our domain controllers.
type Accounts interface {
	// NoPreauth lists accounts of the partner without Kerberos
	// pre-authentication, at most limit: as user, an account of the partner's, or
	// where that is "" as our own Administrator, across the trust.
	NoPreauth(ctx context.Context, from directory.Instance, domain directory.FQDN, to trust.PortTarget, user string, password secret.Text, limit int) (names []string, more bool, err error)
	// Taken reports whether our own directory has an account of that name that
	// is none of a trust.
	Taken(ctx context.Context, dc directory.Instance, name string) (bool, error)
}

// Config configures a Reconciler. Store, Probe and Accounts are required.
type Config struct {
	Store    *store.Store
	Probe    Prober
	Accounts Accounts
	Timeout  time.Duration    // of the look at one partner; 0 means 90 s
	Now      func() time.Time // nil means time.Now
	Log      *slog.Logger     // nil means slog.Default()
}

const (
	// lookTimeout bounds the look at one partner: silent ports and servers are
	// waited for together, so it takes seconds.
	lookTimeout = 90 * time.Second
	// maxTries is how often the look at one partner begins: a look that the
	// end of the server cut off is made again, and not for ever.
	maxTries = 3
)

// Reconciler is the reconciler of assessments.
type Reconciler struct {
	cfg Config
	log *slog.Logger
}

// New builds a Reconciler.
func New(cfg Config) *Reconciler {
	if cfg.Timeout == 0 {
		cfg.Timeout = lookTimeout
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Reconciler{cfg: cfg, log: cfg.Log.With("loop", "assessments")}
}

// Name is "assessments".
func (r *Reconciler) Name() string { return "assessments" }

// Keys lists every assessment that has not ended, and what is left of those
// that were deleted.
func (r *Reconciler) Keys() []string {
	var keys []string
	for o := range store.Assessments.All(r.cfg.Store) {
		if !store.AssessmentStatus.Peek(r.cfg.Store, o.Key).Done() {
			keys = append(keys, o.Key)
		}
	}
	for o := range store.AssessmentStatus.All(r.cfg.Store) {
		if _, ok := store.Assessments.Get(r.cfg.Store, o.Key); !ok {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

// KeysFor names the assessments that a change in the store concerns.
func (r *Reconciler) KeysFor(change store.Change) []string {
	if change.Table == store.Assessments.Name() {
		return []string{change.Key}
	}
	return nil
}

// Reconcile looks at the next partner of the assessment key, unless it has
// ended.
func (r *Reconciler) Reconcile(ctx context.Context, key string) (again time.Duration, err error) {
	spec, ok := store.Assessments.Get(r.cfg.Store, key)
	status, _ := store.AssessmentStatus.Get(r.cfg.Store, key)
	switch {
	case !ok && status.Revision == 0:
		return 0, nil
	case !ok:
		tx := r.cfg.Store.Begin()
		store.AssessmentStatus.Delete(tx, key, status.Revision)
		_, err := tx.Commit(ctx)
		return 0, err
	case status.Value.Done():
		return 0, nil
	}
	run := &run{r: r, spec: spec.Value, key: key, revision: status.Revision, status: status.Value}
	err = reconcile.Wait(ctx, func() error { return run.step(ctx) }) // silent ports are all it does
	if errors.Is(err, errGone) || err == nil && !run.status.Done() {
		return time.Millisecond, nil // the next partner, or take its status away
	}
	return 0, err
}
