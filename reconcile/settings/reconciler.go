// Package settings makes the domain controllers of a directory work with the
// settings wanted, and write a security log where somebody subscribed to it.
//
// Its key is the directory. It looks at what each domain controller has, and
// changes one at a time, since Samba must restart for it: the next one's turn
// comes when the one before answers again. A domain controller that is made or
// joined later gets the settings as soon as it is up.
package settings

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// Engine sets what one domain controller has.
type Engine interface {
	// Configured tells what is set of a domain controller.
	Configured(dc directory.DCID) (directory.DCConfig, error)
	// Configure sets it, and returns when Samba starts again with it.
	Configure(ctx context.Context, dc directory.DCID, set directory.DCConfig) error
}

// Prober asks a domain controller whether all its services answer.
type Prober interface {
	Probe(ctx context.Context, inst directory.Instance, administrator secret.Text) error
}

// Config configures a Reconciler.
type Config struct {
	Store  *store.Store
	Engine Engine
	Prober Prober
	Log    *slog.Logger     // nil means slog.Default()
	Now    func() time.Time // nil means time.Now
}

// Reconciler sets directories' settings. It fits reconcile.Reconciler.
type Reconciler struct {
	cfg   Config
	store *store.Store
}

const (
	whileBusy = 2 * time.Second        // the directory is in no state for it
	whileBack = 250 * time.Millisecond // between questions to one that starts again
	mayTake   = 90 * time.Second       // to answer again
)

// New builds a Reconciler.
func New(cfg Config) *Reconciler {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Reconciler{cfg: cfg, store: cfg.Store}
}

// Name implements reconcile.Reconciler.
func (r *Reconciler) Name() string { return "settings" }

// Keys lists the directories, and those whose settings outlived them.
func (r *Reconciler) Keys() []string {
	keys := map[string]bool{}
	for o := range store.Directories.All(r.store) {
		keys[o.Key] = true
	}
	for o := range store.Settings.All(r.store) {
		keys[o.Key] = true
	}
	for o := range store.ConfigStatus.All(r.store) {
		keys[o.Key] = true
	}
	return slices.Collect(maps.Keys(keys))
}

// KeysFor names the directories that a change in the store concerns.
func (r *Reconciler) KeysFor(c store.Change) []string {
	switch c.Table {
	case store.Settings.Name(), store.Directories.Name(), store.DirectoryStatus.Name():
		return []string{c.Key}
	case store.LogSubscriptions.Name():
		id, _, _ := strings.Cut(c.Key, "/")
		return []string{id}
	}
	return nil
}

// Reconcile implements reconcile.Reconciler.
func (r *Reconciler) Reconcile(ctx context.Context, key string) (again time.Duration, err error) {
	home, ok := store.Directories.Get(r.store, key)
	if !ok {
		return 0, r.drop(ctx, key)
	}
	became, _ := store.DirectoryStatus.Get(r.store, key)
	stage := directory.Now(home.Value, became.Value)
	if stage != directory.StageActive && stage != directory.StageImpaired && stage != directory.StageRestoreFailed {
		return 0, nil // its status changes when it is in order
	}
	w := &pass{Reconciler: r, key: key, home: home.Value, became: became.Value}
	wish, _ := store.Settings.Get(r.store, key)
	w.wish = wish.Value
	w.stored, _ = store.ConfigStatus.Get(r.store, key)
	again, err = w.run(ctx)
	var lost *store.ConflictError
	if errors.As(err, &lost) {
		return whileBack, nil // somebody was faster; look again
	}
	return again, err
}

// drop forgets the settings of a directory that is gone.
func (r *Reconciler) drop(ctx context.Context, key string) error {
	var parts []func(tx *store.Txn)
	if o, ok := store.Settings.Get(r.store, key); ok {
		parts = append(parts, func(tx *store.Txn) { store.Settings.Delete(tx, key, o.Revision) })
	}
	if o, ok := store.ConfigStatus.Get(r.store, key); ok {
		parts = append(parts, func(tx *store.Txn) { store.ConfigStatus.Delete(tx, key, o.Revision) })
	}
	for _, o := range store.Certificates.List(r.store) {
		if string(o.Value.Directory) == key {
			parts = append(parts, func(tx *store.Txn) { store.Certificates.Delete(tx, o.Key, o.Revision) })
		}
	}
	for _, o := range store.LDAPS.List(r.store) {
		if strings.HasPrefix(o.Key, key+"/") {
			parts = append(parts, func(tx *store.Txn) { store.LDAPS.Delete(tx, o.Key, o.Revision) })
		}
	}
	_, err := r.store.CommitParts(ctx, parts...)
	return err
}
