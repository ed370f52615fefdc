package lsa

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/oiweiwei/go-msrpc/dcerpc"
	lsarpc "github.com/oiweiwei/go-msrpc/msrpc/lsad/lsarpc/v0"
	logon "github.com/oiweiwei/go-msrpc/msrpc/nrpc/logon/v1"
)

// Conn is a session with one domain controller. Its methods may be called
// from several goroutines; they run one after the other.
type Conn struct {
	target Target
	creds  *Credentials // nil means anonymous

	mu       sync.Mutex // guards all below, and serialises calls
	lsa      *session
	policy   *lsarpc.Handle
	client   lsarpc.LsarpcClient
	aes      bool // the server offers AES for trust secrets ([MS-LSAD] 2.2.7.2)
	old      bool // the server is not asked for OpenPolicy3: trust secrets travel under RC4
	netlogon *session
	control  logon.LogonClient
}

// Dial logs on to t with c and opens its LSA policy. Errors: errs.Denied when
// the account is refused, errs.Unavailable when t cannot be reached.
func Dial(ctx context.Context, t Target, c Credentials) (*Conn, error) {
	return dial(ctx, t, &c)
}

// DialAnonymous opens a null session. It can read Identity and, where the
// domain tells strangers, Trusts.
func DialAnonymous(ctx context.Context, t Target) (*Conn, error) {
	return dial(ctx, t, nil)
}

func dial(ctx context.Context, t Target, creds *Credentials) (*Conn, error) {
	ctx, cancel := withTimeout(ctx)
	defer cancel()
	return open(ctx, &Conn{target: t, creds: creds})
}

// open connects c. Where the server breaks off OpenPolicy3 or denies it, as
// some do that do not know the call, a new connection goes without it.
func open(ctx context.Context, c *Conn) (*Conn, error) {
	old := c.old
	err := c.openLSA(ctx)
	if err != nil && c.old && !old && ctx.Err() == nil {
		if second := c.openLSA(ctx); second == nil {
			return c, nil
		}
	}
	if err != nil {
		_ = c.Close()
		return nil, Failure("log on for the trust calls", c.target.at(portSMB), err)
	}
	return c, nil
}

// openLSA connects the lsarpc pipe and opens the policy.
func (c *Conn) openLSA(ctx context.Context) error {
	return c.connect(ctx, "lsarpc", func(s *session) error {
		c.lsa = s
		client, err := lsarpc.NewLsarpcClient(lifetime(), s.rpc, dcerpc.WithInsecure())
		if err != nil {
			return err
		}
		c.client = client
		return c.openPolicy(ctx)
	})
}

// openNetlogon connects the netlogon pipe, once.
func (c *Conn) openNetlogon(ctx context.Context) error {
	if c.control != nil {
		return nil
	}
	return c.connect(ctx, "netlogon", func(s *session) error {
		c.netlogon = s
		client, err := logon.NewLogonClient(lifetime(), s.rpc, dcerpc.WithInsecure())
		if err != nil {
			return err
		}
		c.control = client
		return nil
	})
}

// connect opens a session for pipe in the ways that the credentials allow, in
// order, and hands it to use.
func (c *Conn) connect(ctx context.Context, pipe string, use func(*session) error) error {
	var first error
	for _, auth := range c.ways() {
		err := c.connectBy(ctx, auth, pipe, use)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
		if !refusesNTLM(err) {
			break
		}
	}
	return first
}

// connectBy is connect in one way.
func (c *Conn) connectBy(ctx context.Context, auth Auth, pipe string, use func(*session) error) error {
	security := anonymousSecurity()
	kdc := &kdcDialer{ctx: ctx, dial: c.target.dialer()}
	switch {
	case c.creds == nil:
	case auth == AuthKerberos:
		granted, err := logOnKerberos(ctx, c.target, *c.creds)
		if err != nil {
			return err
		}
		if security, err = kerberosSecurity(c.target, *c.creds, granted, kdc); err != nil {
			return err
		}
	default:
		security = ntlmSecurity(c.target, *c.creds)
	}
	s, err := openSession(ctx, c.target, pipe, security, c.creds != nil)
	if err != nil {
		return err
	}
	if err := s.during(ctx, func() error { return use(s) }); err != nil {
		s.cut()
		return kdc.failure(err)
	}
	return nil
}

// ways lists the ways to log on. NTLM costs 30 ms, Kerberos 60 ms.
func (c *Conn) ways() []Auth {
	if c.creds == nil || c.creds.Auth == AuthNTLM {
		return []Auth{AuthNTLM}
	}
	if c.creds.Auth == AuthKerberos {
		return []Auth{AuthKerberos}
	}
	return []Auth{AuthNTLM, AuthKerberos}
}

// refusesNTLM reports whether err says that NTLM as such is not accepted. A
// wrong password is not tried again: it would count twice against a lockout.
func refusesNTLM(err error) bool {
	status, ok := ntStatusOf(err)
	return ok && slices.Contains([]NTStatus{StatusNTLMBlocked, StatusAccountRestriction, StatusNotSupported}, status)
}

// Close ends the session.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range []*session{c.netlogon, c.lsa} {
		if s != nil {
			s.close()
		}
	}
	c.lsa, c.netlogon, c.client, c.control = nil, nil, nil, nil
	return nil
}

// errClosed is what calls on a closed Conn get.
var errClosed = errors.New("the session is closed")

// lsaCall runs fn on the lsarpc pipe with a deadline, and builds the error.
func (c *Conn) lsaCall(ctx context.Context, step string, fn func(context.Context) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := withTimeout(ctx)
	defer cancel()
	if c.client == nil {
		return Failure(step, c.target.at(portSMB), errClosed)
	}
	if err := c.lsa.during(ctx, func() error { return fn(ctx) }); err != nil {
		return Failure(step, c.target.at(portSMB), err)
	}
	return nil
}
