package directories

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// failedPause is how long one that failed is left alone before it is made anew.
const failedPause = time.Minute

// grow does the next step of adding domain controllers, all of them at the
// same time: networks and containers, then the joins, then replication, which
// is not taken for granted. They are Active when what was written on the hub
// and on each of them has been seen on every domain controller of the
// directory.
func (w *run) grow(ctx context.Context, hub directory.Instance, others, fresh []directory.Instance, administrator secret.Text) (time.Duration, error) {
	ca, _, err := w.store.Secret(ctx, directory.SecretCA(w.spec.ID))
	if err != nil {
		return 0, err
	}
	var empty, filled []directory.Instance
	for _, inst := range fresh {
		seen := w.cfg.Engine.Observe(ctx, inst.DC.ID)
		w.setDC(inst, directory.DCCreating, w.reasonOf(inst, directory.DCCreating), seen)
		if seen.Provisioned {
			filled = append(filled, inst)
		} else {
			empty = append(empty, inst)
		}
	}
	if again, err := w.hostAll(ctx, hub, fresh); again != 0 || err != nil {
		return again, err
	}
	if len(empty) > 0 {
		if err := w.doing(ctx, fmt.Sprintf("joining %d domain controllers", len(empty))); err != nil {
			return 0, err
		}
		sites := w.sitesToMake()
		return w.beginAll(ctx, stepChange, func(ctx context.Context) map[directory.DCID]error {
			return w.cfg.Engine.JoinAll(ctx, hub, empty, sites, ca, administrator)
		}, func(ctx context.Context, w *run, failed map[directory.DCID]error) (time.Duration, error) {
			return w.outcome(ctx, failed)
		})
	}
	for _, inst := range filled {
		again, err := w.await(ctx, inst, administrator)
		if err != nil {
			return w.outcome(ctx, map[directory.DCID]error{inst.DC.ID: err})
		}
		if again != 0 {
			return again, nil
		}
	}
	if err := w.doing(ctx, "checking replication"); err != nil {
		return 0, err
	}
	return w.beginAll(ctx, stepChange, func(ctx context.Context) map[directory.DCID]error {
		return allFailed(fresh, w.cfg.Engine.Meet(ctx, hub, fresh, others, "entente-"+rand.Text()[:12]))
	}, func(ctx context.Context, w *run, failed map[directory.DCID]error) (time.Duration, error) {
		if len(failed) > 0 {
			return w.outcome(ctx, failed)
		}
		return atOnce, w.arrived(ctx, fresh)
	})
}

// allFailed gives each domain controller the error of what they did together.
func allFailed(insts []directory.Instance, err error) map[directory.DCID]error {
	failed := map[directory.DCID]error{}
	for _, inst := range insts {
		if err != nil {
			failed[inst.DC.ID] = err
		}
	}
	return failed
}

// hostAll gives all their networks and containers; again is not 0 while
// something is not there yet.
func (w *run) hostAll(ctx context.Context, hub directory.Instance, fresh []directory.Instance) (again time.Duration, err error) {
	for _, inst := range fresh {
		if _, ready := w.network(inst); !ready {
			return whileQueued, w.doing(ctx, "waiting for the network in "+w.spec.RegionOf(inst.DC))
		}
	}
	var mu sync.Mutex
	var closed []directory.Instance
	failed := together(fresh, func(inst directory.Instance) error {
		network, _ := w.network(inst)
		open, err := w.place(ctx, network, inst)
		if !open && err == nil {
			mu.Lock()
			defer mu.Unlock()
			closed = append(closed, inst)
		}
		return err
	})
	if len(failed) > 0 {
		return w.outcome(ctx, failed)
	}
	if len(closed) > 0 {
		return w.opening(ctx, closed)
	}
	if pair := w.pathsClosed(hub, fresh); pair != "" {
		return whileWaiting, w.doing(ctx, "waiting for the way between "+pair)
	}
	return 0, nil
}

