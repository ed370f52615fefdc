package netns

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/entente-ad/entente/vpc"
)

// DialFunc opens a TCP or UDP connection, as net.Dialer's DialContext does.
type DialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// Dial gives a function that opens TCP and UDP connections from inside the
// domain controller's network, so that its routes and filters decide. Addresses
// are IP literals with a port: names are for a resolver of the domain
// controller, which this is not.
func (e *Engine) Dial(dcID string) DialFunc { return e.dial(dcID, new(net.Dialer)) }

// DialMarked is Dial with sockets that carry vpc.Mark: a filter's Shut does not
// stop them.
func (e *Engine) DialMarked(dcID string) DialFunc {
	return e.dial(dcID, &net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		var set error
		err := c.Control(func(fd uintptr) { set = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK, vpc.Mark) })
		return errors.Join(err, os.NewSyscallError("setsockopt", set))
	}})
}

func (e *Engine) dial(dcID string, dialer *net.Dialer) DialFunc {
	path := e.Path(dcID)
	return func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		if _, err := netip.ParseAddrPort(address); err != nil {
			return nil, fmt.Errorf("cannot dial %q from %s: it is not an IP address with a port", address, dcID)
		}
		ns, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !isNamespace(path) {
			err = errors.Join(err, ns.Close())
			return nil, fmt.Errorf("cannot dial %s from %s: it has no network on this host: %w", address, dcID, errors.Join(err, fs.ErrNotExist))
		}
		if err != nil {
			return nil, err
		}
		defer ns.Close()
		err = inside(ns, func() error {
			// For one literal address net makes the socket on this goroutine, and so
			// on this thread. A socket stays in the namespace it was made in.
			conn, err = dialer.DialContext(ctx, network, address)
			return err
		})
		return conn, err
	}
}
