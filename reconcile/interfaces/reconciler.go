// Package interfaces sees to it that what security groups and IP routes say is
// in force on the network interface of every domain controller. Its key is the
// directory.
//
// It does not make the interfaces: that is reconcile/directories. An interface
// begins closed; cmd/entente nudges the loop when the engine has made one, and
// nothing is started there before the engine says that it has the rules and
// routes of its own. What it writes down is what is in force, not what is wanted. After a crash it gives
// every filter to the kernel once more, which changes nothing that is so
// already; and it looks at the kernel now and then, since a hand may have
// changed something there.
package interfaces

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// Network puts filters and routes in force. Both calls may be repeated, and do
// nothing when nothing is to be done. An errs.Unavailable says that the domain
// controller has no interface on this host.
type Network interface {
	// SetFilter exchanges the filter in one step and ends the connections that
	// it does not allow.
	SetFilter(ctx context.Context, dc string, f vpc.Filter) error
	// SetRoutes makes extra reachable, and the other domain controllers of the
	// directory, always.
	SetRoutes(ctx context.Context, nic vpc.NIC, extra []netip.Prefix, always []netip.Addr) error
}

// Config configures a Reconciler.
type Config struct {
	Store   *store.Store
	Network Network
	Log     *slog.Logger     // nil means slog.Default()
	Now     func() time.Time // nil means time.Now
}

// Reconciler puts filters and routes in force. It fits reconcile.Reconciler.
type Reconciler struct {
	store   *store.Store
	network Network
	log     *slog.Logger
	now     func() time.Time
}

// When a directory is looked at again without being nudged.
const (
	heartbeat    = 10 * time.Second // a hand may have changed something
	whileFailing = 2 * time.Second
	whileWaiting = 5 * time.Second // an interface that comes asks by itself
	atOnce       = time.Millisecond
)

// orphans is the key of what directories that are gone have left.
const orphans = "-"

// New builds a Reconciler.
func New(cfg Config) *Reconciler {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Reconciler{store: cfg.Store, network: cfg.Network, log: cfg.Log, now: cfg.Now}
}

// Name implements reconcile.Reconciler.
func (r *Reconciler) Name() string { return "interfaces" }

// Keys lists the directories, and what is left of others.
func (r *Reconciler) Keys() []string {
	keys := []string{orphans}
	for o := range store.Directories.All(r.store) {
		keys = append(keys, o.Key)
	}
	return keys
}

// KeysFor tells which directories a change concerns: where a group is a peer,
// so is a change of its members.
func (r *Reconciler) KeysFor(c store.Change) []string {
	switch c.Table {
	case store.Directories.Name():
		return append(r.knowing(c.Key), orphans)
	case store.Trusts.Name(), store.TrustStatus.Name():
		return r.shutting(c.Table == store.Trusts.Name(), c.Key)
	case store.IPRoutes.Name():
		id, _, _ := strings.Cut(c.Key, "/")
		return []string{id}
	case store.SecurityGroups.Name():
		var keys []string
		for o := range store.Directories.All(r.store) {
			if isIn(o.Value, vpc.GroupID(c.Key)) {
				keys = append(keys, o.Key)
			}
		}
		return keys
	}
	return nil
}

// knowing lists the directory and those whose rules name one of its groups.
func (r *Reconciler) knowing(id string) []string {
	keys := []string{id}
	d, ok := store.Directories.Get(r.store, id)
	if !ok {
		return keys
	}
	named := map[vpc.GroupID]bool{} // groups with a rule about one of d's
	for o := range store.SecurityGroups.All(r.store) {
		named[o.Value.ID] = slices.ContainsFunc(o.Value.Rules, func(rule vpc.Rule) bool {
			return rule.Peer.Group != "" && isIn(d.Value, rule.Peer.Group)
		})
	}
	for o := range store.Directories.All(r.store) {
		if o.Key != id && slices.ContainsFunc(o.Value.Places(), func(p directory.Region) bool { return named[p.SecurityGroup] }) {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

func isIn(d directory.Spec, g vpc.GroupID) bool {
	return slices.ContainsFunc(d.Places(), func(p directory.Region) bool { return p.SecurityGroup == g })
}

// Reconcile implements reconcile.Reconciler.
func (r *Reconciler) Reconcile(ctx context.Context, key string) (again time.Duration, err error) {
	if key == orphans {
		return r.dropOrphans(ctx)
	}
	p := r.pass(ctx, key)
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return p.conclude(ctx)
}
