// Package selective keeps users of partners out of computers where they are
// not allowed to authenticate (selective authentication). Its key is the
// directory: a domain controller asks one policy about each computer, so the
// trusts of a directory make one rule together.
//
// It composes the rule (trust.ComposeAccess), has one domain controller write
// policies and assignments, brings them to the others, and looks for new
// computers every few seconds while anything is enforced. What is in force is
// in store.AccessStatus, and the trusts wait for it: none with selective
// authentication is made before. After a crash it looks, and writes what is
// missing. It reaches domain controllers through Engine, which cmd/entente
// joins to engine/samba and engine/lsa.
package selective

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// Engine does it to domain controllers. Every method may be repeated.
type Engine interface {
	// Apply makes the policies and assignments in the database of dc, from
	// the account after on, "" for the first, as far as it gets in a while.
	Apply(ctx context.Context, dc directory.Instance, access trust.Access, after string) (Outcome, error)
	// Replicate brings them from one domain controller to another, and returns
	// when they are there.
	Replicate(ctx context.Context, from, to directory.Instance) error
	// USN is a number that grows with every change of dc's database. It costs
	// little.
	USN(ctx context.Context, dc directory.Instance) (int64, error)
}

// Outcome is what one Apply found and did, of the accounts that it came to.
type Outcome struct {
	USN     int64  // of the database when it was looked at
	After   string // the account that it stopped at; "" means that it came to the end
	Left    int    // accounts that come after it
	Changed int    // objects written
	Targets int    // computers and service accounts that ask
	Exempt  []string
	Exempts int
}

// Config configures a Reconciler. Store and Engine are required.
type Config struct {
	Store  *store.Store
	Engine Engine
	Now    func() time.Time // nil means time.Now
	Log    *slog.Logger     // nil means slog.Default()
}

// When a directory is looked at again, and how long calls may take.
const (
	atOnce       = time.Millisecond
	whileWaiting = time.Second     // no domain controller answers, or one could not be brought along
	whenWell     = 2 * time.Second // between looks for new computers
	fullLook     = time.Minute     // between looks at everything, whether it changed or not
	rest         = 5               // an idle look is followed by a rest of so many times its length
	jobTimeout   = 3 * time.Minute // a job ends by itself some 20 s after it has listed the accounts
	maxExempt    = 20              // accounts that are named
	usnTimeout   = 5 * time.Second
)

// Reconciler enforces selective authentication. It fits reconcile.Reconciler.
type Reconciler struct {
	cfg Config
	log *slog.Logger

	mu     sync.Mutex
	memory map[string]memory
}

// memory is what may be forgotten about a directory: losing it costs a look.
type memory struct {
	dc     directory.DCID // that was looked at
	usn    int64          // of its database then
	looked time.Time
	rested time.Time // no look before, unless something else is wanted

	restored int64 // serial of the restore that was looked behind
	round    round // the one that is under way
}

// round is one round over all accounts of a domain, which takes several jobs
// where there are many. Where it stopped is kept here alone: after a crash it
// begins again, and what was written is not written again.
type round struct {
	access trust.Access
	dc     directory.DCID
	took   time.Duration
	Outcome
}

// underWay reports whether the round has more accounts to come to.
func (r round) underWay() bool { return r.After != "" }

// add takes in what the next job found and did. The database is as the first
// one saw it: what changed since is seen by the next round.
func (r *round) add(out Outcome, took time.Duration) {
	if !r.underWay() {
		r.USN = out.USN
	}
	r.After, r.Left, r.took = out.After, out.Left, r.took+took
	r.Changed, r.Targets, r.Exempts = r.Changed+out.Changed, r.Targets+out.Targets, r.Exempts+out.Exempts
	r.Exempt = append(slices.Clone(r.Exempt), out.Exempt...)
	slices.Sort(r.Exempt)
	r.Exempt = r.Exempt[:min(len(r.Exempt), maxExempt)]
}

// New builds a Reconciler.
func New(cfg Config) *Reconciler {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Reconciler{cfg: cfg, log: cfg.Log.With("loop", "selective"), memory: map[string]memory{}}
}

// Name is "selective".
func (r *Reconciler) Name() string { return "selective" }

// Keys lists the directories, and those whose status outlived them.
func (r *Reconciler) Keys() []string {
	var keys []string
	for o := range store.Directories.All(r.cfg.Store) {
		keys = append(keys, o.Key)
	}
	for o := range store.AccessStatus.All(r.cfg.Store) {
		if _, ok := store.Directories.Get(r.cfg.Store, o.Key); !ok {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

// KeysFor names the directories that a change concerns. A trust that is gone
// does not say whose it was.
func (r *Reconciler) KeysFor(c store.Change) []string {
	switch c.Table {
	case store.Trusts.Name(), store.TrustStatus.Name():
		if o, ok := store.Trusts.Get(r.cfg.Store, c.Key); ok {
			return []string{string(o.Value.Directory)}
		}
		var keys []string
		for o := range store.AccessStatus.All(r.cfg.Store) {
			keys = append(keys, o.Key)
		}
		return keys
	case store.Directories.Name(), store.DirectoryStatus.Name():
		return []string{c.Key}
	}
	return nil
}

func (r *Reconciler) recall(key string) memory {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.memory[key]
}

func (r *Reconciler) remember(key string, m memory) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.memory[key] = m
}

func (r *Reconciler) forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.memory, key)
}
