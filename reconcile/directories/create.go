package directories

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// admit lets a directory's creation start when few enough others are being
// created, the oldest wish first.
func (w *run) admit(ctx context.Context) (time.Duration, error) {
	w.admission.Lock()
	defer w.admission.Unlock()
	creating, ahead := 0, 0
	for o := range store.Directories.All(w.store) {
		if o.Key == w.key || o.Value.Delete {
			continue
		}
		switch store.DirectoryStatus.Peek(w.store, o.Key).Stage {
		case directory.StageCreating, directory.StageCreated:
			creating++
		case "", directory.StageRequested:
			if o.Value.CreatedAt.Before(w.spec.CreatedAt) {
				ahead++
			}
		default: // created long ago, or never to be
		}
	}
	if creating+ahead >= w.cfg.MaxCreating {
		w.setStage(directory.StageRequested, "")
		return whileQueued, w.doing(ctx, fmt.Sprintf("waiting for %d other directories that are being created", creating+ahead))
	}
	w.setStage(directory.StageCreating, "")
	for _, inst := range w.insts {
		w.setDC(inst, directory.DCCreating, "", directory.DCSeen{})
	}
	return atOnce, w.save(ctx, nil)
}

// create does the next step of a creation. Failures in a row end it.
func (w *run) create(ctx context.Context) (time.Duration, error) {
	again, err := w.createStep(ctx)
	if err == nil {
		return again, nil
	}
	var lost *store.ConflictError
	if ctx.Err() != nil || errors.As(err, &lost) {
		return 0, err
	}
	if w.memory.tries++; w.memory.tries < maxTries {
		w.status.StageReason = err.Error()
		return 0, errors.Join(err, w.save(ctx, nil))
	}
	for _, inst := range w.insts {
		w.setDC(inst, directory.DCFailed, err.Error(), w.cfg.Engine.Observe(ctx, inst.DC.ID))
		if err := w.cfg.Engine.Stop(ctx, inst.DC.ID); err != nil {
			w.log.Error("cannot stop a domain controller", "dc", inst.DC.ID, "error", err.Error())
		}
	}
	w.log.Error("directory creation failed", "directory", w.key, "error", err.Error())
	w.setStage(directory.StageFailed, "The directory could not be created: "+errs.Sentence(err)+" Delete it and create it again.")
	return 0, w.save(ctx, nil)
}

// createStep looks at how far the creation has got and does what comes next.
func (w *run) createStep(ctx context.Context) (time.Duration, error) {
	if again, busy, err := w.underWay(ctx, stepMake); busy {
		return again, err
	}
	ca, administrator, err := w.credentials(ctx)
	if err != nil {
		return 0, err
	}
	var closed []directory.Instance
	for _, inst := range w.insts {
		network, ready := w.network(inst)
		if !ready {
			return whileQueued, w.doing(ctx, "waiting for the network")
		}
		open, err := w.place(ctx, network, inst)
		if err != nil {
			return 0, err
		}
		if !open {
			closed = append(closed, inst)
		}
	}
	if len(closed) > 0 {
		return w.opening(ctx, closed)
	}
	first := w.insts[0]
	for i, inst := range w.insts {
		seen := w.cfg.Engine.Observe(ctx, inst.DC.ID)
		w.setDC(inst, directory.DCCreating, "", seen)
		if !seen.Provisioned {
			return w.fill(ctx, i, first, ca, administrator)
		}
		if again, err := w.await(ctx, inst, administrator); again != 0 || err != nil {
			return again, err
		}
	}
	if !w.status.Populated { // a crash came between the join and the status
		return w.populate(ctx, first)
	}
	if err := w.doing(ctx, "making the domain controllers replicate"); err != nil {
		return 0, err
	}
	return w.begin(ctx, stepMake, func(ctx context.Context) error {
		return w.cfg.Engine.AfterJoin(ctx, w.insts)
	}, func(ctx context.Context, w *run, err error) (time.Duration, error) {
		if err != nil {
			return 0, err
		}
		for _, inst := range w.insts {
			w.setDC(inst, directory.DCActive, "", w.cfg.Engine.Observe(ctx, inst.DC.ID))
		}
		w.memory.tries = 0
		w.setStage(directory.StageCreated, "")
		return atOnce, w.save(ctx, nil)
	})
}

// credentials gives the directory's certificate authority and the password of
// its service credential. Both are in the store before anything is made with
// them.
func (w *run) credentials(ctx context.Context) (ca, administrator secret.Text, err error) {
	ca, haveCA, err := w.store.Secret(ctx, directory.SecretCA(w.spec.ID))
	if err != nil {
		return ca, administrator, err
	}
	administrator, haveAdmin, err := w.store.Secret(ctx, directory.SecretAdministrator(w.spec.ID))
	if err != nil || haveCA && haveAdmin {
		return ca, administrator, err
	}
	if !haveCA {
		if ca, err = w.cfg.Engine.NewCA(w.spec.Name, w.now); err != nil {
			return ca, administrator, err
		}
	}
	if !haveAdmin {
		// All four classes of characters, which the domain's policy asks for.
		administrator = secret.New("aA1." + rand.Text() + rand.Text())
	}
	err = w.save(ctx, func(tx *store.Txn) {
		tx.SetSecret(directory.SecretCA(w.spec.ID), ca)
		tx.SetSecret(directory.SecretAdministrator(w.spec.ID), administrator)
	})
	return ca, administrator, err
}

// network gives the VPC that a DC is in; ready says whether it can be used.
func (w *run) network(inst directory.Instance) (v vpc.Spec, ready bool) {
	id := string(w.spec.PlaceOf(inst.DC).VPC)
	o, ok := store.VPCs.Get(w.store, id)
	return o.Value, ok && store.VPCStatus.Peek(w.store, id).Ready
}
