package lsa

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"

	smb2 "github.com/oiweiwei/go-smb2.fork"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/errs"
)

// Failure builds the error of a step, "create the trust with b.example": what
// could not be done, where, and what err means. Its cause is the typed status,
// or the network's error, and nothing else of err.
func Failure(step, where string, err error) error {
	err = plain(err)
	x := Explain(err)
	e := errs.Wrap(&placed{where, err}, x.Kind, "cannot %s: %s: %s", step, where, x.Words)
	e.Hint = x.Hint
	return e
}

// placed is an error with the place that it is about.
type placed struct {
	where string
	err   error
}

func (p *placed) Error() string { return p.err.Error() }
func (p *placed) Unwrap() error { return p.err }

// plain reduces err to its typed part. Texts of the libraries below are left
// out: they may quote what they were given.
func plain(err error) error {
	if e, ok := errors.AsType[explainer](err); ok {
		return e
	}
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e
	}
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	if s, ok := errors.AsType[KRBError](err); ok {
		return s
	}
	if s, ok := errors.AsType[Win32](err); ok {
		return s
	}
	if s, ok := ntStatusOf(err); ok {
		return s
	}
	if e, ok := errors.AsType[*smb2.TransportError](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return &NetworkError{Op: e.Op, Err: e.Err}
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	for _, own := range []error{errNoTicket, errClosed, errNoSource, errStranger, errNoKey} {
		if errors.Is(err, own) {
			return own
		}
	}
	return errBroken
}

// errBroken stands for an answer that made no sense, or none.
var errBroken = errors.New("the connection broke or the answer made no sense")

// NetworkError is a socket's failure without addresses: the port of our end
// differs each time, and the partner's stands in the error around it.
type NetworkError struct {
	Op  string // "dial", "read", "write"
	Err error  // the system's
}

// Error gives what was done and what the system says.
func (e *NetworkError) Error() string { return e.Op + ": " + e.Err.Error() }

// Unwrap gives the system's error.
func (e *NetworkError) Unwrap() error { return e.Err }

// explainNetwork tells the ways apart in which a host cannot be reached.
func explainNetwork(err error) (Explanation, bool) {
	x := Explanation{Kind: errs.Unavailable}
	errno, _ := errors.AsType[syscall.Errno](err)
	switch {
	case errno == syscall.ECONNREFUSED:
		x.Cause = condition.PortClosed
		x.Words = "the host answers, but refuses connections to this port"
		x.Hint = "Open the port, or start the service."
	case errno == syscall.EHOSTUNREACH, errno == syscall.ENETUNREACH:
		x.Cause = condition.NoRoute
		x.Words = "there is no route to the address, or its host is down"
		x.Hint = "Add a route to the partner's network, and check that the host runs."
	case errno == syscall.EPERM, errno == syscall.EACCES:
		x.Cause = condition.PortClosed
		x.Words = "our own packet filter forbids connections to this port"
		x.Hint = "Allow the port in the security group of our domain controllers."
	case errors.Is(err, context.Canceled):
		x.Cause, x.Words = condition.Unexpected, "the call was given up"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		x.Cause = condition.PartnerUnreachable
		x.Words = "there was no answer in time"
		x.Hint = "Check that the host runs and that no firewall drops the port."
	case errno == syscall.ECONNRESET, errno == syscall.EPIPE, errors.Is(err, net.ErrClosed):
		x.Cause = condition.Unexpected
		x.Words = "the connection was cut"
	default:
		_, typed := errors.AsType[*NetworkError](err)
		if _, raw := errors.AsType[*net.OpError](err); !raw && !typed {
			return Explanation{}, false
		}
		x.Cause = condition.PartnerUnreachable
		x.Words = "the host could not be reached"
	}
	return x, true
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}
