package directories

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
)

// run is one look at one directory.
type run struct {
	*Reconciler
	key    string
	spec   directory.Spec
	insts  []directory.Instance
	status directory.Status               // as it is going to be written
	stored store.Object[directory.Status] // as it was read or written last
	memory *memory
	now    time.Time
}

// Reconcile implements reconcile.Reconciler.
func (r *Reconciler) Reconcile(ctx context.Context, key string) (again time.Duration, err error) {
	w := &run{Reconciler: r, key: key, memory: r.recall(key), now: r.cfg.Now()}
	w.stored, _ = store.DirectoryStatus.Get(r.store, key)
	w.status = copyOf(w.stored.Value)
	spec, ok := store.Directories.Get(r.store, key)
	if !ok {
		return 0, w.dropStatus(ctx)
	}
	w.spec, w.insts = spec.Value, spec.Value.Instances()
	switch {
	case w.spec.Delete:
		err = w.abandon(ctx, "")
	case directory.Restoring(w.spec, w.status):
		err = w.abandon(ctx, stepRestore)
	}
	if err != nil {
		return 0, err
	}
	switch {
	case w.spec.Delete:
		again, err = 0, w.remove(ctx)
	case w.status.Stage == "" || w.status.Stage == directory.StageRequested:
		again, err = w.admit(ctx)
	case w.status.Stage == directory.StageCreating:
		again, err = w.create(ctx)
	case w.status.Stage == directory.StageCreated:
		w.setStage(directory.StageActive, "")
		again, err = atOnce, w.save(ctx, nil)
	case directory.Restoring(w.spec, w.status):
		again, err = w.restore(ctx)
	case w.status.Stage == directory.StageFailed:
		again, err = 0, nil // only DeleteDirectory is left
	default:
		again, err = w.keep(ctx)
	}
	var lost *store.ConflictError
	if errors.As(err, &lost) {
		return atOnce, nil // somebody was faster; look again
	}
	return again, err
}

// copyOf gives a status whose slices may be written to.
func copyOf(s directory.Status) directory.Status {
	s.DCs = slices.Clone(s.DCs)
	s.Regions = slices.Clone(s.Regions)
	return s
}

// dropStatus forgets the status of a directory that is gone.
func (w *run) dropStatus(ctx context.Context) error {
	w.forget(w.key)
	if w.stored.Revision == 0 {
		return nil
	}
	tx := w.store.Begin()
	store.DirectoryStatus.Delete(tx, w.key, w.stored.Revision)
	_, err := tx.Commit(ctx)
	return err
}

// save writes the status if it changed, together with what more adds to the
// transaction.
func (w *run) save(ctx context.Context, more func(tx *store.Txn)) error {
	if more == nil && reflect.DeepEqual(w.status, w.stored.Value) {
		return nil
	}
	tx := w.store.Begin()
	store.DirectoryStatus.Put(tx, w.key, w.status, w.stored.Revision)
	if more != nil {
		more(tx)
	}
	rev, err := tx.Commit(ctx)
	if err != nil {
		return err
	}
	w.stored.Value, w.stored.Revision = w.status, rev
	w.status = copyOf(w.status)
	return nil
}

// setStage says where the directory has got to.
func (w *run) setStage(stage directory.Stage, reason string) {
	if w.status.Stage != stage {
		w.log.Info("directory stage", "directory", w.key, "from", w.status.Stage, "to", stage, "reason", reason)
		w.status.StageSince = w.now
		w.status.Step = ""
	}
	w.status.Stage, w.status.StageReason = stage, reason
}

// doing writes down what is going to be done, for people who wait.
func (w *run) doing(ctx context.Context, step string) error {
	w.status.Step = step
	return w.save(ctx, nil)
}

// setDC says how a domain controller is; why is "" when it is as it should be.
func (w *run) setDC(inst directory.Instance, state directory.DCState, why string, seen directory.DCSeen) {
	i := slices.IndexFunc(w.status.DCs, func(d directory.DCStatus) bool { return d.ID == inst.DC.ID })
	if i < 0 {
		w.status.DCs = append(w.status.DCs, directory.DCStatus{ID: inst.DC.ID})
		i = len(w.status.DCs) - 1
	}
	d := &w.status.DCs[i]
	if d.State != state {
		w.log.Info("domain controller state", "dc", inst.DC.ID, "from", d.State, "to", state, "reason", why)
		d.Since = w.now
	}
	d.State, d.Reason, d.Provisioned = state, why, d.Provisioned || seen.Provisioned
	if !seen.LaunchTime.IsZero() && d.LaunchTime.IsZero() {
		d.LaunchTime = seen.LaunchTime.UTC().Truncate(time.Millisecond)
	}
	d.LastLog = nil
	if state != directory.DCActive {
		d.LastLog = slices.Clone(seen.LastLog)
	}
	d.Healthy = health(d.Healthy, state == directory.DCActive, why, w.now)
}

// health is the condition Healthy; it changes only with its content, so that
// looking alone writes nothing.
func health(old condition.Condition, well bool, why string, now time.Time) condition.Condition {
	next := condition.Condition{Type: condition.Healthy, True: well, Message: why, Since: old.Since, Tries: old.Tries}
	if !well {
		next.Cause = condition.DomainControllerOff
	}
	if old.Type == "" || old.True != well {
		next.Since, next.Tries = now, 1
	}
	return next
}
