// Package directories makes managed directories and keeps them working: two
// domain controllers provisioned, joined and populated, looked at every few
// seconds, started again when they end, and removed without a trace.
//
// Its key is the directory. What it knows is in the store and in the world;
// its own memory holds only what may be forgotten, such as how long a domain
// controller has been silent. After a crash it looks, and goes on from what it
// sees; every step may run twice. It does no trust work.
package directories

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// Engine does things to domain controllers. Every method may be repeated, and
// accepts "already so".
type Engine interface {
	// Start makes sure that the container runs: adopts the one that answers,
	// or starts it.
	Start(ctx context.Context, inst directory.Instance) error
	// Observe is read-only. A container that does not answer is not an error:
	// it is Running == false.
	Observe(ctx context.Context, dc directory.DCID) directory.DCSeen
	// Stop ends the container and keeps its state.
	Stop(ctx context.Context, dc directory.DCID) error
	// Remove ends the container and deletes its state.
	Remove(ctx context.Context, dc directory.DCID) error

	// NewCA makes a directory's own certificate authority, PEM.
	NewCA(domain directory.FQDN, now time.Time) (secret.Text, error)
	// Provision makes the domain on its first DC, whose container runs, and
	// gives the domain's SID.
	Provision(ctx context.Context, inst directory.Instance, ca, administrator secret.Text) (sid string, err error)
	// Populate makes OUs, delegated groups and the user Admin.
	Populate(ctx context.Context, inst directory.Instance, admin secret.Text) error
	// Join makes inst a further DC, by way of from, which serves. What inst
	// was in the domain before is removed first.
	Join(ctx context.Context, inst, from directory.Instance, sites []directory.Site, ca, administrator secret.Text) error
	// JoinAll is Join for several at the same time, by way of hub; it gives
	// each one's error.
	JoinAll(ctx context.Context, hub directory.Instance, fresh []directory.Instance, sites []directory.Site, ca, administrator secret.Text) map[directory.DCID]error
	// Sites makes the AD sites of Regions, in the database of at, and removes
	// those in gone, which have no DCs any more.
	Sites(ctx context.Context, at directory.Instance, wanted, gone []directory.Site) error
	// Meet makes DCs that were joined by way of hub known to all others, and
	// returns when what hub and fresh wrote has been seen by all.
	Meet(ctx context.Context, hub directory.Instance, fresh, others []directory.Instance, token string) error
	// EnterNames makes a DC enter its names in DNS, however long it takes.
	EnterNames(ctx context.Context, inst directory.Instance) error
	// Release makes those that stay let go of what is about to be removed.
	Release(ctx context.Context, staying, leaving []directory.Instance, gone []directory.Site) error
	// Demote makes a running DC hand over its last changes to partner and leave
	// the domain.
	Demote(ctx context.Context, inst, partner directory.Instance, administrator secret.Text) error
	// RemoveDead removes a DC that does not run, or what is left of it, in the
	// database of from.
	RemoveDead(ctx context.Context, from, dead directory.Instance) error
	// Part makes all forget DCs that are gone; an error says what still points
	// at them.
	Part(ctx context.Context, hub directory.Instance, others, gone []directory.Instance) error
	// AfterJoin makes all DCs replicate with one another at once.
	AfterJoin(ctx context.Context, insts []directory.Instance) error
	// SetPassword sets a user's password and enables the user. Errors:
	// errs.UserNotFound, errs.InvalidPassword.
	SetPassword(ctx context.Context, inst directory.Instance, user string, password secret.Text) error
	// CreateComputer makes an account for a computer and gives its SID. Errors:
	// errs.Exists, errs.Invalid.
	CreateComputer(ctx context.Context, inst directory.Instance, wish directory.Computer, password secret.Text) (sid string, err error)
	// ReplicateDomain pulls the domain's partition from one DC to another.
	ReplicateDomain(ctx context.Context, from, to directory.Instance) error
}

// Network gives domain controllers their place in a VPC.
type Network interface {
	// AttachDC makes the network interface, closed, and leaves alone one that
	// is as it must be.
	AttachDC(ctx context.Context, nic vpc.NIC) error
	// Opened reports whether the interface has the rules and routes that are
	// its own. Nothing is started before.
	Opened(ctx context.Context, name string) (bool, error)
	DetachDC(ctx context.Context, name string) error
}

// Prober asks a domain controller whether all its services answer; the error
// says which one does not, in words.
type Prober interface {
	Probe(ctx context.Context, inst directory.Instance, administrator secret.Text) error
}

