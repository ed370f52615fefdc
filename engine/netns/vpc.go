package netns

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/vishvananda/netlink"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/vpc"
)

// anywhere is the default route's destination.
var anywhere = netip.PrefixFrom(netip.IPv4Unspecified(), 0)

// Apply makes the VPC as spec says and leaves alone what is so already. It
// refuses a range that the host routes elsewhere.
func (e *Engine) Apply(ctx context.Context, spec vpc.Spec) error {
	if !validID.MatchString(string(spec.ID)) {
		return fmt.Errorf("%q is not a VPC id", spec.ID)
	}
	link, err := spec.HostLink()
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.apply(ctx, spec, link); err != nil {
		return fmt.Errorf("cannot make the network of %s: %w", spec.ID, err)
	}
	return nil
}

func (e *Engine) apply(ctx context.Context, spec vpc.Spec, link vpc.Link) error {
	host, err := openSpace("")
	if err != nil {
		return err
	}
	defer host.close()
	if err := e.free(host, spec); err != nil {
		return err
	}
	made, err := ensureNamespace(e.routerName(spec.ID))
	if err != nil {
		return err
	}
	router, err := openSpace(e.routerPath(spec.ID))
	if err != nil {
		return err
	}
	defer router.close()
	for _, step := range []func() error{
		router.loopback,
		func() error { return e.hardenRouter(router) },
		func() error { return e.subnets(router, spec) },
		func() error { return e.uplink(host, router, spec, link) },
		func() error { return answerFor(router, link, spec) },
		func() error { return e.forward(host) },
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(); err != nil {
			return err
		}
	}
	if made {
		e.log.Info("network made", "vpc", spec.ID, "range", spec.CIDR.String(), "router", e.routerName(spec.ID))
	}
	return nil
}

// free refuses a range that the host uses otherwise. A wider route is fine,
// since ours is more specific, unless it is another VPC's, part of which would
// be cut off.
func (e *Engine) free(host *space, spec vpc.Spec) error {
	routes, err := hostRoutes(host)
	if err != nil {
		return err
	}
	ours := e.hostLink(spec.ID)
	for _, r := range routes {
		wider := r.prefix.Bits() < spec.CIDR.Bits() && !strings.HasPrefix(r.link, "e"+e.tag+"-")
		if r.link != ours && !wider && spec.CIDR.Overlaps(r.prefix) {
			return &errs.Error{
				Kind:    errs.Refused,
				Message: fmt.Sprintf("The range %s of %s overlaps %s, which this host has on %s already.", spec.CIDR, spec.ID, r.prefix, r.link),
				Hint:    "Remove that route or address, or use a VPC of another range.",
			}
		}
	}
	return nil
}

// hardenRouter lets the router forward, and only what comes from where its
// source lives: a domain controller cannot pretend to be another subnet's.
func (e *Engine) hardenRouter(router *space) error {
	for _, s := range [][2]string{
		{"ipv4/ip_forward", "1"},
		{"ipv4/conf/all/rp_filter", "1"},
		{"ipv4/conf/all/send_redirects", "0"},
		{"ipv4/conf/all/accept_redirects", "0"},
	} {
		if err := router.sysctl(s[0], s[1]); err != nil {
			return err
		}
	}
	return nil
}

// subnets makes a bridge with the gateway's address for every subnet, and
// removes bridges of subnets that are no more.
func (e *Engine) subnets(router *space, spec vpc.Spec) error {
	wanted := map[string]bool{}
	for _, n := range spec.Subnets {
		wanted[bridgeName(n.ID)] = true
		if err := e.bridge(router, n); err != nil {
			return err
		}
	}
	links, err := dump(router.LinkList)
	if err != nil {
		return err
	}
	for _, l := range links {
		if name := l.Attrs().Name; l.Type() == "bridge" && strings.HasPrefix(name, bridgePrefix) && !wanted[name] {
			if err := router.deleteLink(name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) bridge(router *space, n vpc.Subnet) error {
	name := bridgeName(n.ID)
	l, err := router.link(name)
	if err != nil {
		return err
	}
	if l == nil {
		// A bridge without an address of its own takes its lowest port's, and the
		// gateway's would change whenever a domain controller comes or goes.
		br := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: name, HardwareAddr: stableMAC(e.prefix() + name)}}
		if err := router.LinkAdd(br); err != nil {
			return fmt.Errorf("cannot make the bridge of %s: %w", n.ID, err)
		}
		if l, err = router.link(name); l == nil || err != nil {
			return fmt.Errorf("the bridge of %s went away while it was made: %w", n.ID, err)
		}
	}
	if err := router.address(l, netip.PrefixFrom(vpc.Gateway(n.CIDR), n.CIDR.Bits())); err != nil {
		return err
	}
	return router.up(l)
}

// uplink joins router and host, and routes both ways. The router's end has no
// address of its own: the subnet's gateway is the router.
func (e *Engine) uplink(host, router *space, spec vpc.Spec, link vpc.Link) error {
	w := wire{near: host, far: router, nearName: e.hostLink(spec.ID), farName: uplink}
	near, far, _, err := w.ensure()
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return host.address(near, single(link.Host)) },
		func() error { return router.address(far, netip.Prefix{}) },
		func() error { return host.up(near) },
		func() error { return router.up(far) },
		func() error { return router.onLink(link.Host, far) },
		func() error { return router.route(anywhere, far, link.Host) },
		func() error { return host.onLink(link.Router, near) },
		func() error { return host.routeFrom(spec.CIDR.Masked(), near, link.Router, link.Host) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// answerFor makes the router answer in the first subnet for the host's address,
// which is not on that bridge, and in no other.
func answerFor(router *space, link vpc.Link, spec vpc.Spec) error {
	for _, n := range spec.Subnets {
		l, err := router.link(bridgeName(n.ID))
		if l == nil || err != nil {
			return errors.Join(err, fmt.Errorf("the bridge of %s went away", n.ID))
		}
		var answer []netip.Addr
		if n.ID == link.Subnet {
			answer = append(answer, link.Host)
		}
		if err := router.proxy(l, answer); err != nil {
			return err
		}
	}
	return nil
}

// Remove takes the VPC's router and link away; domain controllers in it lose
// their interface. A VPC that is not there is fine.
func (e *Engine) Remove(_ context.Context, id vpc.ID) error {
	if !validID.MatchString(string(id)) {
		return fmt.Errorf("%q is not a VPC id", id)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	existed := isNamespace(e.routerPath(id))
	host, err := openSpace("")
	if err != nil {
		return err
	}
	defer host.close()
	if err := host.deleteLink(e.hostLink(id)); err != nil {
		return fmt.Errorf("cannot remove the network of %s: %w", id, err)
	}
	if err := removeNamespace(e.routerName(id)); err != nil {
		return fmt.Errorf("cannot remove the network of %s: %w", id, err)
	}
	if existed {
		e.log.Info("network removed", "vpc", id)
	}
	return nil
}
