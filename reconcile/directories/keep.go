package directories

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/reconcile"
)

// look is what was seen of one DC, and why it is not well.
type look struct {
	inst  directory.Instance
	seen  directory.DCSeen
	probe error // nil when all its services answer
}

// keep looks at a directory that has been created: says how it is, repairs a
// domain controller that is down, and sets passwords that were asked for.
func (w *run) keep(ctx context.Context) (time.Duration, error) {
	administrator, _, err := w.store.Secret(ctx, directory.SecretAdministrator(w.spec.ID))
	if err != nil {
		return 0, err
	}
	before := w.status
	before.DCs = slices.Clone(w.status.DCs)
	looks := w.lookAtAll(ctx, administrator)
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	followed := w.followUp(ctx)
	well := map[directory.DCID]bool{}
	for _, l := range looks {
		if w.judge(l) {
			well[l.inst.DC.ID] = true
		}
	}
	w.judgeRegions(looks, well)
	switch err := w.save(ctx, nil); {
	case errs.Is(err, errs.NoWrites):
		// Domain controllers are kept alive all the same. What was seen just now
		// counts, since nothing could be written down before.
		if len(well) < len(looks) {
			return whileUnwell, w.repair(ctx, w.status, looks, administrator)
		}
		return whileUnwell, nil
	case err != nil:
		return 0, err
	}
	if err := w.cable(ctx, looks); err != nil {
		return 0, err
	}
	// What one wish or one repair comes to keeps no other from being done.
	err = errors.Join(followed, w.reset(ctx, looks), w.computer(ctx, looks))
	rest := whenWell
	if len(well) == len(looks) && !w.suspicious(looks) {
		err = errors.Join(err, w.meetAgain(ctx))
	} else {
		rest, err = whileUnwell, errors.Join(err, w.repair(ctx, before, looks, administrator))
	}
	// One that cannot be repaired keeps nobody from coming or going.
	again, changed := w.change(ctx, looks, administrator)
	if again == 0 {
		again = rest
	}
	return again, errors.Join(err, changed)
}

// meetAgain makes the DCs replicate after one was joined anew.
func (w *run) meetAgain(ctx context.Context) error {
	if !w.memory.rejoined {
		return nil
	}
	members := w.spec.Members(w.status)
	_, err := w.begin(ctx, stepMeet, func(ctx context.Context) error {
		return w.cfg.Engine.AfterJoin(ctx, members)
	}, func(_ context.Context, w *run, err error) (time.Duration, error) {
		w.memory.rejoined = w.memory.rejoined && err != nil
		return atOnce, err
	})
	return err
}

// suspicious reports whether a DC failed a probe and is not yet called
// Impaired for it.
func (w *run) suspicious(looks []look) bool {
	for _, l := range looks {
		if l.probe != nil {
			return true
		}
	}
	return false
}

// lookAtAll looks at all DCs at once, so that a silent one holds no other up.
func (w *run) lookAtAll(ctx context.Context, administrator secret.Text) []look {
	members := w.spec.Members(w.status)
	looks := make([]look, len(members))
	var all sync.WaitGroup
	for i, inst := range members {
		all.Go(func() {
			l := look{inst: inst, seen: w.cfg.Engine.Observe(ctx, inst.DC.ID)}
			if l.seen.Running && l.seen.Provisioned {
				l.probe = w.cfg.Prober.Probe(ctx, inst, administrator)
			}
			looks[i] = l
		})
	}
	_ = reconcile.Wait(ctx, func() error { all.Wait(); return nil })
	return looks
}

// judge says how a DC is and whether it is well. One failed probe of a DC that
// was well is not yet an illness.
func (w *run) judge(l look) bool {
	m := w.memory.dc(l.inst.DC.ID)
	had, _ := w.status.DCByID(l.inst.DC.ID)
	if l.seen.Running && l.seen.Provisioned && l.probe == nil {
		m.silent, m.starts = 0, 0
		w.setDC(l.inst, directory.DCActive, "", l.seen)
		w.countRestarts(l)
		return true
	}
	if m.silent++; m.silent == 1 {
		m.since = w.now
	}
	if l.probe != nil && m.silent == 1 && had.State == directory.DCActive {
		return true
	}
	w.setDC(l.inst, directory.DCImpaired, why(l), l.seen)
	w.countRestarts(l)
	return false
}

func why(l look) string {
	switch {
	case !l.seen.Running:
		return "The domain controller is not running. It is being started again."
	case !l.seen.Provisioned:
		return "The domain controller has lost its database. It is being joined to the domain again."
	}
	for _, p := range l.seen.Processes {
		if !p.Running {
			return "The process " + p.Name + " ended (" + p.LastExit + ") and is being started again."
		}
	}
	return "The domain controller runs but " + errs.Sentence(l.probe)
}

