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
	"fmt"
	"log/slog"
	"maps"
	"reflect"
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
	list := make([]string, 0, len(keys))
	for key := range keys {
		list = append(list, key)
	}
	return list
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
	tx := r.store.Begin()
	if o, ok := store.Settings.Get(r.store, key); ok {
		store.Settings.Delete(tx, key, o.Revision)
	}
	if o, ok := store.ConfigStatus.Get(r.store, key); ok {
		store.ConfigStatus.Delete(tx, key, o.Revision)
	}
	for _, o := range store.Certificates.List(r.store) {
		if string(o.Value.Directory) == key {
			store.Certificates.Delete(tx, o.Key, o.Revision)
		}
	}
	for _, o := range store.LDAPS.List(r.store) {
		if strings.HasPrefix(o.Key, key+"/") {
			store.LDAPS.Delete(tx, o.Key, o.Revision)
		}
	}
	_, err := tx.Commit(ctx)
	return err
}

// pass is one look at one directory.
type pass struct {
	*Reconciler
	key    string
	home   directory.Spec
	became directory.Status
	wish   directory.SettingsSpec
	stored store.Object[directory.ConfigStatus]
}

// run sets what the first domain controller lacks that has not what is wanted.
func (w *pass) run(ctx context.Context) (time.Duration, error) {
	members := w.home.Members(w.became)
	for _, inst := range members {
		has, err := w.cfg.Engine.Configured(inst.DC.ID)
		if err != nil {
			return 0, err
		}
		if want := w.wanted(inst.DC); has != want {
			return w.set(ctx, inst, want)
		}
	}
	return 0, w.save(ctx, w.inForce(members))
}

// wanted is what a domain controller is to have.
func (w *pass) wanted(dc directory.DC) directory.DCConfig {
	var set directory.DCConfig
	if priority := directory.TLSPriority(w.wish.Values()); priority != directory.TLSPriority(nil) {
		set.TLSPriority = priority
	}
	sub, ok := store.LogSubscriptions.Get(w.store, directory.LogSubscriptionKey(w.home.ID, w.home.RegionOf(dc)))
	set.SecurityLog = ok && !sub.Value.Delete
	return set
}

// set changes one domain controller while all others work.
func (w *pass) set(ctx context.Context, inst directory.Instance, want directory.DCConfig) (time.Duration, error) {
	region := w.home.RegionOf(inst.DC)
	for _, dc := range w.became.DCs {
		if dc.State.Up() && dc.State != directory.DCActive {
			return whileBusy, w.save(ctx, w.regionIs(region, directory.SettingUpdating, fmt.Sprintf(
				"Waiting for domain controller %s: its state is %s, and domain controllers are changed one at a time while all others work.", dc.ID, dc.State)))
		}
	}
	if err := w.save(ctx, w.regionIs(region, directory.SettingUpdating, "Domain controller "+string(inst.DC.ID)+" starts with the new settings.")); err != nil {
		return 0, err
	}
	w.cfg.Log.Info("settings change", "dc", inst.DC.ID, "tls_priority", want.TLSPriority, "security_log", want.SecurityLog)
	err := w.cfg.Engine.Configure(ctx, inst.DC.ID, want)
	if err == nil {
		err = w.answers(ctx, inst)
	}
	if err != nil {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return 0, errors.Join(err, w.save(ctx, w.regionIs(region, directory.SettingFailed, "Domain controller "+string(inst.DC.ID)+" does not work with the new settings: "+err.Error()+". It is tried again.")))
	}
	return time.Millisecond, nil
}

// answers waits until a domain controller does its work again.
func (w *pass) answers(ctx context.Context, inst directory.Instance) error {
	administrator, _, err := w.store.Secret(ctx, directory.SecretAdministrator(w.home.ID))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, mayTake)
	defer cancel()
	for {
		if err = w.cfg.Prober.Probe(ctx, inst, administrator); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(whileBack):
		}
	}
}

// regionIs gives the status with what is being done in one Region.
func (w *pass) regionIs(region string, state directory.SettingState, reason string) directory.ConfigStatus {
	st := w.stored.Value
	st.Regions = maps.Clone(st.Regions)
	if st.Regions == nil {
		st.Regions = map[string]directory.RegionConfig{}
	}
	st.Regions[region] = directory.RegionConfig{Serial: st.Regions[region].Serial, State: state, Reason: reason}
	return st
}

// inForce gives the status when every domain controller has what is wanted.
func (w *pass) inForce(members []directory.Instance) directory.ConfigStatus {
	st := directory.ConfigStatus{Applied: w.wish.Values(), Serial: w.wish.Serial, Since: w.stored.Value.Since, Regions: map[string]directory.RegionConfig{}}
	if st.Serial != w.stored.Value.Serial || st.Since.IsZero() {
		st.Since = w.cfg.Now().UTC().Truncate(time.Millisecond)
	}
	for _, inst := range members {
		st.Regions[w.home.RegionOf(inst.DC)] = directory.RegionConfig{Serial: w.wish.Serial, State: directory.SettingUpdated}
	}
	return st
}

// save writes the status if it changed.
func (w *pass) save(ctx context.Context, st directory.ConfigStatus) error {
	if w.stored.Revision == 0 && w.wish.Serial == 0 && st.Serial == 0 {
		return nil // nobody ever asked for anything
	}
	if reflect.DeepEqual(st, w.stored.Value) {
		return nil
	}
	tx := w.store.Begin()
	store.ConfigStatus.Put(tx, w.key, st, w.stored.Revision)
	rev, err := tx.Commit(ctx)
	if err == nil {
		w.stored.Value, w.stored.Revision = st, rev
	}
	return err
}
