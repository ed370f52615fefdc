package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// Dialer opens a socket inside one domain controller's network.
type Dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// Config configures a Prober. Dial is required.
type Config struct {
	Dial     func(dc directory.DCID) Dialer
	Timeout  time.Duration    // for one port; 0 means 2 s
	Resolver string           // the domain controller's own forwarder; "" means 127.0.0.53:53
	Now      func() time.Time // nil means time.Now
}

// Prober tries ports and asks servers. It may be used by many goroutines.
type Prober struct{ cfg Config }

const (
	defaultTimeout = 2 * time.Second
	resolver       = "127.0.0.53:53"
	atOnce         = 64 // sockets of one call
)

// New builds a Prober.
func New(cfg Config) *Prober {
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Resolver == "" {
		cfg.Resolver = resolver
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Prober{cfg: cfg}
}

func join(a netip.Addr, port int) string {
	return net.JoinHostPort(a.String(), strconv.Itoa(port))
}

// classify says what a failed attempt means.
func classify(err error) trust.Outcome {
	errno, _ := errors.AsType[syscall.Errno](err)
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case err == nil:
		return trust.PortAnswers
	case errno == syscall.ECONNREFUSED:
		return trust.PortRefused
	case errno == syscall.ENETUNREACH:
		return trust.PortNoRoute
	case errno == syscall.EHOSTUNREACH:
		return trust.PortUnreachable
	case errno == syscall.EPERM, errno == syscall.EACCES:
		return trust.PortForbidden
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, net.ErrClosed), isNet && timeout.Timeout():
		return trust.PortSilent
	default:
		return trust.PortUntried
	}
}

// open dials and sees to it that the socket dies with ctx.
func open(ctx context.Context, dial Dialer, network, address string) (net.Conn, func(), error) {
	c, err := dial(ctx, network, address)
	if err != nil {
		return nil, nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(deadline)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	return c, func() { stop(); _ = c.Close() }, nil
}
