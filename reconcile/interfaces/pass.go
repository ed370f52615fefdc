package interfaces

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// pass is one look at one directory, with what was put in force.
type pass struct {
	*Reconciler
	key    string
	spec   directory.Spec
	wanted bool // the directory is there and to stay
	routes []store.Object[directory.IPRoute]
	dcs    []dcPass
}

// dcPass is one domain controller's part of a pass.
type dcPass struct {
	dc     directory.DC
	region string
	nic    vpc.NIC
	filter vpc.Filter
	extra  []netip.Prefix
	rev    int64 // the newest change that it was drawn from
	err    error // why it is not in force
	routed error // why the routes alone are not

	without string // why no rule is in force, "" when there is a group
}

// pass draws what every domain controller of the directory must have and puts
// it in force on all of them at once. The loop has one worker on a directory,
// so an older pass never comes later.
func (r *Reconciler) pass(ctx context.Context, key string) *pass {
	p := &pass{Reconciler: r, key: key}
	for o := range store.IPRoutes.All(r.store) {
		if strings.HasPrefix(o.Key, key+"/") {
			p.routes = append(p.routes, o)
		}
	}
	d, ok := store.Directories.Get(r.store, key)
	if !ok || d.Value.Delete {
		return p
	}
	p.spec, p.wanted = d.Value, true
	for _, dc := range d.Value.DCs {
		p.dcs = append(p.dcs, p.draw(dc, d.Revision))
	}
	var all sync.WaitGroup
	for i := range p.dcs {
		all.Go(func() { p.dcs[i].apply(ctx, r.network) })
	}
	all.Wait()
	return p
}

// draw compiles what a domain controller must have.
func (p *pass) draw(dc directory.DC, rev int64) dcPass {
	region := p.spec.RegionOf(dc)
	place, _ := p.spec.Place(region)
	x := dcPass{dc: dc, region: region, rev: rev}
	network, _ := store.VPCs.Get(p.store, string(place.VPC))
	x.nic = vpc.NIC{Name: string(dc.ID), VPC: network.Value, Subnet: dc.Subnet, Address: dc.Address}
	var groups []vpc.Group
	if g, ok := store.SecurityGroups.Get(p.store, string(place.SecurityGroup)); ok {
		groups = append(groups, g.Value)
		x.rev = max(x.rev, g.Revision)
	} else {
		x.without = fmt.Sprintf("Security group %q, in which the domain controller is to be, does not exist: nothing is let through but the directory's other domain controllers.", place.SecurityGroup)
	}
	x.filter = vpc.Compile(groups, func(g vpc.GroupID) []netip.Addr { return p.members(g, region) })
	for _, other := range p.spec.DCs {
		if other.ID != dc.ID && other.Address.IsValid() {
			x.filter.Always = append(x.filter.Always, other.Address)
		}
	}
	slices.SortFunc(x.filter.Always, netip.Addr.Compare)
	x.filter.Shut = p.shut()
	for _, o := range p.routes {
		if o.Value.Region != region {
			continue
		}
		x.rev = max(x.rev, o.Revision)
		if !o.Value.Delete {
			x.extra = append(x.extra, o.Value.CIDR)
		}
	}
	return x
}

// members lists the domain controllers of a Region that are in a group.
func (p *pass) members(g vpc.GroupID, region string) []netip.Addr {
	var list []netip.Addr
	for o := range store.Directories.All(p.store) {
		if place, ok := o.Value.Place(region); !ok || place.SecurityGroup != g {
			continue
		}
		for _, dc := range o.Value.DCsIn(region) {
			if dc.Address.IsValid() {
				list = append(list, dc.Address)
			}
		}
	}
	return list
}

// apply puts it in force: the filter first, so that no new way is open to what
// it closes.
func (x *dcPass) apply(ctx context.Context, network Network) {
	if x.err = network.SetFilter(ctx, string(x.dc.ID), x.filter); x.err != nil {
		return
	}
	x.routed = network.SetRoutes(ctx, x.nic, x.extra, x.filter.Always)
	x.err = x.routed
}

// reach lists what the domain controller has routes to beside private address
// space.
func (x *dcPass) reach() []netip.Prefix {
	if own := x.nic.VPC.CIDR; own.IsValid() && !vpc.Routed(nil, own.Addr()) {
		return append([]netip.Prefix{own}, x.extra...)
	}
	return x.extra
}

// unattached reports whether there is no interface to put anything in force on.
func (x *dcPass) unattached() bool { return errs.KindOf(x.err) == errs.Unavailable && x.err != nil }

// words gives what to show of an error: the sentence written for people where
// there is one.
func words(err error) string {
	var e *errs.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return strings.TrimSpace(e.Message + " " + e.Hint)
	}
	return err.Error()
}
