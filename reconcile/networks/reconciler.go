// Package networks sees to it that every VPC that a directory is in has its
// network on this host, and that no other has one: VPCs may overlap, as at AWS,
// but networks of one host may not. Its key is the VPC.
//
// It looks at every network again and again, since a reboot takes them all and
// a hand may take one. It does not attach domain controllers: that is
// reconcile/directories. After a crash it applies again, which changes nothing
// that is there.
package networks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// Engine makes and removes networks.
type Engine interface {
	// Apply makes the network as spec says and leaves alone what is so already.
	// It may be repeated, after a crash too.
	Apply(ctx context.Context, spec vpc.Spec) error
	// Remove takes the network away. One that is not there is fine.
	Remove(ctx context.Context, id vpc.ID) error
}

// Config configures a Reconciler.
type Config struct {
	Store  *store.Store
	Engine Engine
	Log    *slog.Logger // nil means slog.Default()
}

// Reconciler makes networks as wanted. It fits reconcile.Reconciler.
type Reconciler struct {
	store  *store.Store
	engine Engine
	log    *slog.Logger
}

// When a network is looked at again without being nudged.
const (
	whileFailing = 5 * time.Second
	whenReady    = 5 * time.Second  // somebody may have taken it away
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
func (r *Reconciler) Name() string { return "networks" }

// Keys lists the VPCs, and those that are gone but left a status.
func (r *Reconciler) Keys() []string {
	var keys []string
	for o := range store.VPCs.All(r.store) {
		keys = append(keys, o.Key)
	}
	for o := range store.VPCStatus.All(r.store) {
		keys = append(keys, o.Key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// KeysFor tells which VPCs a change concerns. That a directory has come or gone
// concerns those that it is in, and those that have a network for nobody.
func (r *Reconciler) KeysFor(c store.Change) []string {
	switch c.Table {
	case store.VPCs.Name():
		return []string{c.Key}
	case store.Directories.Name():
		var keys []string
		for o := range store.VPCs.All(r.store) {
			if o.Value.Delete || len(r.directoriesIn(o.Key)) > 0 || store.VPCStatus.Peek(r.store, o.Key).Ready {
				keys = append(keys, o.Key)
			}
		}
		return keys
	}
	return nil
}

// Reconcile applies or removes the network, and writes down what became of it.
func (r *Reconciler) Reconcile(ctx context.Context, key string) (again time.Duration, err error) {
	spec, ok := store.VPCs.Get(r.store, key)
	if !ok || spec.Value.Delete {
		return r.remove(ctx, spec)
	}
	if len(r.directoriesIn(key)) == 0 {
		return r.withoutNetwork(ctx, key)
	}
	err = r.engine.Apply(ctx, spec.Value)
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if err != nil {
		r.log.Error("network not ready", "vpc", key, "error", err.Error())
		return r.tell(ctx, key, vpc.Status{Reason: words(err)}, whileFailing)
	}
	return r.tell(ctx, key, vpc.Status{Ready: true}, whenReady)
}

// withoutNetwork takes away the network of a VPC that no directory is in.
func (r *Reconciler) withoutNetwork(ctx context.Context, key string) (time.Duration, error) {
	if err := r.engine.Remove(ctx, vpc.ID(key)); err != nil {
		return 0, err
	}
	if _, known := store.VPCStatus.Get(r.store, key); !known {
		return 0, nil
	}
	return r.tell(ctx, key, vpc.Status{}, 0)
}

// remove takes the network and then the VPC away, once no directory is in it.
func (r *Reconciler) remove(ctx context.Context, spec store.Object[vpc.Spec]) (time.Duration, error) {
	if names := r.directoriesIn(spec.Key); len(names) > 0 {
		status, _ := store.VPCStatus.Get(r.store, spec.Key)
		return r.tell(ctx, spec.Key, vpc.Status{
			Ready: status.Value.Ready, Reason: "Waiting for its directories to be deleted: " + strings.Join(names, ", ") + ".",
		}, 0)
	}
	if err := r.engine.Remove(ctx, vpc.ID(spec.Key)); err != nil {
		return 0, err
	}
	status, known := store.VPCStatus.Get(r.store, spec.Key)
	if spec.Revision == 0 && !known {
		return 0, nil
	}
	tx := r.store.Begin()
	if spec.Revision != 0 {
		store.VPCs.Delete(tx, spec.Key, spec.Revision)
	}
	if known {
		store.VPCStatus.Delete(tx, spec.Key, status.Revision)
	}
	for claim, owner := range r.store.Claims("vpc-") {
		if owner == spec.Key {
			tx.Release(claim, owner)
		}
	}
	return r.commit(ctx, tx, spec.Key, 0)
}

func (r *Reconciler) directoriesIn(id string) []string {
	var names []string
	for o := range store.Directories.All(r.store) {
		if slices.ContainsFunc(o.Value.Places(), func(p directory.Region) bool { return string(p.VPC) == id }) {
			names = append(names, o.Key)
		}
	}
	return names
}

// tell writes the status, if it is news.
func (r *Reconciler) tell(ctx context.Context, key string, next vpc.Status, again time.Duration) (time.Duration, error) {
	old, ok := store.VPCStatus.Get(r.store, key)
	if ok && old.Value == next {
		return again, nil
	}
	tx := r.store.Begin()
	store.VPCStatus.Put(tx, key, next, old.Revision)
	r.log.Info("network", "vpc", key, "ready", next.Ready, "reason", next.Reason)
	return r.commit(ctx, tx, key, again)
}

func (r *Reconciler) commit(ctx context.Context, tx *store.Txn, key string, again time.Duration) (time.Duration, error) {
	_, err := tx.Commit(ctx)
	var conflict *store.ConflictError
	if errors.As(err, &conflict) {
		return atOnce, nil
	}
	if err != nil {
		return 0, fmt.Errorf("cannot write the status of %s: %w", key, err)
	}
	return again, nil
}

// words gives what to show of an error: the sentence written for people where
// there is one.
func words(err error) string {
	var e *errs.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	return strings.TrimSpace(e.Message + " " + e.Hint)
}
