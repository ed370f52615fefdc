package settings

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/store"
)

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
	err := reconcile.Wait(ctx, func() error {
		if err := w.cfg.Engine.Configure(ctx, inst.DC.ID, want); err != nil {
			return err
		}
		return w.answers(ctx, inst)
	})
	if err != nil {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return 0, errors.Join(err, w.save(ctx, w.regionIs(region, directory.SettingFailed, "Domain controller "+string(inst.DC.ID)+" does not work with the new settings: "+errs.Sentence(err)+" It is tried again.")))
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
