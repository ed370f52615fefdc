package service

import (
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// found is a directory with what became of it, as one of its Regions has it.
type found struct {
	store.Object[directory.Spec]
	Status directory.Status
	Place  directory.Region // the directory's place in the caller's Region
	Stage  directory.Stage  // in the caller's Region
}

// A directory is one object in all its Regions; an operation is global or
// regional:
//
//   - Global and changed in the primary Region alone (directoryInPrimary,
//     trustInPrimary): trusts, additional Regions, the directory's end,
//     snapshots, schema extensions, directory settings, client-side LDAPS'
//     authority. Elsewhere they are refused by the error that AWS has for it:
//     errs.Unsupported where the operation declares it (CreateTrust,
//     VerifyTrust, DeleteTrust, AddRegion), else errs.Refused.
//   - Global and changed from every Region (directoryByID): conditional
//     forwarders, users' passwords.
//   - Regional (directoryByID, then Place): description, stage, DNS addresses,
//     number of domain controllers, IP routes, security group, tags, alias,
//     event topics, log subscriptions, RemoveRegion.
//
// What only looks is answered in every Region.

// directoryByID finds a directory of the caller's account that is in the
// caller's Region, be it the primary one or an additional one. The error is an
// errs.NotFound.
func (s *Service) directoryByID(caller audit.Caller, id string) (found, error) {
	o, ok := store.Directories.Get(s.store, id)
	if ok && mine(caller, o.Value) {
		if f := s.join(caller, o); f.Stage != directory.StageDeleted {
			return f, nil
		}
	}
	return found{}, errs.E(errs.NotFound, "Directory %s does not exist", id)
}

// directoryInPrimary finds a directory for an operation that is carried out in
// its primary Region only. Called elsewhere, the error is of that kind.
func (s *Service) directoryInPrimary(caller audit.Caller, id string, kind errs.Kind) (found, error) {
	f, err := s.directoryByID(caller, id)
	if err != nil {
		return f, err
	}
	return f, f.primaryOnly(caller, kind)
}

func (f found) primaryOnly(caller audit.Caller, kind errs.Kind) error {
	if f.Value.Region == caller.Region {
		return nil
	}
	e := errs.E(kind, "The operation is supported only in the primary Region of directory %s, which is %s. %s is an additional Region, to which the directory is replicated.", f.Value.ID, f.Value.Region, caller.Region)
	e.Hint = "Call it in " + f.Value.Region + "."
	return e
}

func (s *Service) join(caller audit.Caller, o store.Object[directory.Spec]) found {
	st, _ := store.DirectoryStatus.Get(s.store, o.Key)
	place, _ := o.Value.Place(caller.Region)
	return found{Object: o, Status: st.Value, Place: place, Stage: directory.StageIn(o.Value, st.Value, caller.Region)}
}

// mine reports whether a directory is the caller's and in the caller's Region.
func mine(caller audit.Caller, d directory.Spec) bool {
	_, here := d.Place(caller.Region)
	return d.Account == caller.Account && here
}

// usable reports whether a directory takes changes. So does one that a restore
// left as it was before. Impaired is enough: one
// domain controller is down, the others work and the one that comes back
// catches up (docs/decisions).
func (f found) usable() bool {
	return f.Stage == directory.StageActive || f.Stage == directory.StageImpaired || f.Stage == directory.StageRestoreFailed
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

// trustByID finds a trust of the caller's account, visible in every Region of
// its directory, and what became of it. The error is an errs.NotFound.
func (s *Service) trustByID(caller audit.Caller, id string) (store.Object[trust.Spec], trust.Status, error) {
	o, ok := store.Trusts.Get(s.store, id)
	if ok && s.trustHere(caller, o.Value) {
		st, _ := store.TrustStatus.Get(s.store, id)
		return o, st.Value, nil
	}
	return store.Object[trust.Spec]{}, trust.Status{}, errs.E(errs.NotFound, "Trust %s does not exist", id)
}

// trustInPrimary finds a trust for an operation that changes it, which is done
// in its directory's primary Region only. Called elsewhere, the error is of
// that kind.
func (s *Service) trustInPrimary(caller audit.Caller, id string, kind errs.Kind) (store.Object[trust.Spec], error) {
	o, _, err := s.trustByID(caller, id)
	if err != nil {
		return o, err
	}
	d, ok := store.Directories.Get(s.store, string(o.Value.Directory))
	if !ok {
		return o, nil // it goes with its directory
	}
	return o, s.join(caller, d).primaryOnly(caller, kind)
}

// trustHere reports whether a trust is visible to the caller. One whose
// directory is gone already is visible in the Region in which it was made.
func (s *Service) trustHere(caller audit.Caller, t trust.Spec) bool {
	d, ok := store.Directories.Get(s.store, string(t.Directory))
	if !ok {
		return t.Region == caller.Region
	}
	return mine(caller, d.Value)
}