// countRestarts adds the restarts of a container's processes to the DC's.
func (w *run) countRestarts(l look) {
	if !l.seen.Running {
		return
	}
	m, exits := w.memory.dc(l.inst.DC.ID), 0
	for _, p := range l.seen.Processes {
		exits += p.Restarts
	}
	if m.known && exits > m.exits {
		w.addRestarts(l.inst.DC.ID, exits-m.exits)
	}
	m.exits, m.known = exits, true
}

func (w *run) addRestarts(id directory.DCID, n int) {
	for i := range w.status.DCs {
		if w.status.DCs[i].ID == id {
			w.status.DCs[i].Restarts += n
		}
	}
}

// repair does one thing for each DC that is not well, and for each one beside
// the looks: none waits for another's. What is new has been written before
// anything is done about it, so that people see what happened.
func (w *run) repair(ctx context.Context, before directory.Status, looks []look, administrator secret.Text) error {
	var all error
	for _, l := range looks {
		network, ready := w.network(l.inst)
		m := w.memory.dc(l.inst.DC.ID)
		had, _ := before.DCByID(l.inst.DC.ID)
		switch {
		case had.State == directory.DCActive || w.cfg.Now().Before(m.notUntil) || !ready:
			continue // just noticed, or not yet
		case w.memory.busyWith(l.inst.DC.ID):
			continue
		case !l.seen.Running:
			open, err := w.attach(ctx, network, l.inst)
			if all = errors.Join(all, err); err != nil || !open {
				continue // looked at again
			}
			w.log.Warn("starting a domain controller again", "dc", l.inst.DC.ID)
			w.willStart(m)
			w.addRestarts(l.inst.DC.ID, 1)
			all = errors.Join(all, w.beside(ctx, stepStart, l.inst, func(ctx context.Context) error {
				return w.cfg.Engine.Start(ctx, l.inst)
			}))
		case !l.seen.Provisioned:
			w.willStart(m)
			all = errors.Join(all, w.rejoin(ctx, l, looks, administrator))
		case patient(l.probe):
			all = errors.Join(all, w.enterNames(ctx, l.inst))
		case l.probe != nil && m.silent > 0 && w.now.Sub(m.since) >= silentTooLong:
			w.log.Warn("stopping a silent domain controller", "dc", l.inst.DC.ID, "error", l.probe.Error())
			m.silent = 0
			all = errors.Join(all, w.beside(ctx, stepStop, l.inst, func(ctx context.Context) error {
				return w.cfg.Engine.Stop(ctx, l.inst.DC.ID)
			}))
		}
	}
	return errors.Join(all, w.save(ctx, nil))
}

// beside does a long step for one domain controller.
func (w *run) beside(ctx context.Context, step string, inst directory.Instance, do func(context.Context) error) error {
	_, err := w.begin(ctx, step+string(inst.DC.ID), do, func(_ context.Context, _ *run, err error) (time.Duration, error) {
		return atOnce, err
	})
	return err
}

// busyWith reports whether a container is being started or stopped, or its
// database made.
func (m *memory) busyWith(id directory.DCID) bool {
	for _, step := range []string{stepStart, stepStop, stepJoin} {
		if m.asides[step+string(id)] != nil {
			return true
		}
	}
	return false
}

// willStart notes a start, and when the next one may be.
func (w *run) willStart(m *dcMemory) {
	wait := maxStartWait
	if m.starts < 6 {
		wait = time.Second << m.starts
	}
	m.starts++
	m.known = false
	m.notUntil = w.cfg.Now().Add(wait)
}

// rejoin gives a DC that has lost its database a new one, from one that works.
func (w *run) rejoin(ctx context.Context, lost look, looks []look, administrator secret.Text) error {
	ca, _, err := w.store.Secret(ctx, directory.SecretCA(w.spec.ID))
	if err != nil {
		return err
	}
	for _, l := range looks {
		if l.inst.DC.ID == lost.inst.DC.ID || !l.seen.Running || !l.seen.Provisioned || l.probe != nil {
			continue
		}
		w.log.Warn("joining a domain controller again", "dc", lost.inst.DC.ID, "from", l.inst.DC.ID)
		join := w.joining(lost.inst, l.inst, ca, administrator)
		_, err := w.begin(ctx, stepJoin+string(lost.inst.DC.ID), join, func(_ context.Context, w *run, err error) (time.Duration, error) {
			w.memory.rejoined = w.memory.rejoined || err == nil
			return atOnce, err
		})
		return err
	}
	return nil // nobody to join from; looked at again
}
