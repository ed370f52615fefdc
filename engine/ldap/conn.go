package ldap

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	wire "github.com/go-ldap/ldap/v3"

	"github.com/entente-ad/entente/directory"
)

const port = 389

// callTimeout bounds a session whose context has no deadline of its own.
const callTimeout = 30 * time.Second

// Server is one domain controller.
type Server struct {
	Side    string // "the partner's side"; part of every error
	Host    string // FQDN; the ticket is for it
	Address netip.Addr
	Domain  directory.FQDN
	// Dial opens the socket, and so decides in which network namespace it
	// lives; nil means a plain net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Authorities, when there are any, ask for LDAPS on port 636 with a
	// certificate that one of them issued; nil means LDAP on port 389, sealed
	// by Kerberos.
	Authorities *x509.CertPool
}

func (s Server) port() int {
	if s.Authorities != nil {
		return tlsPort
	}
	return port
}

// Service is the service principal that the ticket must be for.
func (s Server) Service() string { return "ldap/" + s.Host }

func (s Server) base() string {
	return "DC=" + strings.ReplaceAll(string(s.Domain), ".", ",DC=")
}

// Conn is a logon at one domain controller. Its calls come one after the
// other.
type Conn struct {
	server Server
	ldap   *wire.Conn
	stop   func() bool
}

// Dial logs on to s with a ticket. The session ends with ctx.
func Dial(ctx context.Context, s Server, t Ticket) (*Conn, error) {
	const step = "log on with LDAP"
	if s.Dial == nil {
		s.Dial = new(net.Dialer).DialContext
	}
	socket, err := s.Dial(ctx, "tcp", net.JoinHostPort(s.Address.String(), strconv.Itoa(s.port())))
	if err != nil {
		return nil, s.failure(ctx, step, err)
	}
	if _, ok := ctx.Deadline(); !ok {
		_ = socket.SetDeadline(time.Now().Add(callTimeout))
	}
	b := &binder{ticket: t, layer: layerConfidential}
	transport := socket
	if s.Authorities != nil {
		b.layer = layerNone // TLS protects what follows, and domain controllers refuse to do it twice
		if transport, b.bindings, err = encrypted(ctx, s, socket); err != nil {
			_ = socket.Close()
			return nil, s.failure(ctx, step, err)
		}
	}
	l := newLayer(transport)
	c := &Conn{server: s, ldap: wire.NewConn(l, false), stop: context.AfterFunc(ctx, func() { _ = socket.Close() })}
	if deadline, ok := ctx.Deadline(); ok {
		c.ldap.SetTimeout(time.Until(deadline))
	}
	c.ldap.Start()
	if err := c.ldap.GSSAPIBindRequest(b, &wire.GSSAPIBindRequest{ServicePrincipalName: s.Service()}); err != nil {
		c.Close()
		return nil, s.failure(ctx, step, err)
	}
	if b.layer == layerConfidential {
		l.seal(b.gss, b.maxSend)
	}
	return c, nil
}

// Close ends the session.
func (c *Conn) Close() {
	c.stop()
	_ = c.ldap.Close()
}

// binder takes the three steps of SASL GSSAPI (RFC 4752 3.1) for the LDAP
// library.
type binder struct {
	ticket   Ticket
	layer    byte   // the protection to negotiate
	bindings []byte // of the TLS connection; nil means none
	gss      *security
	maxSend  int
}

// The protections that can be negotiated (RFC 4752 3.3).
const (
	layerNone         = 1
	layerConfidential = 4
)

// InitSecContext implements wire.GSSAPIClient.
func (b *binder) InitSecContext(target string, token []byte) ([]byte, bool, error) {
	return b.InitSecContextWithOptions(target, token, nil)
}

// InitSecContextWithOptions implements wire.GSSAPIClient.
func (b *binder) InitSecContextWithOptions(_ string, token []byte, _ []int) (out []byte, more bool, err error) {
	if token == nil {
		b.gss, out, err = begin(b.ticket, b.bindings)
		return out, true, err
	}
	return []byte{}, false, b.gss.finish(token)
}

// NegotiateSaslAuth implements wire.GSSAPIClient: it insists on its layer,
// encryption where TLS is not there already.
func (b *binder) NegotiateSaslAuth(token []byte, authzid string) ([]byte, error) {
	offer, _, err := b.gss.unwrap(token)
	if err != nil {
		return nil, err
	}
	if len(offer) != 4 || offer[0]&b.layer == 0 {
		return nil, errors.New("the controller does not offer the protection that is needed")
	}
	if b.layer == layerNone {
		return b.gss.wrap(append([]byte{layerNone, 0, 0, 0}, authzid...), false)
	}
	// What a protected message has besides its plain text: header, confounder,
	// sealed header and checksum.
	const overhead = 2*wrapHeader + 16 + 32
	b.maxSend = int(binary.BigEndian.Uint32(offer)&0xffffff) - overhead
	if b.maxSend < 1 {
		return nil, errors.New("the controller takes no messages")
	}
	choice := binary.BigEndian.AppendUint32(nil, layerConfidential<<24|maxReceive)
	return b.gss.wrap(append(choice, authzid...), false)
}

// DeleteSecContext implements wire.GSSAPIClient. The context lives on: what
// follows the logon is sealed with it.
func (b *binder) DeleteSecContext() error { return nil }
