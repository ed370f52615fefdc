package trusts

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// world is what the store knows around a trust.
type world struct {
	gone       bool // the directory is deleted, or on its way
	directory  directory.Spec
	status     directory.Status
	forwarder  directory.Forwarder // the one that serves the partner's name
	forwarded  int64               // its revision; 0 means that there is none
	applied    servedBy            // the forwarders, by the DCs
	answering  string              // which of its DNS servers answer
	hostClash  *trust.HostClash
	former     *trust.Mark
	formerRev  int64
	access     trust.AccessStatus
	accessRev  int64
	ntlmOpen   []string
	managed    bool   // the partner is a directory of ours
	rules      string // what is in force on our network interfaces
	complement string // what is known of the partner's trust, when it is ours too
}

// world reads what the store has; it costs no I/O.
func (r *Reconciler) world(spec store.Object[trust.Spec]) world {
	s, t := r.cfg.Store, spec.Value
	var w world
	dir, ok := store.Directories.Get(s, string(t.Directory))
	w.gone, w.directory = !ok || dir.Value.Delete, dir.Value
	if st, ok := store.DirectoryStatus.Get(s, string(t.Directory)); ok {
		w.status = st.Value
	}
	w.forwarder, w.forwarded = r.forwarderFor(t)
	w.rules = r.served.rules(w.directory)
	w.applied = r.served.by(t.Directory)
	if w.forwarded != 0 {
		w.answering = answering(store.ForwarderHealth.Peek(s, w.forwarder.Key()))
	}
	if mark, ok := store.TrustMarks.Get(s, markKey(t)); ok {
		w.former, w.formerRev = &mark.Value, mark.Revision
	}
	if access, ok := store.AccessStatus.PeekObject(s, string(t.Directory)); ok {
		w.access, w.accessRev = access.Value, access.Revision
	}
	w.ntlmOpen = r.ntlmOpen(t, w)
	w.hostClash = r.hostClash(t)
	w.complement = r.complement(t, w.directory.Name)
	w.managed = s.Claimed(directory.ClaimName(t.Remote)) != ""
	return w
}

// markKey is by pair, since the mark outlives the trust.
func markKey(t trust.Spec) string { return string(t.Directory) + "/" + string(t.Remote) }

// forwarderFor finds the conditional forwarder that serves the partner's
// name: the most specific one.
func (r *Reconciler) forwarderFor(t trust.Spec) (directory.Forwarder, int64) {
	for name := string(t.Remote); name != ""; {
		if o, ok := store.Forwarders.Get(r.cfg.Store, directory.ForwarderKey(t.Directory, directory.FQDN(name))); ok && !o.Value.Delete {
			return o.Value, o.Revision
		}
		_, name, _ = strings.Cut(name, ".")
	}
	return directory.Forwarder{}, 0
}

// forwarderPending reports whether a DC that works does not serve the
// forwarder as it is now.
func (w world) forwarderPending() bool {
	if w.forwarded == 0 {
		return false
	}
	for _, dc := range w.status.DCs {
		if dc.State == directory.DCActive && w.applied.applied[dc.ID] < w.forwarded {
			return true
		}
	}
	return false
}

// hostClash finds another partner of the directory with a DC of the same host
// name as one of this partner.
func (r *Reconciler) hostClash(t trust.Spec) *trust.HostClash {
	for host, others := range r.hosts.shared(string(t.ID)) {
		for _, key := range others {
			o, ok := store.Trusts.PeekObject(r.cfg.Store, key)
			if ok && o.Value.Directory == t.Directory && !o.Value.Delete {
				return &trust.HostClash{Host: host, Domain: o.Value.Remote}
			}
		}
	}
	return nil
}

// counterparts finds the trusts on the other side of t: managed directories
// may be partners of one another.
func (r *Reconciler) counterparts(t trust.Spec, ours directory.FQDN) []store.Object[trust.Spec] {
	var found []store.Object[trust.Spec]
	if r.cfg.Store.Claimed(directory.ClaimName(t.Remote)) == "" {
		return nil // the partner is no directory of ours
	}
	for o := range store.Trusts.All(r.cfg.Store) {
		if o.Value.Remote != ours || o.Value.ID == t.ID {
			continue
		}
		if dir, ok := store.Directories.Get(r.cfg.Store, string(o.Value.Directory)); ok && dir.Value.Name == t.Remote {
			found = append(found, o)
		}
	}
	return found
}

// complement says in one line what the other side's trust has got to.
func (r *Reconciler) complement(t trust.Spec, ours directory.FQDN) string {
	var b strings.Builder
	for _, o := range r.counterparts(t, ours) {
		st, _ := store.TrustStatus.Get(r.cfg.Store, o.Key)
		fmt.Fprintf(&b, "%s@%d made %v %d;", o.Key, o.Revision, st.Value.LocalSide, st.Value.Made.UnixNano())
	}
	return b.String()
}

// signature changes when something changes that is worth a look before its
// time.
func (w world) signature(spec store.Object[trust.Spec]) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %v %d %v %s %v %s", spec.Revision, w.gone, w.forwarded, w.forwarderPending(), w.complement, w.hostClash != nil, w.rules)
	if spec.Value.SelectiveAuth || spec.Value.UpdateSerial > 0 {
		fmt.Fprintf(&b, " access %d", w.accessRev)
	}
	for _, dc := range w.status.DCs {
		fmt.Fprintf(&b, " %s %s %d", dc.ID, dc.State, dc.LaunchTime.UnixNano())
	}
	b.WriteString(w.answering)
	return b.String()
}

// seen is what the store adds to what is seen of the world.
func (w world) seen() trust.Seen {
	var servers []netip.Addr
	if w.forwarded != 0 {
		servers = w.forwarder.Addresses
	}
	return trust.Seen{
		Ours: trust.Identity{
			DNSName: w.directory.Name, NetBIOSName: w.directory.ShortName,
			Forest: w.directory.Name, SID: w.status.DomainSID,
		},
		DirectoryGone: w.gone, ForwarderServers: servers, ForwarderPending: w.forwarderPending(),
		HostClash: w.hostClash, Former: w.former, Access: w.access, NTLMOpen: w.ntlmOpen, PartnerManaged: w.managed,
	}
}
