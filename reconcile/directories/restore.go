package directories

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// Restorer makes domain controllers what they were in a backup. Every method
// may be repeated.
type Restorer interface {
	// Check proves that the backup of a snapshot is there and whole.
	Check(d directory.ID, s directory.SnapshotID) error
	// Restore makes inst, whose container runs, what it was in the snapshot,
	// and puts its database aside. A restore with the same token is not done
	// twice. removed are the remote domains of trusted-domain objects that the
	// backup had and that are not in r.Trusts; one that was done before says
	// the same again, since its answer may have been lost.
	Restore(ctx context.Context, inst directory.Instance, r Restoration) (removed []string, err error)
	// PutBack brings back what Restore put aside, if it did.
	PutBack(ctx context.Context, dc directory.DCID) error
	// Forget deletes what Restore put aside.
	Forget(ctx context.Context, dc directory.DCID) error
	// Clear deletes a DC's database, once per token.
	Clear(ctx context.Context, dc directory.DCID, token string) error
}

// Restoration says what a domain controller is restored from and to.
type Restoration struct {
	Snapshot          directory.SnapshotID
	Token             string // names this restore
	CA, Administrator secret.Text
	Trusts            []string // remote domains, lower case, whose trusted-domain objects stay
}

// maxRestoreTries is how often the first domain controller is tried to be
// restored before everything is put back.
const maxRestoreTries = 3

// restore takes the directory back to a snapshot. The domain controller that
// the snapshot was taken of becomes what it was; the others, which know too
// much, are joined to it anew, under their own names and addresses. As long as
// the first one is not done nothing is lost: if it cannot be done, its
// database is put back, and the others have not been touched.
func (w *run) restore(ctx context.Context) (time.Duration, error) {
	if w.cfg.Restorer == nil {
		return 0, errors.New("cannot restore a directory: there is no restorer")
	}
	st := &w.status.Restore
	if st.Serial < w.spec.Restore.Serial {
		*st = directory.RestoreStatus{Serial: w.spec.Restore.Serial, Phase: directory.RestoreStopping}
		w.setStage(directory.StageRestoring, "The directory is being restored from snapshot "+string(w.spec.Restore.Snapshot)+".")
		for _, inst := range w.insts {
			w.setDC(inst, directory.DCRestoring, "", directory.DCSeen{})
		}
		w.memory.tries = 0
		return atOnce, w.save(ctx, nil)
	}
	again, err := w.restoreStep(ctx)
	var lost *store.ConflictError
	if err == nil || ctx.Err() != nil || errors.As(err, &lost) {
		return again, err
	}
	if w.memory.tries++; w.memory.tries < maxRestoreTries || st.Phase != directory.RestoreFirst && st.Phase != directory.RestoreStopping {
		return 0, err // again, with backoff; from the others on there is no way back
	}
	w.log.Error("restore failed", "directory", w.key, "snapshot", w.spec.Restore.Snapshot, "error", err.Error())
	st.Phase, st.Error = directory.RestoreBack, err.Error()
	return atOnce, w.save(ctx, nil)
}

func (w *run) restoreStep(ctx context.Context) (time.Duration, error) {
	if again, busy, err := w.underWay(ctx, stepRestore); busy {
		return again, err
	}
	switch w.status.Restore.Phase {
	case directory.RestoreStopping:
		return w.restoreStop(ctx)
	case directory.RestoreFirst:
		return w.restoreFirst(ctx)
	case directory.RestoreOthers:
		return w.restoreOthers(ctx)
	default:
		return w.restoreBack(ctx)
	}
}

// restoreStop stops all domain controllers, so that none tells another what
// happened since the snapshot.
func (w *run) restoreStop(ctx context.Context) (time.Duration, error) {
	if err := w.doing(ctx, "checking the snapshot"); err != nil {
		return 0, err
	}
	return w.begin(ctx, stepRestore, func(context.Context) error { // it reads the whole snapshot
		return w.cfg.Restorer.Check(w.spec.ID, w.spec.Restore.Snapshot)
	}, func(ctx context.Context, w *run, err error) (time.Duration, error) {
		if err != nil {
			return 0, fmt.Errorf("the snapshot cannot be used: %w", err)
		}
		if err := w.doing(ctx, "stopping the domain controllers"); err != nil {
			return 0, err
		}
		failed := together(w.insts, func(inst directory.Instance) error { return w.cfg.Engine.Stop(ctx, inst.DC.ID) })
		for _, err := range failed {
			return 0, err
		}
		w.status.Restore.Phase, w.memory.tries = directory.RestoreFirst, 0
		return atOnce, w.save(ctx, nil)
	})
}

// hostDC gives a DC its network and its container; again is not 0 while the
// network is not there.
func (w *run) hostDC(ctx context.Context, inst directory.Instance) (again time.Duration, err error) {
	network, ready := w.network(inst)
	if !ready {
		return whileQueued, w.doing(ctx, "waiting for the network")
	}
	open, err := w.place(ctx, network, inst)
	if err == nil && !open {
		return w.opening(ctx, []directory.Instance{inst})
	}
	return 0, err
}

// wellStage is the stage of a directory whose domain controllers all answer.
func (w *run) wellStage() (stage directory.Stage, reason string) {
	if w.status.Restore.Phase == directory.RestoreFailed {
		return directory.StageRestoreFailed, w.restoreFailure()
	}
	return directory.StageActive, ""
}

