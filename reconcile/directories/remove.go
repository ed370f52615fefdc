package directories

import (
	"context"
	"strings"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// remove takes a directory away: its domain controllers, what lived in it, and
// at last itself, with everything that it claimed and kept. Until then it is
// there, Deleting.
func (w *run) remove(ctx context.Context) error {
	w.setStage(directory.StageDeleting, "")
	for _, inst := range w.all() {
		had, _ := w.status.DCByID(inst.DC.ID)
		if had.State != directory.DCDeleted {
			w.setDC(inst, directory.DCDeleting, "", directory.DCSeen{})
		}
	}
	if err := w.doing(ctx, "removing the domain controllers"); err != nil {
		return err
	}
	for _, inst := range w.all() {
		if err := w.cfg.Engine.Remove(ctx, inst.DC.ID); err != nil {
			return err
		}
		if err := w.cfg.Network.DetachDC(ctx, string(inst.DC.ID)); err != nil {
			return err
		}
		w.setDC(inst, directory.DCDeleted, "", directory.DCSeen{})
	}
	if err := w.dropContents(ctx); err != nil {
		return err
	}
	return w.dropDirectory(ctx)
}

// all gives every DC that is wanted or was ever begun.
func (w *run) all() []directory.Instance {
	all := append([]directory.Instance(nil), w.insts...)
	for _, d := range w.status.DCs {
		known := false
		for _, inst := range all {
			known = known || inst.DC.ID == d.ID
		}
		if !known {
			all = append(all, directory.Instance{Directory: w.spec.ID, Domain: w.spec.Name, ShortName: w.spec.ShortName,
				DC: directory.DC{ID: d.ID}})
		}
	}
	return all
}

// dropContents drops the directory's trusts and forwarders with what became of
// them. The domain is gone, so there is nothing left to be done for them. Their
// own reconcilers may have done it before.
func (w *run) dropContents(ctx context.Context) error {
	var parts []func(tx *store.Txn)
	for _, o := range store.Trusts.List(w.store) {
		if o.Value.Directory == w.spec.ID {
			parts = append(parts, func(tx *store.Txn) { w.dropTrust(tx, o) })
		}
	}
	below := string(w.spec.ID) + "/"
	for _, o := range store.Forwarders.List(w.store) {
		if strings.HasPrefix(o.Key, below) {
			parts = append(parts, func(tx *store.Txn) {
				store.Forwarders.Delete(tx, o.Key, o.Revision)
				if health, ok := store.ForwarderHealth.Get(w.store, o.Key); ok {
					store.ForwarderHealth.Delete(tx, o.Key, health.Revision)
				}
			})
		}
	}
	for _, o := range store.TrustMarks.List(w.store) {
		if strings.HasPrefix(o.Key, below) {
			parts = append(parts, func(tx *store.Txn) { store.TrustMarks.Delete(tx, o.Key, o.Revision) })
		}
	}
	_, err := w.store.CommitParts(ctx, parts...)
	return err
}

// dropTrust drops a trust with all that was its own.
func (w *run) dropTrust(tx *store.Txn, o store.Object[trust.Spec]) {
	store.Trusts.Delete(tx, o.Key, o.Revision)
	if st, ok := store.TrustStatus.Get(w.store, o.Key); ok {
		store.TrustStatus.Delete(tx, o.Key, st.Revision)
	}
	claim := trust.Claim(o.Value)
	tx.Release(claim.Key, claim.Owner)
	tx.DropSecret(trust.SecretPassword(o.Value.ID))
}

// dropDirectory makes the directory gone. It goes after what it claimed, so
// that nothing is left that nobody knows of.
func (w *run) dropDirectory(ctx context.Context) error {
	spec, ok := store.Directories.Get(w.store, w.key)
	if !ok {
		return nil
	}
	var parts []func(tx *store.Txn)
	for _, claim := range directory.Claims(spec.Value) {
		parts = append(parts, func(tx *store.Txn) { tx.Release(claim.Key, claim.Owner) })
	}
	parts = append(parts, func(tx *store.Txn) { w.dropSpec(tx, spec) })
	if _, err := w.store.CommitParts(ctx, parts...); err != nil {
		return err
	}
	w.forget(w.key)
	w.log.Info("directory removed", "directory", w.key)
	return nil
}

// dropSpec drops the directory itself, its status, groups and secrets.
func (w *run) dropSpec(tx *store.Txn, spec store.Object[directory.Spec]) {
	store.Directories.Delete(tx, w.key, spec.Revision)
	if w.stored.Revision != 0 {
		store.DirectoryStatus.Delete(tx, w.key, w.stored.Revision)
	}
	if fw, ok := store.ForwardersStatus.Get(w.store, w.key); ok {
		store.ForwardersStatus.Delete(tx, w.key, fw.Revision)
	}
	for _, place := range spec.Value.Places() {
		if g, ok := store.SecurityGroups.Get(w.store, string(place.SecurityGroup)); ok {
			store.SecurityGroups.Delete(tx, g.Key, g.Revision)
		}
	}
	id := w.spec.ID
	for _, name := range []string{directory.SecretAdministrator(id), directory.SecretAdmin(id),
		directory.SecretPasswordReset(id), directory.SecretComputer(id), directory.SecretCA(id)} {
		tx.DropSecret(name)
	}
}
