package netns

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/entente-ad/entente/vpc"
)

// endFlows ends the connections that are not to be kept and counts them: local
// TCP sockets are closed, which tells both ends, and what the kernel knows of
// the connection is forgotten, so that no further packet belongs to it.
func (s *space) endFlows(keep func(vpc.Flow) bool) (ended int, err error) {
	local, err := s.local()
	if err != nil {
		return 0, err
	}
	unwanted := unwantedFlows{local: local, keep: keep}
	err = inside(s.ns, func() error {
		h, err := netlink.NewHandle(unix.NETLINK_NETFILTER, unix.NETLINK_INET_DIAG)
		if err != nil {
			return err
		}
		defer h.Close()
		list, err := dump(func() ([]*netlink.ConntrackFlow, error) {
			return h.ConntrackTableList(netlink.ConntrackTable, unix.AF_UNSPEC)
		})
		if err != nil {
			return fmt.Errorf("cannot list the connections in %s: %w", s.name, err)
		}
		found := map[netlink.InetFamily]bool{}
		sockets := map[ends]bool{}
		for _, c := range list {
			if unwanted.MatchConntrackFlow(c) {
				found[netlink.InetFamily(c.FamilyType)] = true
				sockets[unwanted.ends(c)] = true
			}
		}
		if len(found) == 0 {
			return nil
		}
		// Sockets first: what they say to the other end passes while their
		// connection is known.
		all := closeSockets(h, sockets)
		for family := range found {
			n, err := h.ConntrackDeleteFilters(netlink.ConntrackTable, family, unwanted)
			ended += int(n)
			all = errors.Join(all, err)
		}
		return all
	})
	return ended, err
}

// unwantedFlows picks the flows that are not to be kept.
type unwantedFlows struct {
	local map[netip.Addr]bool
	keep  func(vpc.Flow) bool
}

// MatchConntrackFlow implements netlink.CustomConntrackFilter.
func (u unwantedFlows) MatchConntrackFlow(c *netlink.ConntrackFlow) bool {
	flow, ok := u.flow(c)
	return ok && !u.keep(flow)
}

// flow tells who began a connection; ok is false for those that do not leave
// the namespace, and for what is not ours at all.
func (u unwantedFlows) flow(c *netlink.ConntrackFlow) (flow vpc.Flow, ok bool) {
	from, okFrom := netip.AddrFromSlice(c.Forward.SrcIP)
	to, okTo := netip.AddrFromSlice(c.Forward.DstIP)
	if !okFrom || !okTo {
		return flow, false
	}
	from, to = from.Unmap(), to.Unmap()
	if u.local[from] == u.local[to] {
		return flow, false
	}
	flow = vpc.Flow{
		Inbound: u.local[to], Protocol: vpc.ProtocolOf(int(c.Forward.Protocol)),
		Peer: to, Port: int(c.Forward.DstPort), Marked: c.Mark == vpc.Mark,
	}
	if flow.Inbound {
		flow.Peer = from
	}
	return flow, true
}

// ends are the two ends of a TCP connection, seen from here.
type ends struct{ local, remote netip.AddrPort }

func (u unwantedFlows) ends(c *netlink.ConntrackFlow) ends {
	from, _ := netip.AddrFromSlice(c.Forward.SrcIP)
	to, _ := netip.AddrFromSlice(c.Forward.DstIP)
	a := netip.AddrPortFrom(from.Unmap(), c.Forward.SrcPort)
	b := netip.AddrPortFrom(to.Unmap(), c.Forward.DstPort)
	switch {
	case c.Forward.Protocol != unix.IPPROTO_TCP:
		return ends{}
	case u.local[a.Addr()]:
		return ends{a, b}
	}
	return ends{b, a}
}