// Config configures a Reconciler.
type Config struct {
	Store       *store.Store
	Engine      Engine
	Network     Network
	Prober      Prober
	Restorer    Restorer         // nil means that no directory is restored
	MaxCreating int              // directories created at once; 0 means 2
	Log         *slog.Logger     // nil means slog.Default()
	Now         func() time.Time // nil means time.Now
}

// Reconciler makes directories as they are wanted. It fits
// reconcile.Reconciler.
type Reconciler struct {
	cfg   Config
	store *store.Store
	log   *slog.Logger

	admission sync.Mutex // one decision at a time about who is created next

	mu     sync.Mutex
	memory map[string]*memory
}

// memory is what may be forgotten about a directory.
type memory struct {
	tries    int               // failures in a row of what is being done
	wishes   map[string]int    // failures in a row of a wish, by its step
	rejoined bool              // a DC was joined anew, and replication has not been seen to since
	asides   map[string]*aside // long steps by their names
	dcs      map[directory.DCID]*dcMemory
}

// dcMemory is what may be forgotten about a domain controller.
type dcMemory struct {
	silent   int       // probes failed in a row
	answered time.Time // when a probe last succeeded while it was awaited
	since    time.Time // when the first of them was
	starts   int       // starts in a row that did not help
	notUntil time.Time // no start before
	exits    int       // restarts of its processes seen so far
	known    bool      // exits has been set
	cabled   time.Time // when it was last seen to be in its network
	closed   time.Time // since when its interface waits for rules and routes; zero when it does not
	tries    int       // failures in a row of adding or demoting it
}

// When a directory is looked at again without being nudged, and how long
// things may take.
const (
	atOnce       = time.Millisecond
	whileWaiting = 200 * time.Millisecond // for a domain controller to answer
	whileQueued  = time.Second
	whileUnwell  = time.Second
	whenWell     = 5 * time.Second

	recable       = 20 * time.Second // between looks at the place in the network of one that answers
	silentTooLong = time.Minute      // then a container is started anew
	slowestStart  = 3 * time.Minute  // the same for one that starts for the first time, on a busy machine
	closedTooLong = 30 * time.Second // then one that is to leave goes as it is
	namesByUs     = 30 * time.Second // after that long Entente enters them itself
	slowestNames  = 15 * time.Minute // the same while it enters itself in DNS
	maxTries      = 5                // failures in a row that make a creation fail
	maxStartWait  = time.Minute      // between starts of a container that does not stay
)

// New builds a Reconciler.
func New(cfg Config) *Reconciler {
	if cfg.MaxCreating == 0 {
		cfg.MaxCreating = 2
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Reconciler{cfg: cfg, store: cfg.Store, log: cfg.Log, memory: map[string]*memory{}}
}

// Name implements reconcile.Reconciler.
func (r *Reconciler) Name() string { return "directories" }

// Keys lists the directories, and those whose status outlived them.
func (r *Reconciler) Keys() []string {
	var keys []string
	for o := range store.Directories.All(r.store) {
		keys = append(keys, o.Key)
	}
	for o := range store.DirectoryStatus.All(r.store) {
		if _, ok := store.Directories.Get(r.store, o.Key); !ok {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

// KeysFor names the directories that a change in the store concerns. A
// directory's own status is not among the changes: no write nudges its writer.
func (r *Reconciler) KeysFor(c store.Change) []string {
	switch c.Table {
	case store.Directories.Name():
		return []string{c.Key}
	case store.VPCStatus.Name():
		var keys []string
		for o := range store.Directories.All(r.store) {
			if slices.ContainsFunc(o.Value.Places(), func(r directory.Region) bool { return string(r.VPC) == c.Key }) {
				keys = append(keys, o.Key)
			}
		}
		return keys
	}
	return nil
}

func (r *Reconciler) recall(key string) *memory {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.memory[key]
	if m == nil {
		m = &memory{asides: map[string]*aside{}, wishes: map[string]int{}, dcs: map[directory.DCID]*dcMemory{}}
		r.memory[key] = m
	}
	return m
}

func (r *Reconciler) forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.memory, key)
}

// dc gives the memory of one DC. Only the worker on the directory's key uses
// it, and no two workers are ever on one key.
func (m *memory) dc(id directory.DCID) *dcMemory {
	if m.dcs[id] == nil {
		m.dcs[id] = &dcMemory{}
	}
	return m.dcs[id]
}