func (w *run) restoreToken() string {
	return strconv.FormatInt(w.status.Restore.Serial, 10) + "/" + string(w.spec.Restore.Snapshot)
}

// restoreFirst makes the domain controller of the snapshot what it was.
func (w *run) restoreFirst(ctx context.Context) (time.Duration, error) {
	first := w.insts[0]
	if again, err := w.hostDC(ctx, first); again != 0 || err != nil {
		return again, err
	}
	if err := w.doing(ctx, "restoring the first domain controller"); err != nil {
		return 0, err
	}
	ca, administrator, err := w.credentials(ctx)
	if err != nil {
		return 0, err
	}
	restoration := Restoration{
		Snapshot: w.spec.Restore.Snapshot, Token: w.restoreToken(), CA: ca, Administrator: administrator, Trusts: w.trustsKept(),
	}
	var removed []string
	return w.begin(ctx, stepRestore, func(ctx context.Context) (err error) {
		removed, err = w.cfg.Restorer.Restore(ctx, first, restoration)
		return err
	}, func(ctx context.Context, w *run, err error) (time.Duration, error) {
		if err != nil {
			return 0, err
		}
		w.status.Restore.Phase, w.memory.tries = directory.RestoreOthers, 0
		w.status.Restore.Trusts = removed
		return atOnce, w.save(ctx, nil)
	})
}

// trustsKept lists the remote domains of trusts that are wanted now and
// existed in the snapshot. An object of an older trust with the same domain
// has another password than the partner has, and goes.
func (w *run) trustsKept() []string {
	kept := []string{}
	for o := range store.Trusts.All(w.store) {
		t := o.Value
		if t.Directory == w.spec.ID && !t.Delete && t.CreatedAt.Before(w.spec.Restore.TakenAt) {
			kept = append(kept, strings.ToLower(string(t.Remote)))
		}
	}
	slices.Sort(kept)
	return kept
}

// restoreOthers joins the other domain controllers anew.
func (w *run) restoreOthers(ctx context.Context) (time.Duration, error) {
	first := w.insts[0]
	ca, administrator, err := w.credentials(ctx)
	if err != nil {
		return 0, err
	}
	members := w.insts[:0:0]
	for _, inst := range w.insts {
		if inst != first {
			if err := w.cfg.Restorer.Clear(ctx, inst.DC.ID, w.restoreToken()); err != nil {
				return 0, err
			}
			if inst.DC.Delete {
				continue // it was to go, and now nothing of it is left in the domain
			}
		}
		members = append(members, inst)
		if again, err := w.hostDC(ctx, inst); again != 0 || err != nil {
			return again, err
		}
	}
	for i, inst := range members {
		seen := w.cfg.Engine.Observe(ctx, inst.DC.ID)
		if !seen.Provisioned {
			if err := w.doing(ctx, "joining the "+ordinal(i)+" domain controller anew"); err != nil {
				return 0, err
			}
			return w.begin(ctx, stepRestore, w.joining(inst, first, ca, administrator), func(_ context.Context, _ *run, err error) (time.Duration, error) {
				return atOnce, err
			})
		}
		if again, err := w.await(ctx, inst, administrator); again != 0 || err != nil {
			return again, err
		}
	}
	if err := w.doing(ctx, "making the domain controllers replicate"); err != nil {
		return 0, err
	}
	return w.begin(ctx, stepRestore, func(ctx context.Context) error {
		return w.cfg.Engine.AfterJoin(ctx, members)
	}, func(ctx context.Context, w *run, err error) (time.Duration, error) {
		if err != nil {
			return 0, err
		}
		return w.restored(ctx, members)
	})
}

// restored ends a restore that worked.
func (w *run) restored(ctx context.Context, members []directory.Instance) (time.Duration, error) {
	if err := w.cfg.Restorer.Forget(ctx, members[0].DC.ID); err != nil {
		return 0, err
	}
	for _, inst := range members {
		w.setDC(inst, directory.DCActive, "", w.cfg.Engine.Observe(ctx, inst.DC.ID))
	}
	w.log.Info("directory restored", "directory", w.key, "snapshot", w.spec.Restore.Snapshot, "trusts_removed", w.status.Restore.Trusts)
	w.status.Restore.Phase, w.memory.tries = directory.RestoreDone, 0
	w.setStage(directory.StageActive, "")
	return atOnce, w.save(ctx, nil)
}

// restoreBack undoes a restore that did not work; the domain controllers are
// started by the next look at the directory.
func (w *run) restoreBack(ctx context.Context) (time.Duration, error) {
	if err := w.cfg.Restorer.PutBack(ctx, w.insts[0].DC.ID); err != nil {
		return 0, err
	}
	w.status.Restore.Phase, w.memory.tries = directory.RestoreFailed, 0
	w.setStage(directory.StageRestoreFailed, w.restoreFailure())
	return atOnce, w.save(ctx, nil)
}

// restoreFailure says what became of a restore that did not work.
func (w *run) restoreFailure() string {
	return "The directory could not be restored from snapshot " + string(w.spec.Restore.Snapshot) + ": " + w.status.Restore.Error +
		". It is as it was before. Retry the operation, or restore another snapshot."
}
