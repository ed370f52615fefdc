package netns

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// space is a network namespace opened for work: the host's, or a named one.
// Its handle works from any thread.
type space struct {
	*netlink.Handle
	name string
	ns   *os.File // nil for the host's
}

// openSpace opens the namespace at path, the host's when path is "".
func openSpace(path string) (*space, error) {
	s := &space{name: "the host"}
	if path != "" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		s.ns, s.name = f, filepath.Base(path)
	}
	err := inside(s.ns, func() (err error) {
		s.Handle, err = netlink.NewHandle(unix.NETLINK_ROUTE)
		return err
	})
	if err != nil {
		s.close()
		return nil, fmt.Errorf("cannot talk to the kernel about %s: %w", s.name, err)
	}
	return s, nil
}

func (s *space) close() {
	if s.Handle != nil {
		s.Close()
	}
	if s.ns != nil {
		s.ns.Close()
	}
}

// dump asks for a list again while changes elsewhere disturb it.
func dump[T any](list func() ([]T, error)) ([]T, error) {
	for range 20 {
		items, err := list()
		if !errors.Is(err, netlink.ErrDumpInterrupted) {
			return items, err
		}
	}
	return list()
}

// link finds an interface; nil means that there is none.
func (s *space) link(name string) (netlink.Link, error) {
	l, err := s.LinkByName(name)
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot look at %s in %s: %w", name, s.name, err)
	}
	return l, nil
}

func (s *space) deleteLink(name string) error {
	l, err := s.link(name)
	if l == nil || err != nil {
		return err
	}
	err = s.LinkDel(l)
	if err != nil && !errors.Is(err, unix.ENODEV) {
		return fmt.Errorf("cannot delete %s in %s: %w", name, s.name, err)
	}
	return nil
}

func (s *space) up(l netlink.Link) error {
	if l.Attrs().Flags&net.FlagUp != 0 {
		return nil
	}
	if err := s.LinkSetUp(l); err != nil {
		return fmt.Errorf("cannot set %s in %s up: %w", l.Attrs().Name, s.name, err)
	}
	return nil
}

// loopback sets lo up, which a new namespace has down.
func (s *space) loopback() error {
	lo, err := s.link("lo")
	if lo == nil || err != nil {
		return errors.Join(err, fmt.Errorf("%s has no loopback interface", s.name))
	}
	return s.up(lo)
}

// address makes p the only IPv4 address of l; the zero Prefix means none.
func (s *space) address(l netlink.Link, p netip.Prefix) error {
	have, err := dump(func() ([]netlink.Addr, error) { return s.AddrList(l, netlink.FAMILY_V4) })
	if err != nil {
		return fmt.Errorf("cannot list the addresses of %s in %s: %w", l.Attrs().Name, s.name, err)
	}
	found := false
	for _, a := range have {
		if prefixOf(a.IPNet) == p {
			found = true
			continue
		}
		if err := s.AddrDel(l, &a); err != nil && !errors.Is(err, unix.EADDRNOTAVAIL) {
			return fmt.Errorf("cannot take %s from %s in %s: %w", a.IPNet, l.Attrs().Name, s.name, err)
		}
	}
	if found || !p.IsValid() {
		return nil
	}
	if err := s.AddrReplace(l, &netlink.Addr{IPNet: ipNet(p)}); err != nil {
		return fmt.Errorf("cannot give %s to %s in %s: %w", p, l.Attrs().Name, s.name, err)
	}
	return nil
}

// route makes packets to dst leave by l to via. A dst of length 0 is the
// default route.
func (s *space) route(dst netip.Prefix, l netlink.Link, via netip.Addr) error {
	return s.routeFrom(dst, l, via, netip.Addr{})
}

// routeFrom is route for packets that, unless bound to an address, have src.
func (s *space) routeFrom(dst netip.Prefix, l netlink.Link, via, src netip.Addr) error {
	err := s.RouteReplace(&netlink.Route{
		Dst: ipNet(dst), LinkIndex: l.Attrs().Index, Gw: via.AsSlice(), Src: src.AsSlice(), Protocol: unix.RTPROT_STATIC,
	})
	if err != nil {
		return fmt.Errorf("cannot route %s by %s in %s: %w", dst, l.Attrs().Name, s.name, err)
	}
	return nil
}

// onLink makes a reachable by l itself.
func (s *space) onLink(a netip.Addr, l netlink.Link) error {
	err := s.RouteReplace(&netlink.Route{
		Dst: ipNet(single(a)), LinkIndex: l.Attrs().Index, Scope: netlink.SCOPE_LINK, Protocol: unix.RTPROT_STATIC,
	})
	if err != nil {
		return fmt.Errorf("cannot route %s by %s in %s: %w", a, l.Attrs().Name, s.name, err)
	}
	return nil
}

// proxy makes the space answer on l for these IPv4 addresses of others, and
// for no more.
func (s *space) proxy(l netlink.Link, answer []netip.Addr) error {
	have, err := dump(func() ([]netlink.Neigh, error) { return s.NeighProxyList(l.Attrs().Index, netlink.FAMILY_V4) })
	if err != nil {
		return fmt.Errorf("cannot list the neighbours in %s: %w", s.name, err)
	}
	for _, n := range have {
		a, _ := netip.AddrFromSlice(n.IP)
		if slices.Contains(answer, a.Unmap()) {
			continue
		}
		if err := s.NeighDel(&n); err != nil && !errors.Is(err, unix.ENOENT) {
			return fmt.Errorf("cannot stop answering for %s on %s in %s: %w", a, l.Attrs().Name, s.name, err)
		}
	}
	for _, a := range answer {
		err := s.NeighSet(&netlink.Neigh{LinkIndex: l.Attrs().Index, Family: netlink.FAMILY_V4, Flags: netlink.NTF_PROXY, IP: a.AsSlice()})
		if err != nil {
			return fmt.Errorf("cannot answer for %s on %s in %s: %w", a, l.Attrs().Name, s.name, err)
		}
	}
	return nil
}

// addRoutes routes all of dsts by l to via.
func (s *space) addRoutes(l netlink.Link, via netip.Addr, dsts []netip.Prefix) error {
	for _, dst := range dsts {
		if err := s.route(dst, l, via); err != nil {
			return err
		}
	}
	return nil
}

// sysctl sets /proc/sys/net/<key> of the namespace.
func (s *space) sysctl(key, value string) error {
	return inside(s.ns, func() error {
		path := filepath.Join("/proc/sys/net", key)
		have, err := os.ReadFile(path)
		if err != nil || strings.TrimSpace(string(have)) == value {
			return err
		}
		if err := os.WriteFile(path, []byte(value), 0o644); err != nil {
			return fmt.Errorf("cannot set net/%s in %s to %s: %w", key, s.name, value, err)
		}
		return nil
	})
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

func prefixOf(n *net.IPNet) netip.Prefix {
	if n == nil {
		return netip.Prefix{}
	}
	a, ok := netip.AddrFromSlice(bytes.Clone(n.IP))
	if !ok {
		return netip.Prefix{}
	}
	ones, _ := n.Mask.Size()
	return netip.PrefixFrom(a.Unmap(), ones)
}
