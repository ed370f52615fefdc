package lsa

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/oiweiwei/go-msrpc/ssp"
	"github.com/oiweiwei/go-msrpc/ssp/credential"
	"github.com/oiweiwei/go-msrpc/ssp/gssapi"
	"github.com/oiweiwei/go-msrpc/ssp/krb5"
	"github.com/oiweiwei/gokrb5.fork/v9/client"
	"github.com/oiweiwei/gokrb5.fork/v9/config"
	"github.com/oiweiwei/gokrb5.fork/v9/credentials"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/etypeID"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/nametype"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/types"
)

// aesTypes are the encryption types asked for: no RC4.
var aesTypes = []int32{etypeID.AES256_CTS_HMAC_SHA1_96, etypeID.AES128_CTS_HMAC_SHA1_96}

// kerberosConfig is a configuration in memory: each realm's KDC by address,
// TCP only, no DNS and no files.
func kerberosConfig(defaultRealm string, kdcs map[string]string) *config.Config {
	c := config.New()
	c.LibDefaults.DefaultRealm = defaultRealm
	c.LibDefaults.DNSLookupKDC = false
	c.LibDefaults.DNSLookupRealm = false
	c.LibDefaults.UDPPreferenceLimit = 1
	c.LibDefaults.DefaultTGSEnctypeIDs = aesTypes
	c.LibDefaults.DefaultTktEnctypeIDs = aesTypes
	c.LibDefaults.PermittedEnctypeIDs = aesTypes
	for realm, address := range kdcs {
		c.Realms = append(c.Realms, config.Realm{Realm: realm, KDC: []string{address}})
	}
	return c
}

// logOnKerberos gets a ticket-granting ticket of account c from t's own KDC.
func logOnKerberos(ctx context.Context, t Target, c Credentials) (messages.ASRep, error) {
	cfg := kerberosConfig(t.realm(), map[string]string{t.realm(): t.addr(portKerberos)})
	kdc := &kdcDialer{ctx: ctx, dial: t.dialer()}
	account := client.NewWithPassword(c.User, t.realm(), c.Password.Reveal(), cfg, client.Dialer(kdc), client.DisablePAFXFAST(true))
	request, err := messages.NewASReqForTGT(t.realm(), cfg, account.Credentials.CName())
	if err != nil {
		return messages.ASRep{}, errNoTicket
	}
	granted, err := account.ASExchange(t.realm(), request, 0)
	if err != nil {
		return granted, kdc.failure(errNoTicket)
	}
	return granted, nil
}

// kerberosSecurity logs on with a ticket from the target's own KDC. go-msrpc is
// handed the ticket, not the password: with a password, gokrb5 would keep it
// and a goroutine that renews the ticket for as long as the process lives.
func kerberosSecurity(t Target, c Credentials, granted messages.ASRep, kdc *kdcDialer) ([]gssapi.ContextOption, error) {
	ticket, err := granted.Ticket.Marshal()
	if err != nil {
		return nil, errNoTicket
	}
	part := granted.DecryptedEncPart
	owner := credentials.Principal{Realm: t.realm(), PrincipalName: granted.CName}
	service := credentials.Principal{Realm: t.realm(), PrincipalName: types.NewPrincipalName(nametype.KRB_NT_SRV_INST, "krbtgt/"+t.realm())}
	tickets := &credentials.CCache{DefaultPrincipal: owner, Credentials: []*credentials.Credential{{
		Client: owner, Server: service, Key: part.Key, Ticket: ticket, TicketFlags: part.Flags,
		AuthTime: part.AuthTime, StartTime: part.StartTime, EndTime: part.EndTime, RenewTill: part.RenewTill,
	}}}
	cfg := &krb5.Config{
		KRB5Config:         kerberosConfig(t.realm(), map[string]string{t.realm(): t.addr(portKerberos)}),
		KDCDialer:          kdc,
		DCEStyle:           true,
		DisablePAFXFAST:    true,
		AnyServiceClassSPN: true,
	}
	return []gssapi.ContextOption{
		gssapi.WithCredential(credential.NewFromCCache(c.User, tickets, credential.Domain(t.realm()))),
		gssapi.WithMechanismFactory(ssp.SPNEGO),
		gssapi.WithMechanismFactory(ssp.KRB5, cfg),
		gssapi.WithTargetName("cifs/" + t.Host),
	}, nil
}

// kdcDialer opens gokrb5's sockets and reads along: gokrb5 turns a KDC's
// error into text, so the code is taken from the wire.
type kdcDialer struct {
	ctx  context.Context // of the call that needs tickets; gokrb5 has no way to pass one
	dial Dialer

	mu   sync.Mutex
	last []byte // what the KDC sent on the newest connection
	err  error  // the newest failure to connect
}

// Dial connects to a KDC.
func (d *kdcDialer) Dial(network, address string) (net.Conn, error) {
	c, err := d.dial(d.ctx, network, address)
	d.mu.Lock()
	d.last, d.err = nil, err
	d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return &kdcConn{Conn: c, d: d, stop: context.AfterFunc(d.ctx, func() { _ = c.Close() })}, nil
}

// failure gives the typed reason behind err: the KDC's code, or the socket's error.
func (d *kdcDialer) failure(err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx.Err() != nil {
		return context.Cause(d.ctx)
	}
	if d.err != nil {
		return d.err
	}
	if answer, ok := parseKRBError(d.last); ok {
		return KRBError(answer.ErrorCode)
	}
	return err
}

// parseKRBError reads a KRB-ERROR as a KDC sends it over TCP: four bytes of
// length, then the message.
func parseKRBError(b []byte) (messages.KRBError, bool) {
	var answer messages.KRBError
	if len(b) <= 4 || answer.Unmarshal(b[4:]) != nil {
		return messages.KRBError{}, false
	}
	return answer, true
}

type kdcConn struct {
	net.Conn
	d    *kdcDialer
	stop func() bool // lets go of the context
}

// Close ends the connection.
func (c *kdcConn) Close() error {
	c.stop()
	return c.Conn.Close()
}

// maxRecorded is more than any KRB-ERROR has.
const maxRecorded = 16 << 10

func (c *kdcConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.d.mu.Lock()
	if len(c.d.last) < maxRecorded {
		c.d.last = append(c.d.last, p[:n]...)
	}
	c.d.mu.Unlock()
	return n, err
}

// errNoTicket stands for a failure of gokrb5 whose own text might quote its
// arguments.
var errNoTicket = errors.New("no Kerberos ticket was given")
