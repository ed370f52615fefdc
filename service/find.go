package service

import (
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// found is a directory with what became of it.
type found struct {
	store.Object[directory.Spec]
	Status directory.Status
	Stage  directory.Stage
}

// directoryByID finds a directory of the caller's account and Region. The
// error is an errs.NotFound.
func (s *Service) directoryByID(caller audit.Caller, id string) (found, error) {
	o, ok := store.Directories.Get(s.store, id)
	if ok && mine(caller, o.Value) {
		if f := s.join(o); f.Stage != directory.StageDeleted {
			return f, nil
		}
	}
	return found{}, errs.E(errs.NotFound, "Directory %s does not exist", id)
}

func (s *Service) join(o store.Object[directory.Spec]) found {
	st, _ := store.DirectoryStatus.Get(s.store, o.Key)
	return found{Object: o, Status: st.Value, Stage: directory.Now(o.Value, st.Value)}
}

func mine(caller audit.Caller, d directory.Spec) bool {
	return d.Account == caller.Account && d.Region == caller.Region
}

// usable reports whether a directory takes changes. Impaired is enough: one
// domain controller is down, the others work and the one that comes back
// catches up (docs/decisions).
func (f found) usable() bool {
	return f.Stage == directory.StageActive || f.Stage == directory.StageImpaired
}

// notUsable says why a directory takes no changes, as an error of that kind:
// operations differ in whether they declare errs.Unavailable.
func (f found) notUsable(kind errs.Kind) error {
	e := errs.E(kind, "Directory %s is not available: its stage is %s.", f.Value.ID, f.Stage)
	if f.Stage == directory.StageFailed || f.Stage == directory.StageDeleting {
		return e
	}
	e.Hint = "Retry the operation when it is Active."
	return e
}

// trustByID finds a trust of the caller's account and Region, the directory it
// belongs to, and what became of the trust. The error is an errs.NotFound.
func (s *Service) trustByID(caller audit.Caller, id string) (store.Object[trust.Spec], trust.Status, error) {
	o, ok := store.Trusts.Get(s.store, id)
	if ok && o.Value.Region == caller.Region {
		if d, found := store.Directories.Get(s.store, string(o.Value.Directory)); found && !mine(caller, d.Value) {
			ok = false
		}
		if ok {
			st, _ := store.TrustStatus.Get(s.store, id)
			return o, st.Value, nil
		}
	}
	return store.Object[trust.Spec]{}, trust.Status{}, errs.E(errs.NotFound, "Trust %s does not exist", id)
}
