package lsa

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/oiweiwei/go-msrpc/dcerpc"
	"github.com/oiweiwei/go-msrpc/smb2"
	"github.com/oiweiwei/go-msrpc/ssp"
	"github.com/oiweiwei/go-msrpc/ssp/credential"
	"github.com/oiweiwei/go-msrpc/ssp/gssapi"
	"github.com/rs/zerolog"
)

// session is one SMB session with one named pipe in it. go-msrpc keeps one
// SMB session per pipe, so there is a second one for NETLOGON when needed.
type session struct {
	rpc dcerpc.Conn

	mu     sync.Mutex
	socket net.Conn // the TCP connection below; guarded by mu
}

// openSession logs on to t, opens the pipe ("lsarpc" or "netlogon"), and binds
// nothing yet: go-msrpc connects with the first client made from rpc.
func openSession(ctx context.Context, t Target, pipe string, security []gssapi.ContextOption, sealed bool) (*session, error) {
	s := &session{}
	options := []smb2.DialerOption{smb2.WithSecurity(security...)}
	if sealed {
		// The trust secrets are encrypted with the SMB 3 application key, and
		// the whole session is sealed besides: no dialect below 3 has either.
		options = append(options, smb2.WithDialect(smb2.SMB311), smb2.WithSign(), smb2.WithSeal())
	}
	rpc, err := dcerpc.Dial(ctx, t.Address.String(),
		dcerpc.WithEndpoint("ncacn_np:["+pipe+"]"),
		dcerpc.WithDialer(socketDialer{ctx, t.dialer(), s}),
		dcerpc.WithSMBDialer(smb2.NewDialer(options...)),
		dcerpc.WithLogger(zerolog.Nop()),
	)
	if err != nil {
		return nil, err
	}
	s.rpc = rpc
	return s, nil
}

// during lets fn use the session until ctx ends: go-smb2 itself waits for
// answers without a deadline, so the end of ctx closes the socket.
func (s *session) during(ctx context.Context, fn func() error) error {
	stop := context.AfterFunc(ctx, s.cut)
	err := fn()
	if !stop() && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// cut closes the socket; everything that waits on it fails.
func (s *session) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.socket != nil {
		_ = s.socket.Close()
	}
}

func (s *session) keep(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.socket = c
}

// socketDialer is Dialer as go-msrpc wants it; it remembers the socket. Its
// ctx is that of the call that connects: the one that go-msrpc passes lives
// as long as the connection.
type socketDialer struct {
	ctx  context.Context
	dial Dialer
	s    *session
}

func (d socketDialer) DialContext(_ context.Context, network, address string) (net.Conn, error) {
	c, err := d.dial(d.ctx, network, address)
	if err == nil {
		d.s.keep(c)
	}
	return c, err
}

// lifetime is the context that go-msrpc binds a connection to: the connection
// dies with it, so it must not be that of the first call.
func lifetime() context.Context { return gssapi.NewSecurityContext(context.Background()) }

// ntlmSecurity logs on with NTLMv2.
func ntlmSecurity(t Target, c Credentials) []gssapi.ContextOption {
	return []gssapi.ContextOption{
		gssapi.WithCredential(credential.NewFromPassword(c.User, c.Password.Reveal(), credential.Domain(c.domain(t)))),
		gssapi.WithMechanismFactory(ssp.SPNEGO),
		gssapi.WithMechanismFactory(ssp.NTLM),
		gssapi.WithTargetName("cifs/" + t.Host),
	}
}

// anonymousSecurity is a null session: no account, no key, no sealing.
func anonymousSecurity() []gssapi.ContextOption {
	return []gssapi.ContextOption{
		gssapi.WithCredential(credential.Anonymous()),
		gssapi.WithMechanismFactory(ssp.SPNEGO),
		gssapi.WithMechanismFactory(ssp.NTLM),
	}
}

func (c Credentials) domain(t Target) string {
	if c.Domain != "" {
		return c.Domain
	}
	return string(t.Realm)
}

// closeTimeout bounds the polite part of closing.
const closeTimeout = 2 * time.Second

// close logs off and closes the socket.
func (s *session) close() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = s.during(ctx, func() error { return s.rpc.Close(ctx) })
	s.cut()
}
