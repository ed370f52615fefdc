package directories

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// fill makes the database of the DC with that index: the first one's by
// provisioning the domain, the others' by joining it. The domain is populated
// while the second one joins, since neither waits for the other.
func (w *run) fill(ctx context.Context, i int, first directory.Instance, ca, administrator secret.Text) (time.Duration, error) {
	inst := w.insts[i]
	if i == 0 {
		if err := w.doing(ctx, "provisioning the first domain controller"); err != nil {
			return 0, err
		}
		var sid string
		return w.begin(ctx, stepMake, func(ctx context.Context) (err error) {
			sid, err = w.cfg.Engine.Provision(ctx, inst, ca, administrator)
			return err
		}, func(ctx context.Context, w *run, err error) (time.Duration, error) {
			if err != nil {
				return 0, err
			}
			w.status.DomainSID = sid
			return w.goOn(ctx)
		})
	}
	if err := w.doing(ctx, "joining the "+ordinal(i)+" domain controller"); err != nil {
		return 0, err
	}
	populate, err := w.populating(ctx, first)
	if err != nil {
		return 0, err
	}
	join := w.joining(inst, first, ca, administrator)
	var populated bool
	return w.begin(ctx, stepMake, func(ctx context.Context) error {
		joined := make(chan error, 1)
		go func() { joined <- join(ctx) }()
		var unpopulated error
		if populate != nil {
			unpopulated = populate(ctx)
			populated = unpopulated == nil
		}
		return errors.Join(<-joined, unpopulated)
	}, func(ctx context.Context, w *run, err error) (time.Duration, error) {
		if populated {
			if _, err := w.populated(ctx); err != nil {
				return 0, err
			}
		}
		if err != nil {
			return 0, err
		}
		return w.goOn(ctx)
	})
}

// goOn ends a step of a creation that worked.
func (w *run) goOn(ctx context.Context) (time.Duration, error) {
	w.memory.tries = 0
	w.status.StageReason = ""
	return atOnce, w.save(ctx, nil)
}

func ordinal(i int) string {
	if words := []string{"first", "second", "third", "fourth"}; i < len(words) {
		return words[i]
	}
	return fmt.Sprintf("%dth", i+1)
}

// populate makes what a new directory has, Admin among it.
func (w *run) populate(ctx context.Context, first directory.Instance) (time.Duration, error) {
	if err := w.doing(ctx, "creating organizational units, delegated groups and the user Admin"); err != nil {
		return 0, err
	}
	step, err := w.populating(ctx, first)
	if err != nil {
		return 0, err
	}
	return w.begin(ctx, stepMake, step, func(ctx context.Context, w *run, err error) (time.Duration, error) {
		if err != nil {
			return 0, err
		}
		return w.populated(ctx)
	})
}

// populating is the long step of populating, nil when it is done.
func (w *run) populating(ctx context.Context, first directory.Instance) (func(context.Context) error, error) {
	if w.status.Populated {
		return nil, nil
	}
	admin, ok, err := w.store.Secret(ctx, directory.SecretAdmin(w.spec.ID))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("cannot create the user Admin of %s: its password is not kept any more", w.spec.Name)
	}
	if w.status.DomainSID == "" { // a crash came between Provision and the status
		if w.status.DomainSID, err = w.cfg.Engine.Provision(ctx, first, secret.Text{}, secret.Text{}); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context) error { return w.cfg.Engine.Populate(ctx, first, admin) }, nil
}

// populated writes that the directory is populated; Admin's password is
// forgotten in the same transaction.
func (w *run) populated(ctx context.Context) (time.Duration, error) {
	w.status.Populated = true
	w.memory.tries = 0
	return atOnce, w.save(ctx, func(tx *store.Txn) { tx.DropSecret(directory.SecretAdmin(w.spec.ID)) })
}

// answerHolds is how long an answer of one domain controller stands while
// another is waited for: a probe has it log us on, which takes from the one
// that starts.
const answerHolds = 5 * time.Second

// await waits for a DC to answer: again is not 0 while it does not. One that
// is silent for too long is started anew.
func (w *run) await(ctx context.Context, inst directory.Instance, administrator secret.Text) (again time.Duration, err error) {
	m := w.memory.dc(inst.DC.ID)
	if w.now.Sub(m.answered) < answerHolds {
		return 0, nil
	}
	probe := w.cfg.Prober.Probe(ctx, inst, administrator)
	if probe == nil {
		m.silent, m.answered = 0, w.now
		return 0, nil
	}
	if m.silent++; m.silent == 1 {
		m.since = w.now
	}
	i := slices.Index(w.insts, inst)
	if err := w.doing(ctx, "waiting for the "+ordinal(i)+" domain controller to answer"); err != nil {
		return 0, err
	}
	limit := slowestStart
	if patient(probe) {
		limit = slowestNames
		if w.now.Sub(m.since) > namesByUs { // Samba has given up for now
			if err := w.enterNames(ctx, inst); err != nil {
				return 0, err
			}
		}
	}
	if w.now.Sub(m.since) < limit {
		return whileWaiting, nil
	}
	m.silent = 0
	if err := w.cfg.Engine.Stop(ctx, inst.DC.ID); err != nil {
		return 0, err
	}
	return 0, fmt.Errorf("the domain controller %s did not answer for %s: %w", inst.DC.ID, limit, probe)
}

// patient reports whether a DC answers and only its names are not in its DNS:
// a restart would not help.
func patient(probe error) bool {
	var passing interface{ Patient() bool }
	return errors.As(probe, &passing) && passing.Patient()
}

// enterNames enters a DC's names in DNS. Samba looks after them every ten
// minutes; replication loses one when two DCs change the same DNS node.
func (w *run) enterNames(ctx context.Context, inst directory.Instance) error {
	_, err := w.begin(ctx, stepNames+string(inst.DC.ID), func(ctx context.Context) error {
		return w.cfg.Engine.EnterNames(ctx, inst)
	}, func(_ context.Context, w *run, err error) (time.Duration, error) {
		if err != nil {
			w.log.Warn("cannot enter a domain controller's names in DNS", "dc", inst.DC.ID, "error", err.Error())
		}
		return atOnce, nil
	})
	return err
}
