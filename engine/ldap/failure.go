package ldap

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"

	wire "github.com/go-ldap/ldap/v3"

	"github.com/entente-ad/entente/internal/errs"
)

// failure builds the error of a step: what could not be done, where, and what
// came back. Unavailable means that another controller, or another time, may
// do better.
func (s Server) failure(ctx context.Context, step string, err error) error {
	if e := (*errs.Error)(nil); errors.As(err, &e) {
		return e
	}
	kind, words, hint := explain(ctx, err)
	side := s.Side
	if side == "" {
		side = "the domain controller"
	}
	e := errs.Wrap(err, kind, "cannot %s at %s (%s, %s port %d): %s", step, side, s.Host, s.Address, s.port(), words)
	e.Hint = hint
	return e
}

func explain(ctx context.Context, err error) (kind errs.Kind, words, hint string) {
	errno, _ := errors.AsType[syscall.Errno](err)
	timeout, isNet := errors.AsType[net.Error](err)
	answer, isAnswer := errors.AsType[*wire.Error](err)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return errs.Unavailable, "the call was given up", ""
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded), isNet && timeout.Timeout():
		return errs.Unavailable, "there was no answer in time", "Check that the host runs and that no firewall drops the port."
	case errno == syscall.ECONNREFUSED:
		return errs.Unavailable, "the host, or a filter on the way, refuses connections to this port", "Open the port in the security group of the domain controllers and at the partner."
	case errno == syscall.EHOSTUNREACH, errno == syscall.ENETUNREACH:
		return errs.Unavailable, "there is no route to the address, or its host is down", "Add a route to the partner's network, and check that the host runs."
	case errno == syscall.EPERM, errno == syscall.EACCES:
		return errs.Unavailable, "our own packet filter forbids connections to this port", "Allow the port in the security group of the domain controllers."
	case isAnswer && answer.ResultCode < wire.ErrorNetwork:
		return explainAnswer(answer)
	}
	return errs.Unavailable, "the session broke: " + strings.TrimSpace(err.Error()), ""
}

// explainAnswer puts a result code (RFC 4511 4.1.9) into words.
func explainAnswer(e *wire.Error) (kind errs.Kind, words, hint string) {
	kind, words = errs.Unavailable, wire.LDAPResultCodeMap[e.ResultCode]
	switch e.ResultCode {
	case wire.LDAPResultInvalidCredentials:
		kind, words = errs.Denied, "it does not take our Kerberos ticket"
		hint = "Verify the trust; if it is Verified, look for selective authentication or an authentication policy at the partner."
	case wire.LDAPResultInsufficientAccessRights:
		kind, words = errs.Denied, "our account may not read there"
		hint = "Let Authenticated Users read the partner's domain."
	case wire.LDAPResultStrongAuthRequired, wire.LDAPResultConfidentialityRequired:
		kind, words = errs.Refused, "it wants another kind of protection than Kerberos encryption"
	case wire.LDAPResultNoSuchObject, wire.LDAPResultReferral:
		kind, words = errs.NotFound, "there is no such object"
	case wire.LDAPResultTimeLimitExceeded, wire.LDAPResultAdminLimitExceeded:
		words, hint = "the search is too much for the controller's limits", "Search for more letters of the name."
	}
	return kind, fmt.Sprintf("%s (LDAP result %d)", words, e.ResultCode), hint
}
