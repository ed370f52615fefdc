package netns

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"sync"

	"github.com/vishvananda/netlink"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/vpc"
)

// filters remembers what was given to the kernel last, so that a look at it is
// enough to know that nothing has changed. After a restart it is empty: every
// filter is then written once more, which no packet notices.
type filters struct {
	mu  sync.Mutex
	dcs map[string]*filterOf
}

// filterOf is what is known about one domain controller's filter. Its mutex is
// held while the filter is looked at or written.
type filterOf struct {
	sync.Mutex
	wanted string     // the filter that was written, "" when unknown
	kernel string     // what the kernel showed of it then
	filter vpc.Filter // the same as wanted

	own    bool // it is one that SetFilter was given, not the one that lets nothing through
	routed bool // SetRoutes was done since the interface was made
}

// made says that the interface is a new one, without routes.
func (o *filterOf) made() {
	o.Lock()
	defer o.Unlock()
	o.routed = false
}

func (f *filters) of(dc string) *filterOf {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dcs == nil {
		f.dcs = map[string]*filterOf{}
	}
	if f.dcs[dc] == nil {
		f.dcs[dc] = &filterOf{}
	}
	return f.dcs[dc]
}

// forget drops what is known of a domain controller that has no interface any
// more. Whoever still has it writes to what nobody reads.
func (f *filters) forget(dc string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.dcs, dc)
}

// SetFilter puts a filter in force in a domain controller's network namespace,
// in one transaction: every packet meets either the old rules or the new ones.
// Then it ends the connections that the new ones do not allow; others go on.
// When the kernel has the filter already, nothing is written. The error is an
// errs.Unavailable when the domain controller has no network on this host.
func (e *Engine) SetFilter(ctx context.Context, dc string, f vpc.Filter) error {
	s, err := e.openDC(dc)
	if err != nil {
		return err
	}
	defer s.close()
	if err := ctx.Err(); err != nil {
		return err
	}
	known := e.filters.of(dc)
	known.Lock()
	defer known.Unlock()
	if err := e.setFilter(s, known, f); err != nil {
		return fmt.Errorf("cannot set the filter of %s: %w", dc, err)
	}
	known.own = true
	return nil
}

// Opened reports whether a domain controller's interface has the filter and
// the routes that are its own: SetFilter and SetRoutes were done since it was
// made, and since this process began, and the kernel still shows that filter.
func (e *Engine) Opened(_ context.Context, dc string) (bool, error) {
	s, err := e.openDC(dc)
	if errs.KindOf(err) == errs.Unavailable {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer s.close()
	known := e.filters.of(dc)
	known.Lock()
	defer known.Unlock()
	if !known.own || !known.routed {
		return false, nil
	}
	now, err := kernelTable{ns: int(s.ns.Fd())}.show()
	return err == nil && known.wanted != "" && now == known.kernel, err
}

func (e *Engine) setFilter(s *space, known *filterOf, f vpc.Filter) error {
	k := kernelTable{ns: int(s.ns.Fd())}
	wanted := fmt.Sprintf("%+v %v", f, e.upstreams)
	now, err := k.show()
	if err != nil {
		return err
	}
	if now != "" && known.wanted == wanted && known.kernel == now {
		return nil
	}
	widened := known.wanted != "" && known.kernel == now && f.Includes(known.filter)
	known.wanted = ""
	if err := k.replace(f, e.upstreams); err != nil {
		return err
	}
	// A connection of which the kernel does not know the beginning is nobody's
	// any more: without this, a packet of an ended one would bring it back.
	if err := s.sysctl("netfilter/nf_conntrack_tcp_loose", "0"); err != nil {
		return err
	}
	if widened {
		return known.remember(k, f, wanted) // nothing can have lost its rule
	}
	ended, err := s.endFlows(func(flow vpc.Flow) bool { return f.Keeps(flow) || e.toUpstream(flow) })
	if ended > 0 {
		e.log.Info("connections ended that the rules allow no longer", "namespace", s.name, "count", ended)
	}
	if err != nil {
		return err
	}
	return known.remember(k, f, wanted)
}

// remember notes what is in force.
func (o *filterOf) remember(k kernelTable, f vpc.Filter, wanted string) (err error) {
	if o.kernel, err = k.show(); err == nil {
		o.wanted, o.filter = wanted, f
	}
	return err
}

// closeFirst gives a namespace without a filter one that lets nothing through,
// so that none is ever open: SetFilter puts the domain controller's own in its
// place.
func (e *Engine) closeFirst(s *space, dc string) error {
	known := e.filters.of(dc)
	known.Lock()
	defer known.Unlock()
	k := kernelTable{ns: int(s.ns.Fd())}
	if now, err := k.show(); err != nil || now != "" {
		return err
	}
	known.own = false
	return e.setFilter(s, known, vpc.Filter{})
}

// toUpstream says whether a flow is a question to a DNS server that no rule
// closes.
func (e *Engine) toUpstream(flow vpc.Flow) bool {
	for _, a := range e.upstreams {
		if !flow.Inbound && flow.Peer == a && flow.Port == dnsPort && (flow.Protocol == vpc.TCP || flow.Protocol == vpc.UDP) {
			return true
		}
	}
	return false
}

// openDC opens a domain controller's namespace.
func (e *Engine) openDC(dc string) (*space, error) {
	if !validName.MatchString(dc) {
		return nil, fmt.Errorf("%q cannot name a domain controller's interface", dc)
	}
	if !isNamespace(e.Path(dc)) {
		return nil, noNetwork(dc, fs.ErrNotExist)
	}
	s, err := openSpace(e.Path(dc))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noNetwork(dc, err)
	}
	return s, err
}

func noNetwork(dc string, err error) error {
	return &errs.Error{Kind: errs.Unavailable, Message: fmt.Sprintf("The domain controller %s has no network on this host yet.", dc), Err: err}
}

// local lists the addresses of the namespace's interfaces.
func (s *space) local() (map[netip.Addr]bool, error) {
	list, err := dump(func() ([]netlink.Addr, error) { return s.AddrList(nil, netlink.FAMILY_ALL) })
	if err != nil {
		return nil, fmt.Errorf("cannot list the addresses in %s: %w", s.name, err)
	}
	out := map[netip.Addr]bool{}
	for _, a := range list {
		out[prefixOf(a.IPNet).Addr()] = true
	}
	return out, nil
}
