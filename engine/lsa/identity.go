package lsa

import (
	"context"
	"fmt"
	"strings"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// identity is who the partner is: names by the ping, the SID by LDAP, or by
// LSARPC over a null session where LDAP does not tell. LDAP comes first since
// for a null session the partner starts a process, 0.2 s of its time.
func (cfg Config) identity(ctx context.Context, s sighting, domain directory.FQDN) (trust.Identity, error) {
	id := trust.Identity{
		DNSName:     s.pong.domain,
		NetBIOSName: directory.NetBIOSName(s.pong.netbiosDomain),
		Forest:      s.pong.forest,
		GUID:        s.pong.guid,
		SID:         s.sid,
	}
	if id.SID != "" {
		return id, nil
	}
	target := Target{Side: PartnerSide, Host: s.dc.Host, Address: s.dc.Address, Realm: domain, Dial: cfg.Dial}
	ask, done := context.WithTimeout(ctx, cfg.Timeout)
	defer done()
	found, err := anonymousIdentity(ask, target)
	if err != nil {
		return id, anonymousFailure("read the SID of "+string(domain), target, err)
	}
	return found, nil
}

func anonymousIdentity(ctx context.Context, t Target) (trust.Identity, error) {
	c, err := DialAnonymous(ctx, t)
	if err != nil {
		return trust.Identity{}, err
	}
	defer c.Close()
	return c.Identity(ctx)
}

// PartnerTrust reads, without credentials, the trusted-domain object that
// controller dc holds for name: Samba and Windows of old tell its
// direction, type and names to anyone. errs.NotFound means that the domain
// has no such trust; errs.Denied that it does not tell strangers, which
// leaves the question open.
func PartnerTrust(ctx context.Context, cfg Config, dc trust.PartnerDC, name directory.FQDN) (trust.TDO, error) {
	cfg = cfg.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, 2*cfg.Timeout)
	defer cancel()
	_, domain, _ := strings.Cut(dc.Host, ".")
	target := Target{Side: PartnerSide, Host: dc.Host, Address: dc.Address, Realm: directory.FQDN(domain), Dial: cfg.Dial}
	step := "read the trust with " + string(name) + " without an account"
	c, err := DialAnonymous(ctx, target)
	if err != nil {
		return trust.TDO{}, anonymousFailure(step, target, err)
	}
	defer c.Close()
	tdo, err := c.Trust(ctx, name)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return trust.TDO{}, anonymousFailure(step, target, err)
	}
	return tdo, err
}

// anonymousFailure marks a refusal as that of a null session.
func anonymousFailure(step string, t Target, err error) error {
	if errs.Is(err, errs.Denied) {
		return Failure(step, t.at(portSMB), &AnonymousError{Err: err})
	}
	return err
}

// AnonymousError says that a domain does not answer strangers.
type AnonymousError struct{ Err error }

// Error says so.
func (e *AnonymousError) Error() string { return "null sessions are refused" }

// Unwrap gives the status.
func (e *AnonymousError) Unwrap() error { return e.Err }

func (e *AnonymousError) explain() Explanation {
	return Explanation{
		Cause: condition.PipeAccessDenied, Kind: errs.Denied,
		Words: "the partner's domain controller refuses named pipes to callers without an account",
		Hint:  "Allow netlogon, samr and lsarpc in the partner's policy \"Network access: Named Pipes that can be accessed anonymously\".",
	}
}

// PortError says that a host answers on one port, but not on another.
type PortError struct {
	Network string // "TCP" or "UDP"
	Port    int    // the port that does not answer
	Open    int    // the TCP port that does
	Err     error
}

// Error names both ports.
func (e *PortError) Error() string {
	return fmt.Sprintf("%s %d does not answer, TCP %d does", e.Network, e.Port, e.Open)
}

// Unwrap gives the socket's error.
func (e *PortError) Unwrap() error { return e.Err }

func (e *PortError) explain() Explanation {
	return Explanation{
		Cause: condition.PortClosed, Kind: errs.Unavailable,
		Words: fmt.Sprintf("the host answers on TCP %d, but not on %s %d", e.Open, e.Network, e.Port),
		Hint:  fmt.Sprintf("Open %s %d from our domain controllers to this host.", e.Network, e.Port),
	}
}

// StoppedError says that a host is there and refuses whatever a domain
// controller serves: its Samba, or its Active Directory, does not run.
type StoppedError struct{ Err error }

// Error names the ports.
func (e *StoppedError) Error() string {
	return "the host refuses UDP 389 as well as TCP 445: no domain controller runs on it"
}

// Unwrap gives the socket's error.
func (e *StoppedError) Unwrap() error { return e.Err }

func (e *StoppedError) explain() Explanation {
	return Explanation{
		Cause: condition.PartnerUnreachable, Kind: errs.Unavailable,
		Words: e.Error(), Hint: "Start the domain controller's service on that host.",
	}
}
