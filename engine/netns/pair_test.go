package netns

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/entente-ad/entente/vpc"
)

// pair is a domain controller whose filter is tested, and a peer in the same
// subnet that lets everything through and has several addresses.
type pair struct {
	*testing.T
	e        *Engine
	dc, peer vpc.NIC
	local    map[bool]netip.Addr // the domain controller's address; true: of IPv6
}

// peers are the peer's addresses.
func peers() []netip.Addr {
	var list []netip.Addr
	for _, s := range []string{"10.203.65.5", "10.203.65.6", "fd00:203::5", "fd00:203::6"} {
		list = append(list, netip.MustParseAddr(s))
	}
	return list
}

func newPair(t *testing.T) *pair {
	e := newEngine(t)
	spec := network(1)
	p := &pair{T: t, e: e, dc: nic("dc-000000000a", spec, 0), peer: nic("dc-000000000b", spec, 0)}
	p.peer.Address = peers()[0]
	p.local = map[bool]netip.Addr{false: p.dc.Address, true: netip.MustParseAddr("fd00:203::4")}
	if err := errors.Join(e.Apply(t.Context(), spec), e.AttachDC(t.Context(), p.dc), e.AttachDC(t.Context(), p.peer),
		e.SetFilter(t.Context(), p.peer.Name, open())); err != nil {
		t.Fatal(err)
	}
	sh(t, e.dcName(p.peer.Name), "ip", "address", "add", peers()[1].String()+"/28", "dev", "eth0")
	for name, list := range map[string][]netip.Addr{p.dc.Name: {p.local[true]}, p.peer.Name: peers()[2:]} {
		for _, a := range list {
			sh(t, e.dcName(name), "ip", "address", "add", a.String()+"/64", "dev", "eth0", "nodad")
		}
	}
	for _, name := range []string{p.dc.Name, p.peer.Name} {
		for port := 1; port <= 4; port++ {
			p.serve(name, port)
		}
	}
	return p
}

func (p *pair) set(f vpc.Filter) {
	p.Helper()
	if err := p.e.SetFilter(p.Context(), p.dc.Name, f); err != nil {
		p.Fatal(err)
	}
}

// serve echoes what comes on TCP and UDP, on all addresses.
func (p *pair) serve(name string, port int) {
	var tcp net.Listener
	var udp []net.PacketConn
	err := p.in(name, func() (err error) {
		if tcp, err = net.Listen("tcp", fmt.Sprintf(":%d", port)); err != nil {
			return err
		}
		addresses := peers() // UDP answers must come from the address that was asked
		if name == p.dc.Name {
			addresses = []netip.Addr{p.local[false], p.local[true]}
		}
		for _, a := range addresses {
			u, err := net.ListenPacket("udp", netip.AddrPortFrom(a, uint16(port)).String())
			if err != nil {
				return err
			}
			udp = append(udp, u)
		}
		return nil
	})
	if err != nil {
		p.Fatal(err)
	}
	var wg sync.WaitGroup
	stop, cancel := context.WithCancel(context.WithoutCancel(p.Context()))
	p.Cleanup(func() {
		cancel()
		tcp.Close()
		for _, u := range udp {
			u.Close()
		}
		wg.Wait()
	})
	wg.Go(func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(stop, func() { c.Close() }) // its other end may be unable to
			wg.Go(func() { io.Copy(c, c); c.Close() })
		}
	})
	for _, u := range udp {
		wg.Go(func() {
			b := make([]byte, 100)
			for {
				n, from, err := u.ReadFrom(b)
				if errors.Is(err, net.ErrClosed) {
					return
				}
				u.WriteTo(b[:n], from)
			}
		})
	}
}

func (p *pair) in(name string, f func() error) error {
	ns, err := os.Open(p.e.Path(name))
	if err != nil {
		return err
	}
	defer ns.Close()
	return inside(ns, f)
}

// connect makes a connection between the domain controller and one of the
// peer's addresses.
func (p *pair) connect(egress bool, network string, peer netip.Addr, port int, patience time.Duration) (c net.Conn, err error) {
	from, name, to := peer, p.peer.Name, p.local[peer.Is6()]
	if egress {
		from, name, to = to, p.dc.Name, peer
	}
	var local net.Addr = &net.TCPAddr{IP: from.AsSlice()}
	if network == "udp" {
		local = &net.UDPAddr{IP: from.AsSlice()}
	}
	err = p.in(name, func() error {
		d := net.Dialer{LocalAddr: local, Timeout: patience}
		c, err = d.DialContext(context.WithoutCancel(p.Context()), network, netip.AddrPortFrom(to, uint16(port)).String())
		return err
	})
	return c, err
}

// try sends a word and waits for its echo.
func (p *pair) try(egress bool, network string, peer netip.Addr, port int, patience time.Duration) error {
	c, err := p.connect(egress, network, peer, port, patience)
	if err != nil {
		return err
	}
	defer c.Close()
	return say(c, patience)
}

func say(c net.Conn, patience time.Duration) error {
	c.SetDeadline(time.Now().Add(patience))
	if _, err := c.Write([]byte("ping")); err != nil {
		return err
	}
	_, err := io.ReadFull(c, make([]byte, 4))
	return err
}

const (
	willPass = 10 * time.Second       // a limit against hanging
	willNot  = 250 * time.Millisecond // what is dropped says nothing
)
