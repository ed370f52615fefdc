package trusts

import (
	"strings"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
)

// KeysFor names the trusts that a change in the store concerns. A trust's own
// status concerns only its counterpart, so that no write nudges its writer.
func (r *Reconciler) KeysFor(change store.Change) []string {
	switch change.Table {
	case store.Trusts.Name():
		return append([]string{change.Key}, r.counterpartKeys(change.Key)...)
	case store.TrustStatus.Name():
		return r.counterpartKeys(change.Key)
	case store.ForwardersStatus.Name():
		return r.forwarded(directory.ID(change.Key))
	case store.ForwarderHealth.Name():
		return r.answeredOtherwise(change.Key)
	case store.Directories.Name(), store.DirectoryStatus.Name(), store.AccessStatus.Name():
		return r.trustsOf(directory.ID(change.Key), "")
	case store.InterfaceStatus.Name():
		if id, ok := r.directoryOf(change.Key); ok {
			return r.trustsOf(id, "")
		}
	case store.Forwarders.Name():
		id, domain, _ := strings.Cut(change.Key, "/")
		return r.trustsOf(directory.ID(id), domain)
	}
	return nil
}

// counterpartKeys finds the other side of a trust, which may be gone already.
func (r *Reconciler) counterpartKeys(key string) []string {
	o, ok := store.Trusts.Get(r.cfg.Store, key)
	if !ok {
		m, known := r.recall(key)
		if !known {
			return nil
		}
		o.Value = m.spec
	}
	dir, ok := store.Directories.Get(r.cfg.Store, string(o.Value.Directory))
	if !ok {
		return nil
	}
	var keys []string
	for _, other := range r.counterparts(o.Value, dir.Value.Name) {
		keys = append(keys, other.Key)
	}
	return keys
}

// trustsOf lists the trusts of a directory, those whose partner lies in
// domain; "" means all.
func (r *Reconciler) trustsOf(id directory.ID, domain string) []string {
	var keys []string
	for o := range store.Trusts.All(r.cfg.Store) {
		remote := string(o.Value.Remote)
		if o.Value.Directory == id && (domain == "" || remote == domain || strings.HasSuffix(remote, "."+domain)) {
			keys = append(keys, o.Key)
		}
	}
	return keys
}