// pathsClosed names a pair of domain controllers whose way to one another is
// not open yet: reconcile/interfaces opens it when it sees new ones. One that
// has no interface status yet is not filtered.
func (w *run) pathsClosed(hub directory.Instance, fresh []directory.Instance) string {
	for _, inst := range fresh {
		for _, pair := range [][2]directory.DC{{hub.DC, inst.DC}, {inst.DC, hub.DC}} {
			st, ok := store.InterfaceStatus.Get(w.store, string(pair[0].ID))
			open := func(a netip.Addr) bool { return a == pair[1].Address }
			if ok && !slices.ContainsFunc(st.Value.Filter.Always, open) {
				return string(pair[0].ID) + " and " + string(pair[1].ID)
			}
		}
	}
	return ""
}

// outcome notes what became of a step for each domain controller: none failed,
// or those that did are tried again, and anew from nothing when that was too
// often.
func (w *run) outcome(ctx context.Context, failed map[directory.DCID]error) (time.Duration, error) {
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	for _, inst := range w.insts {
		err := failed[inst.DC.ID]
		var lost *store.ConflictError
		if err == nil || errors.As(err, &lost) {
			continue
		}
		m := w.memory.dc(inst.DC.ID)
		m.tries++
		w.log.Warn("cannot add a domain controller", "dc", inst.DC.ID, "try", m.tries, "error", err.Error())
		if m.tries < maxTries {
			w.setDC(inst, directory.DCCreating, err.Error(), w.cfg.Engine.Observe(ctx, inst.DC.ID))
			continue
		}
		m.tries, m.notUntil = 0, w.cfg.Now().Add(failedPause)
		w.setDC(inst, directory.DCFailed, "The domain controller could not be added: "+errs.Sentence(err)+" It is made anew, at the same address.",
			w.cfg.Engine.Observe(ctx, inst.DC.ID))
		if region := w.spec.RegionOf(inst.DC); region != w.spec.Region {
			if st, _ := w.status.RegionByName(region); st.Stage == directory.StageCreating {
				w.setRegion(region, directory.StageFailed, "A domain controller could not be added: "+errs.Sentence(err)+" It is tried again; or remove the Region with RemoveRegion.")
			}
		}
		if err := w.cfg.Engine.Remove(ctx, inst.DC.ID); err != nil {
			w.log.Error("cannot remove a domain controller that failed", "dc", inst.DC.ID, "error", err.Error())
		}
	}
	if err := w.save(ctx, nil); err != nil {
		return 0, err
	}
	if len(failed) > 0 {
		return whileUnwell, nil
	}
	return atOnce, nil
}

// arrived makes domain controllers part of the domain, and with them their
// Regions.
func (w *run) arrived(ctx context.Context, fresh []directory.Instance) error {
	for _, inst := range fresh {
		w.memory.dc(inst.DC.ID).tries = 0
		w.setDC(inst, directory.DCActive, "", w.cfg.Engine.Observe(ctx, inst.DC.ID))
	}
	created := false
	for _, r := range w.spec.Additional {
		if st, _ := w.status.RegionByName(r.Name); st.Stage == directory.StageCreating && w.complete(r.Name) {
			w.setRegion(r.Name, directory.StageCreated, "")
			created = true
		}
	}
	w.status.Step = ""
	if err := w.save(ctx, nil); err != nil || !created {
		return err
	}
	for _, r := range w.status.Regions {
		if r.Stage == directory.StageCreated {
			w.setRegion(r.Name, directory.StageActive, "")
		}
	}
	return w.save(ctx, nil)
}

// complete reports whether a Region has the domain controllers that it needs.
func (w *run) complete(region string) bool {
	up := 0
	for _, dc := range w.spec.DCsIn(region) {
		if st, _ := w.status.DCByID(dc.ID); st.State.Up() {
			up++
		}
	}
	return up >= directory.MinDCs
}
