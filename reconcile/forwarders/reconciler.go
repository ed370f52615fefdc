// Package forwarders sees to it that every domain controller of a directory
// serves the conditional forwarders that are wanted. Its key is the directory:
// a DC is handed its rules as a complete set, so the set is the object.
//
// It is not the forwarder (engine/dnsforward) and does not wait for DCs: one
// that is down holds nobody up, and gets the complete set when it is back. The
// operations wait on the status that is written here. After a crash it
// compares what each DC serves with what is wanted, as always.
package forwarders

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
)

// Engine is what is done to domain controllers.
type Engine interface {
	// SetForwarders replaces the rules that the DC serves by a complete set.
	// The DC keeps them over restarts. It may be repeated.
	SetForwarders(ctx context.Context, dc directory.DCID, rules directory.ForwardRules) error
	// Observe is read-only and safe to repeat. A DC that does not answer is
	// not an error: it is Running == false.
	Observe(ctx context.Context, dc directory.DCID) directory.DCSeen
	// Upstreams says how the DNS servers of the DC's rules answer it.
	Upstreams(ctx context.Context, dc directory.DCID) ([]directory.UpstreamHealth, error)
}

// Config configures a Reconciler.
type Config struct {
	Store  *store.Store
	Engine Engine
	Log    *slog.Logger // nil means slog.Default()
}

// Reconciler makes DCs serve the forwarders of their directory. It fits
// reconcile.Reconciler.
type Reconciler struct {
	store  *store.Store
	engine Engine
	log    *slog.Logger
}

// When a directory is looked at again without being nudged.
const (
	whileWaiting = 2 * time.Second  // a DC is down or refused the rules
	whileUnwell  = 2 * time.Second  // a DNS server does not answer, or was not asked yet
	forNews      = time.Second      // until the DNS servers of new rules have been asked
	forHealth    = 10 * time.Second // all is well; DNS servers come and go
	atOnce       = time.Millisecond // something changed under our hands
)

// New builds a Reconciler.
func New(cfg Config) *Reconciler {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Reconciler{store: cfg.Store, engine: cfg.Engine, log: cfg.Log}
}

// Name implements reconcile.Reconciler.
func (r *Reconciler) Name() string { return "forwarders" }

// Keys lists the directories, and those that are gone but left forwarders.
func (r *Reconciler) Keys() []string {
	keys := map[string]bool{}
	for o := range store.Directories.All(r.store) {
		keys[o.Key] = true
	}
	for o := range store.Forwarders.All(r.store) {
		keys[directoryOf(o.Key)] = true
	}
	for o := range store.ForwardersStatus.All(r.store) {
		keys[o.Key] = true
	}
	return slices.Collect(maps.Keys(keys))
}

// KeysFor names the directory that a change concerns.
func (r *Reconciler) KeysFor(c store.Change) []string {
	switch c.Table {
	case store.Forwarders.Name():
		return []string{directoryOf(c.Key)}
	case store.Directories.Name(), store.DirectoryStatus.Name():
		return []string{c.Key}
	}
	return nil
}

func directoryOf(forwarderKey string) string {
	id, _, _ := strings.Cut(forwarderKey, "/")
	return id
}
