package lsa

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
)

// Dialer opens a socket. It decides in which network namespace the socket
// lives. nil stands for a plain net.Dialer.
type Dialer func(ctx context.Context, network, address string) (net.Conn, error)

// The sides of a trust, for Target.Side.
const (
	OurSide     = "our side"
	PartnerSide = "the partner's side"
)

// The ports that this package uses.
const (
	portDNS      = 53
	portKerberos = 88
	portLDAP     = 389
	portSMB      = 445
)

// callTimeout bounds a call whose context has no deadline of its own.
const callTimeout = 30 * time.Second

// Target is one domain controller.
type Target struct {
	Side    string         // OurSide or PartnerSide; part of every error
	Host    string         // FQDN of the controller; Kerberos needs it
	Address netip.Addr     // where it is
	Realm   directory.FQDN // DNS name of its domain
	Dial    Dialer         // nil means net.Dialer
}

// Auth says how to log on.
type Auth int

// The ways to log on. Auto tries NTLM, which is faster, and takes Kerberos
// where the controller refuses NTLM as such.
const (
	AuthAuto Auth = iota
	AuthNTLM
	AuthKerberos
)

// Credentials are an account of the target's domain. LSARPC wants a member of
// Administrators for anything that writes.
type Credentials struct {
	User     string // sAMAccountName
	Domain   string // NetBIOS or DNS name of the account's domain; "" means the target's
	Password secret.Text
	Auth     Auth
}

// String shows no password.
func (c Credentials) String() string { return c.Domain + `\` + c.User }

func (t Target) dialer() Dialer { return orNetDialer(t.Dial) }

func orNetDialer(d Dialer) Dialer {
	if d != nil {
		return d
	}
	return (&net.Dialer{}).DialContext
}

// realm is the Kerberos name of the target's domain.
func (t Target) realm() string { return strings.ToUpper(string(t.Realm)) }

func (t Target) addr(port int) string {
	return net.JoinHostPort(t.Address.String(), strconv.Itoa(port))
}

// SMB names the target's trust calls: side, host, address and port.
func (t Target) SMB() string { return t.at(portSMB) }

// at names the place that an error is about.
func (t Target) at(port int) string {
	side := t.Side
	if side == "" {
		side = "the domain controller"
	}
	return fmt.Sprintf("%s (%s, %s port %d)", side, t.Host, t.Address, port)
}

// withTimeout gives ctx a deadline when it has none.
func withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, callTimeout)
}
