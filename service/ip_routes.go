package service

import (
	"net/netip"
	"strings"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// maxIPRoutes is how many IP routes a directory may have in a Region.
const maxIPRoutes = 100

// parseCIDR reads a member CidrIp (or CidrIpv6), whose shape is checked
// already, and gives it without host bits, as AWS answers with it.
func (s *Service) parseCIDR(given string, ipv6 bool) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(given)
	switch {
	case err != nil || p.Addr().Is4() == ipv6:
		return p, errs.E(errs.Invalid, "Invalid CIDR block %q.", given)
	case p.Addr().Is4In6():
		return p, errs.E(errs.Invalid, "Invalid CIDR block %s: it is an IPv4 address written as IPv6. Specify it as CidrIp.", given)
	case p.Bits() == 0:
		return p, errs.E(errs.Invalid, "Invalid CIDR block %s: a directory cannot have a route to everything. Specify the ranges of your networks.", given)
	}
	p = p.Masked()
	for _, r := range nowhere() {
		if p.Overlaps(r) {
			return p, errs.E(errs.Invalid, "Invalid CIDR block %s: it overlaps %s, in which no host of a network can be reached.", given, r)
		}
	}
	return p, nil
}

// nowhere lists what is no destination of a route: this host, loopback,
// link-local, multicast and reserved ranges.
func nowhere() []netip.Prefix {
	var list []netip.Prefix
	for _, p := range []string{"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/127", "fe80::/10", "ff00::/8"} {
		list = append(list, netip.MustParsePrefix(p))
	}
	return list
}

// routesOf lists a directory's IP routes in a Region, by key.
func (s *Service) routesOf(id, region string) []store.Object[directory.IPRoute] {
	var list []store.Object[directory.IPRoute]
	for o := range store.IPRoutes.All(s.store) {
		if strings.HasPrefix(o.Key, id+"/"+region+"/") {
			list = append(list, o)
		}
	}
	return list
}

// routeStatus is what became of a route; a wish that nobody has looked at yet
// counts as begun.
func (s *Service) routeStatus(o store.Object[directory.IPRoute]) directory.IPRouteStatus {
	st := store.IPRouteStatus.Peek(s.store, o.Key)
	switch removal := st.State == directory.RouteRemoving || st.State == directory.RouteRemoveFailed; {
	case o.Value.Delete && !removal:
		return directory.IPRouteStatus{State: directory.RouteRemoving}
	case !o.Value.Delete && (removal || st.State == ""):
		return directory.IPRouteStatus{State: directory.RouteAdding}
	}
	return st
}

// changeable finds a directory whose IP routes in the caller's Region may be
// changed: it works, and no change is under way.
func (s *Service) changeable(d found, region string) error {
	if !d.usable() {
		return d.notUsable(errs.Unavailable)
	}
	for _, o := range s.routesOf(d.Key, region) {
		switch s.routeStatus(o).State {
		case directory.RouteAdding, directory.RouteRemoving:
			return errs.E(errs.Refused, "An update is already in progress for directory %s Please wait until this update is complete before making another change.", d.Key)
		default: // done, or failed
		}
	}
	return nil
}
