package netns

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/entente-ad/entente/vpc"
)

// SetRoutes gives a domain controller routes to extra beside those that it has
// anyway: private address space, its VPC, the DNS servers that it may always
// ask, and always, which are the other domain controllers of its directory.
// Other routes by its interface go. The error is an errs.Unavailable when it
// has no interface on this host.
func (e *Engine) SetRoutes(ctx context.Context, nic vpc.NIC, extra []netip.Prefix, always []netip.Addr) error {
	subnet, ok := nic.VPC.SubnetByID(nic.Subnet)
	if !ok {
		return fmt.Errorf("cannot set the routes of %s: %s has no subnet %s", nic.Name, nic.VPC.ID, nic.Subnet)
	}
	s, err := e.openDC(nic.Name)
	if err != nil {
		return err
	}
	defer s.close()
	eth0, err := s.link(dcLink)
	if err != nil {
		return err
	}
	if eth0 == nil {
		return noNetwork(nic.Name, errors.New("no interface"))
	}
	wanted := e.routesOf(nic, append(extra, singles(always)...))
	if err := s.setRoutes(ctx, eth0, vpc.Gateway(subnet.CIDR), wanted); err != nil {
		return fmt.Errorf("cannot set the routes of %s: %w", nic.Name, err)
	}
	known := e.filters.of(nic.Name)
	known.Lock()
	defer known.Unlock()
	known.routed = true
	return nil
}

// routesOf lists what a domain controller reaches by its subnet's gateway, of
// IPv4.
func (e *Engine) routesOf(nic vpc.NIC, extra []netip.Prefix) []netip.Prefix {
	list := slices.Concat(vpc.Private(), []netip.Prefix{nic.VPC.CIDR.Masked()}, singles(e.upstreams), extra)
	list = slices.DeleteFunc(list, func(p netip.Prefix) bool { return !p.Addr().Is4() })
	slices.SortFunc(list, netip.Prefix.Compare)
	return slices.Compact(list)
}

func singles(list []netip.Addr) []netip.Prefix {
	var out []netip.Prefix
	for _, a := range list {
		out = append(out, single(a))
	}
	return out
}

// setRoutes adds what is missing before it takes away what is too much.
func (s *space) setRoutes(ctx context.Context, l netlink.Link, via netip.Addr, wanted []netip.Prefix) error {
	have, err := dump(func() ([]netlink.Route, error) { return s.RouteList(l, netlink.FAMILY_V4) })
	if err != nil {
		return fmt.Errorf("cannot list the routes in %s: %w", s.name, err)
	}
	var there []netip.Prefix
	var tooMuch []netlink.Route
	for _, r := range have {
		gw, _ := netip.AddrFromSlice(r.Gw)
		switch p := routePrefix(r); {
		case r.Gw == nil: // the subnet itself
		case gw.Unmap() == via && slices.Contains(wanted, p):
			there = append(there, p)
		default:
			tooMuch = append(tooMuch, r)
		}
	}
	for _, p := range wanted {
		if slices.Contains(there, p) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.route(p, l, via); err != nil {
			return err
		}
	}
	for _, r := range tooMuch {
		if p := routePrefix(r); slices.Contains(wanted, p) && !slices.Contains(there, p) {
			continue // it had another gateway and was replaced
		}
		if err := s.RouteDel(&r); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("cannot take the route to %s away in %s: %w", routePrefix(r), s.name, err)
		}
	}
	return nil
}

// routePrefix is a route's destination; netlink has none for the default one.
func routePrefix(r netlink.Route) netip.Prefix {
	if r.Dst == nil {
		return anywhere
	}
	return prefixOf(r.Dst)
}
