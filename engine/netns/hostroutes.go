package netns

import (
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
)

type hostRoute struct {
	prefix netip.Prefix
	link   string
}

// hostRoutes lists what the host has addresses in or routes, without default
// routes and loopback.
func hostRoutes(host *space) ([]hostRoute, error) {
	links, err := dump(host.LinkList)
	if err != nil {
		return nil, err
	}
	names := map[int]string{}
	for _, l := range links {
		names[l.Attrs().Index] = l.Attrs().Name
	}
	routes, err := dump(func() ([]netlink.Route, error) { return host.RouteList(nil, netlink.FAMILY_V4) })
	if err != nil {
		return nil, err
	}
	addresses, err := dump(func() ([]netlink.Addr, error) { return host.AddrList(nil, netlink.FAMILY_V4) })
	if err != nil {
		return nil, err
	}
	var out []hostRoute
	add := func(p netip.Prefix, index int) {
		r := hostRoute{prefix: p.Masked(), link: names[index]}
		if p.IsValid() && p.Bits() > 0 && !p.Addr().IsLoopback() && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	for _, r := range routes {
		index := r.LinkIndex
		if index == 0 && len(r.MultiPath) > 0 {
			index = r.MultiPath[0].LinkIndex
		}
		add(prefixOf(r.Dst), index)
	}
	for _, a := range addresses {
		add(prefixOf(a.IPNet), a.LinkIndex)
	}
	return out, nil
}

// HostPrefixes lists the networks that the host is in or has routes to, our
// own included, so that a new VPC does not overlap them.
func (e *Engine) HostPrefixes() ([]netip.Prefix, error) {
	host, err := openSpace("")
	if err != nil {
		return nil, err
	}
	defer host.close()
	routes, err := hostRoutes(host)
	if err != nil {
		return nil, err
	}
	var out []netip.Prefix
	for _, r := range routes {
		if !slices.Contains(out, r.prefix) {
			out = append(out, r.prefix)
		}
	}
	return out, nil
}
