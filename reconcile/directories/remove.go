package directories

import (
	"context"
	"strings"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// maxDrop is how many objects one transaction drops: etcd takes 128 operations
// where nobody set more.
const maxDrop = 20

// remove takes a directory away: its domain controllers, what lived in it, and
// at last itself, with everything that it claimed and kept, in one
// transaction. Until then it is there, Deleting.
func (w *run) remove(ctx context.Context) (time.Duration, error) {
	w.setStage(directory.StageDeleting, "")
	for _, inst := range w.all() {
		had, _ := w.status.DCByID(inst.DC.ID)
		if had.State != directory.DCDeleted {
			w.setDC(inst, directory.DCDeleting, "", directory.DCSeen{})
		}
	}
	if err := w.doing(ctx, "removing the domain controllers"); err != nil {
		return 0, err
	}
	for _, inst := range w.all() {
		if err := w.cfg.Engine.Remove(ctx, inst.DC.ID); err != nil {
			return 0, err
		}
		if err := w.cfg.Network.DetachDC(ctx, string(inst.DC.ID)); err != nil {
			return 0, err
		}
		w.setDC(inst, directory.DCDeleted, "", directory.DCSeen{})
	}
	more, err := w.dropContents(ctx)
	if more || err != nil {
		return atOnce, err
	}
	return 0, w.dropDirectory(ctx)
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
// them, as many as one transaction takes; more says that there may be others.
// The domain is gone, so there is nothing left to be done for them. Their own
// reconcilers may have done it before.
func (w *run) dropContents(ctx context.Context) (more bool, err error) {
	tx, n := w.store.Begin(), 0
	for _, o := range store.Trusts.List(w.store) {
		if o.Value.Directory != w.spec.ID || n >= maxDrop {
			continue
		}
		n++
		store.Trusts.Delete(tx, o.Key, o.Revision)
		if st, ok := store.TrustStatus.Get(w.store, o.Key); ok {
			store.TrustStatus.Delete(tx, o.Key, st.Revision)
		}
		claim := trust.Claim(o.Value)
		tx.Release(claim.Key, claim.Owner)
		tx.DropSecret(trust.SecretPassword(o.Value.ID))
	}
	below := string(w.spec.ID) + "/"
	for _, o := range store.Forwarders.List(w.store) {
		if strings.HasPrefix(o.Key, below) && n < maxDrop {
			n++
			store.Forwarders.Delete(tx, o.Key, o.Revision)
		}
	}
	for _, o := range store.TrustMarks.List(w.store) {
		if strings.HasPrefix(o.Key, below) && n < maxDrop {
			n++
			store.TrustMarks.Delete(tx, o.Key, o.Revision)
		}
	}
	if n == 0 {
		return false, nil
	}
	_, err = tx.Commit(ctx)
	return true, err
}

// dropDirectory makes the directory gone.
func (w *run) dropDirectory(ctx context.Context) error {
	spec, ok := store.Directories.Get(w.store, w.key)
	if !ok {
		return nil
	}
	tx := w.store.Begin()
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
	for _, claim := range directory.Claims(spec.Value) {
		tx.Release(claim.Key, claim.Owner)
	}
	id := w.spec.ID
	for _, name := range []string{directory.SecretAdministrator(id), directory.SecretAdmin(id),
		directory.SecretPasswordReset(id), directory.SecretComputer(id), directory.SecretCA(id)} {
		tx.DropSecret(name)
	}
	if _, err := tx.Commit(ctx); err != nil {
		return err
	}
	w.forget(w.key)
	w.log.Info("directory removed", "directory", w.key)
	return nil
}
