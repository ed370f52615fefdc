package service

import (
	"context"
	"slices"
	"strings"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// forwarderCall is what the three calls that change a conditional forwarder
// have in common.
type forwarderCall struct {
	operation string
	directory *string
	domain    *string
	addrs     []string
	addrs6    []string
	// change puts the new forwarder together, given the one that exists;
	// ok is false when there is none.
	change func(old directory.Forwarder, ok bool, addresses []string, d directory.Spec) (directory.Forwarder, error)
}

// changeForwarder writes a conditional forwarder as wanted and waits until
// every domain controller that runs serves it. When they do not in time, the
// error says what is missing; what is wanted stays wanted.
func (s *Service) changeForwarder(ctx context.Context, caller audit.Caller, call forwarderCall) error {
	remote, err := trust.ParseRemote(val(call.domain))
	if err != nil {
		return err
	}
	if len(call.addrs6) > 0 {
		return errs.E(errs.Unsupported, "IPv6 addresses of conditional forwarders are not supported: domain controllers have IPv4 addresses only. Use DnsIpAddrs.")
	}
	rev, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryByID(caller, val(call.directory))
		if err != nil {
			return err
		}
		if !d.usable() {
			return d.notUsable(errs.Unavailable)
		}
		old, ok := store.Forwarders.Get(s.store, directory.ForwarderKey(d.Value.ID, remote))
		old.Value.Directory, old.Value.RemoteDomain = d.Value.ID, remote
		fwd, err := call.change(old.Value, ok && !old.Value.Delete, call.addrs, d.Value)
		if err != nil {
			return err
		}
		store.Forwarders.Put(tx, fwd.Key(), fwd, old.Revision)
		store.Directories.Expect(tx, d.Object) // it is not being deleted at the same moment
		s.audit(tx, caller, call.operation, fwd.Key(), "DirectoryId", d.Key, "RemoteDomainName", val(call.domain), "DnsIpAddrs", strings.Join(call.addrs, ","))
		return nil
	})
	if err != nil {
		return classified(err)
	}
	return s.forwardersApplied(ctx, directory.ID(val(call.directory)), rev)
}

// forwardersApplied waits until the forwarders of a directory, as wanted at
// revision rev, are served by every domain controller that runs.
func (s *Service) forwardersApplied(ctx context.Context, id directory.ID, rev int64) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Wait)
	defer cancel()
	var missing []string
	err := s.store.Until(ctx, func() bool {
		missing = s.notApplied(id, rev)
		return len(missing) == 0
	})
	if err == nil {
		return nil
	}
	e := errs.Wrap(err, errs.Unavailable, "The change is written, but not every domain controller of directory %s serves it yet: %s.", id, strings.Join(missing, ", "))
	if reason := store.ForwardersStatus.Peek(s.store, string(id)).Reason; reason != "" {
		e.Message += " " + reason
	}
	e.Hint = "It is applied as soon as they can take it; DescribeConditionalForwarders shows what is wanted."
	return e
}

// notApplied names the running domain controllers that do not serve the
// forwarders of revision rev. One that is down holds nobody up: it is handed
// the complete rules when it comes back. When none runs, all are named.
func (s *Service) notApplied(id directory.ID, rev int64) []string {
	d := store.Directories.Peek(s.store, string(id))
	if d.Delete || d.ID == "" {
		return nil
	}
	status := store.DirectoryStatus.Peek(s.store, string(id))
	applied := store.ForwardersStatus.Peek(s.store, string(id)).Applied
	var missing, down []string
	for _, dc := range d.DCs {
		st, _ := status.DCByID(dc.ID)
		switch {
		case st.State != directory.DCActive:
			down = append(down, string(dc.ID)+" ("+dc.Address.String()+", not running)")
		case applied[dc.ID] < rev:
			missing = append(missing, string(dc.ID)+" ("+dc.Address.String()+")")
		}
	}
	if len(down) == len(d.DCs) {
		return down
	}
	slices.Sort(missing)
	return missing
}

// noForwarder is the answer for a domain without a conditional forwarder.
func noForwarder(id directory.ID, remote directory.FQDN) error {
	return errs.E(errs.NotFound, "A conditional forwarder for domain %s does not exist in directory %s", remote, id)
}
