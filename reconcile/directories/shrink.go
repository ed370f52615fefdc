package directories

import (
	"context"
	"slices"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// demoteTries is how often a domain controller is asked to leave by itself.
// After that it is taken out of the domain by the others.
const demoteTries = 2

// shrink takes domain controllers out of the domain: each one that runs hands
// over its last changes and leaves; what is left of it is removed by the hub;
// all others forget it and say that nothing points at it any more; only then
// are its container, its address and its names given back, and a Region that
// is empty with them.
func (w *run) shrink(ctx context.Context, hub directory.Instance, others, leaving []directory.Instance, administrator secret.Text) (time.Duration, error) {
	if err := w.doing(ctx, "demoting domain controllers"); err != nil {
		return 0, err
	}
	if err := w.dropRoutes(ctx); err != nil {
		return 0, err
	}
	if w.wake(ctx, leaving) {
		return whileWaiting, nil
	}
	wanted, gone := w.sites()
	return w.beginAll(ctx, stepChange, func(ctx context.Context) map[directory.DCID]error {
		if err := w.cfg.Engine.Release(ctx, append([]directory.Instance{hub}, others...), leaving, gone); err != nil {
			return allFailed(leaving, err)
		}
		for _, inst := range leaving {
			if err := w.expel(ctx, hub, inst, administrator); err != nil {
				return allFailed([]directory.Instance{inst}, err)
			}
		}
		return allFailed(append(leaving, hub), w.clear(ctx, hub, others, leaving, wanted, gone))
	}, func(ctx context.Context, w *run, failed map[directory.DCID]error) (time.Duration, error) {
		if len(failed) == 0 {
			return w.departed(ctx, leaving)
		}
		var all error
		for _, inst := range leaving {
			if err := failed[inst.DC.ID]; err != nil {
				w.setDC(inst, directory.DCDeleting, err.Error(), w.cfg.Engine.Observe(ctx, inst.DC.ID))
			}
		}
		for _, err := range failed {
			all = err
		}
		w.log.Warn("cannot remove domain controllers", "directory", w.key, "error", all.Error())
		return whileUnwell, w.save(ctx, nil)
	})
}

// clear sees to it that nothing points at domain controllers that have left,
// and then removes what was theirs on the host.
func (w *run) clear(ctx context.Context, hub directory.Instance, others, leaving []directory.Instance, wanted, gone []directory.Site) error {
	if len(leaving) > 0 {
		if err := w.cfg.Engine.Part(ctx, hub, others, leaving); err != nil {
			return err
		}
	}
	if len(gone) > 0 {
		if err := w.cfg.Engine.Sites(ctx, hub, wanted, gone); err != nil {
			return err
		}
	}
	for _, inst := range leaving {
		if err := w.cfg.Engine.Remove(ctx, inst.DC.ID); err != nil {
			return err
		}
		if err := w.cfg.Network.DetachDC(ctx, string(inst.DC.ID)); err != nil {
			return err
		}
	}
	return nil
}

// wake starts domain controllers that are to leave and do not run: perhaps
// they have something to say. wait asks to look again, since one is about to
// be started. One that cannot be is removed as it is.
func (w *run) wake(ctx context.Context, leaving []directory.Instance) (wait bool) {
	for _, inst := range leaving {
		network, ready := w.network(inst)
		if seen := w.cfg.Engine.Observe(ctx, inst.DC.ID); seen.Running || !seen.Provisioned || !ready {
			continue
		}
		open, err := w.place(ctx, network, inst)
		m := w.memory.dc(inst.DC.ID)
		switch {
		case open:
			m.closed = time.Time{}
		case err != nil:
			w.log.Warn("a domain controller that is to leave cannot be started", "dc", inst.DC.ID, "error", err.Error())
		case m.closed.IsZero():
			m.closed = w.now
			wait = true
		case w.now.Sub(m.closed) < closedTooLong:
			wait = true
		}
	}
	return wait
}

// expel makes one domain controller a member of nothing: by its own demotion
// where it runs, or can be made to run, and by the hub in any case, since a
// demotion leaves the account and samba's DNS updates may come after it.
func (w *run) expel(ctx context.Context, hub, inst directory.Instance, administrator secret.Text) error {
	seen := w.cfg.Engine.Observe(ctx, inst.DC.ID)
	for try := 1; seen.Running && seen.Provisioned && try <= demoteTries; try++ {
		err := w.cfg.Engine.Demote(ctx, inst, hub, administrator)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		w.log.Warn("a domain controller does not leave by itself", "dc", inst.DC.ID, "try", try, "error", err.Error())
	}
	if err := w.cfg.Engine.Stop(ctx, inst.DC.ID); err != nil {
		return err
	}
	return w.cfg.Engine.RemoveDead(ctx, hub, inst)
}

// maxDeparted is how many domain controllers one transaction writes off: a
// directory can have a hundred, each with claims of its own.
const maxDeparted = 20

// departed writes that domain controllers are gone, with all that was theirs,
// and Regions that are empty. Those that a crash leaves are found again, gone.
func (w *run) departed(ctx context.Context, gone []directory.Instance) (time.Duration, error) {
	if len(gone) == 0 { // a Region that had none
		return atOnce, w.writeOff(ctx, nil)
	}
	for some := range slices.Chunk(gone, maxDeparted) {
		if err := w.writeOff(ctx, some); err != nil {
			return atOnce, err
		}
	}
	return atOnce, nil
}

func (w *run) writeOff(ctx context.Context, gone []directory.Instance) error {
	o, ok := store.Directories.Get(w.store, w.key)
	if !ok {
		return nil
	}
	isGone := func(id directory.DCID) bool {
		return slices.ContainsFunc(gone, func(g directory.Instance) bool { return g.DC.ID == id })
	}
	spec := o.Value
	spec.DCs = slices.DeleteFunc(slices.Clone(spec.DCs), func(dc directory.DC) bool { return dc.Delete && isGone(dc.ID) })
	spec.Additional = slices.DeleteFunc(slices.Clone(spec.Additional), func(r directory.Region) bool {
		return r.Delete && len(spec.DCsIn(r.Name)) == 0
	})
	w.status.DCs = slices.DeleteFunc(w.status.DCs, func(d directory.DCStatus) bool { return isGone(d.ID) })
	w.status.Regions = slices.DeleteFunc(w.status.Regions, func(r directory.RegionStatus) bool {
		_, wanted := spec.Place(r.Name)
		return !wanted
	})
	w.status.Step = ""
	err := w.save(ctx, func(tx *store.Txn) {
		store.Directories.Put(tx, w.key, spec, o.Revision)
		for _, inst := range gone {
			for _, c := range inst.DC.Claims() {
				tx.Release(c.Key, c.Owner)
			}
		}
		for _, r := range o.Value.Additional {
			if _, stays := spec.Place(r.Name); !stays {
				w.dropRegion(tx, r)
			}
		}
	})
	for _, inst := range gone {
		delete(w.memory.dcs, inst.DC.ID)
		w.log.Info("domain controller removed", "directory", w.key, "dc", inst.DC.ID)
	}
	return err
}

// dropRegion drops what a directory had in one Region alone.
func (w *run) dropRegion(tx *store.Txn, r directory.Region) {
	if r.Alias != "" {
		tx.Release(directory.ClaimAlias(r.Alias), w.key)
	}
	if g, ok := store.SecurityGroups.Get(w.store, string(r.SecurityGroup)); ok {
		store.SecurityGroups.Delete(tx, g.Key, g.Revision)
	}
}

// dropRoutes drops the IP routes of Regions that are to go.
func (w *run) dropRoutes(ctx context.Context) error {
	var parts []func(tx *store.Txn)
	for _, o := range store.IPRoutes.List(w.store) {
		place, here := w.spec.Place(o.Value.Region)
		if o.Value.Directory != w.spec.ID || here && !place.Delete {
			continue
		}
		parts = append(parts, func(tx *store.Txn) {
			store.IPRoutes.Delete(tx, o.Key, o.Revision)
			if st, ok := store.IPRouteStatus.Get(w.store, o.Key); ok {
				store.IPRouteStatus.Delete(tx, st.Key, st.Revision)
			}
		})
	}
	_, err := w.store.CommitParts(ctx, parts...)
	return err
}
