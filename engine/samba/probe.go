package samba

import (
	"context"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/keyed"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/miekg/dns"
)

// Dialer opens connections inside one DC's network namespace.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// ProberConfig configures a Prober.
type ProberConfig struct {
	// Dialer gives the way to a DC: from inside its own network namespace.
	Dialer func(dc directory.DCID) Dialer
	// Session opens an authenticated LSA session as the directory's service
	// credential and closes it again; nil leaves it out.
	Session func(ctx context.Context, inst directory.Instance, administrator secret.Text) error
	// SessionEvery is how long a session that worked counts; 0 means 30 s.
	SessionEvery time.Duration
}

// Prober asks a DC whether it does its work: DNS, LDAP, Kerberos, LSA.
type Prober struct {
	cfg ProberConfig

	session *keyed.Expiring[directory.DCID, struct{}] // where one worked a moment ago
}

// probeTimeout bounds one service's probe.
const probeTimeout = 4 * time.Second

// NewProber builds a Prober.
func NewProber(cfg ProberConfig) *Prober {
	if cfg.SessionEvery == 0 {
		cfg.SessionEvery = 30 * time.Second
	}
	return &Prober{cfg: cfg, session: keyed.NewExpiring[directory.DCID, struct{}](cfg.SessionEvery)}
}

// Probe returns nil when every service of the DC answers, else an error that
// names the first that does not, its port, and what came back.
func (p *Prober) Probe(ctx context.Context, inst directory.Instance, administrator secret.Text) error {
	d := p.cfg.Dialer(inst.DC.ID)
	for _, probe := range []struct {
		what string
		port uint16
		ask  func(context.Context, Dialer, directory.Instance, string) error
	}{
		{"LDAP", 389, probeLDAP}, {"Kerberos", 88, probeKDC}, {"DNS", 53, probeDNS},
	} {
		address := netip.AddrPortFrom(inst.DC.Address, probe.port).String()
		if err := timed(ctx, func(ctx context.Context) error { return probe.ask(ctx, d, inst, address) }); err != nil {
			p.session.Drop(inst.DC.ID)
			return fmt.Errorf("%s does not answer on %s: %w", probe.what, address, err)
		}
	}
	return p.probeSession(ctx, inst, administrator)
}

func timed(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return f(ctx)
}

// probeSession opens an LSA session, less often than the other probes: it
// costs the DC a Kerberos logon.
func (p *Prober) probeSession(ctx context.Context, inst directory.Instance, administrator secret.Text) error {
	if p.cfg.Session == nil || administrator.Empty() {
		return nil
	}
	if _, recent := p.session.Get(inst.DC.ID); recent {
		return nil
	}
	err := timed(ctx, func(ctx context.Context) error { return p.cfg.Session(ctx, inst, administrator) })
	if err != nil {
		p.session.Drop(inst.DC.ID)
		return fmt.Errorf("LSA does not answer on %s: %w", inst.FQDN(), err)
	}
	p.session.Put(inst.DC.ID, struct{}{})
	return nil
}

// exchange sends request over a new connection and reads an answer's first
// bytes.
func exchange(ctx context.Context, d Dialer, address string, request []byte, answer []byte) error {
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	if _, err := conn.Write(request); err != nil {
		return err
	}
	_, err = io.ReadFull(conn, answer)
	return err
}

// rootDSE is an LDAP search (RFC 4511 4.5) for supportedLDAPVersion of the
// root DSE: messageID 1, base "", scope base, (objectClass=*).
var rootDSE = []byte("\x30\x3b\x02\x01\x01\x63\x36\x04\x00\x0a\x01\x00\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00" +
	"\x87\x0bobjectClass\x30\x16\x04\x14supportedLDAPVersion")

func probeLDAP(ctx context.Context, d Dialer, _ directory.Instance, address string) error {
	var head [1]byte
	if err := exchange(ctx, d, address, rootDSE, head[:]); err != nil {
		return err
	}
	if head[0] != 0x30 {
		return errors.New("what came back is not LDAP")
	}
	return nil
}

// probeKDC sends an AS-REQ (RFC 4120 5.4.1) for a principal; any answer of the
// KDC will do, "preauthentication required" above all.
func probeKDC(ctx context.Context, d Dialer, inst directory.Instance, address string) error {
	req, err := asReq(strings.ToUpper(string(inst.Domain)))
	if err != nil {
		return err
	}
	var head [5]byte
	framed := append(binary.BigEndian.AppendUint32(nil, uint32(len(req))), req...)
	if err := exchange(ctx, d, address, framed, head[:]); err != nil {
		return err
	}
	if tag := head[4]; tag != 0x6b && tag != 0x7e { // AS-REP, KRB-ERROR
		return errors.New("what came back is not Kerberos")
	}
	return nil
}

type principal struct {
	Type int             `asn1:"explicit,tag:0"`
	Name []asn1.RawValue `asn1:"explicit,tag:1"`
}

func asReq(realm string) ([]byte, error) {
	text := func(s string) asn1.RawValue { return asn1.RawValue{Tag: asn1.TagGeneralString, Bytes: []byte(s)} }
	body := struct {
		Options asn1.BitString `asn1:"explicit,tag:0"`
		Client  principal      `asn1:"explicit,tag:1"`
		Realm   asn1.RawValue  `asn1:"tag:2"`
		Server  principal      `asn1:"explicit,tag:3"`
		Till    time.Time      `asn1:"explicit,tag:5,generalized"`
		Nonce   int            `asn1:"explicit,tag:7"`
		EType   []int          `asn1:"explicit,tag:8"`
	}{
		Options: asn1.BitString{Bytes: make([]byte, 4), BitLength: 32},
		Client:  principal{1, []asn1.RawValue{text("Administrator")}},
		Server:  principal{2, []asn1.RawValue{text("krbtgt"), text(realm)}},
		Till:    time.Date(2037, 9, 13, 2, 48, 5, 0, time.UTC),
		Nonce:   1, EType: []int{18, 17},
	}
	inner, err := asn1.Marshal(text(realm))
	if err != nil {
		return nil, err
	}
	body.Realm = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 2, IsCompound: true, Bytes: inner}
	req, err := asn1.Marshal(struct {
		Version int `asn1:"explicit,tag:1"`
		Type    int `asn1:"explicit,tag:2"`
		Body    any `asn1:"explicit,tag:4"`
	}{5, 10, body})
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(asn1.RawValue{Class: asn1.ClassApplication, Tag: 10, IsCompound: true, Bytes: req})
}

// probeDNS asks the DC for the domain's controllers; it must name itself.
func probeDNS(ctx context.Context, d Dialer, inst directory.Instance, address string) error {
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	q := new(dns.Msg)
	q.SetQuestion("_ldap._tcp.dc._msdcs."+dns.Fqdn(string(inst.Domain)), dns.TypeSRV)
	c := &dns.Conn{Conn: conn}
	if err := c.WriteMsg(q); err != nil {
		return err
	}
	answer, err := c.ReadMsg()
	if err != nil {
		return err
	}
	for _, rr := range answer.Answer {
		if srv, ok := rr.(*dns.SRV); ok && strings.EqualFold(srv.Target, dns.Fqdn(inst.FQDN())) {
			return nil
		}
	}
	return notNamed{inst.FQDN()}
}

// notNamed says that a DC answers and is still entering itself in DNS, which
// takes Samba a second, and minutes on a busy machine.
type notNamed struct{ host string }

func (e notNamed) Error() string {
	return "it does not name " + e.host + " among the domain's controllers yet"
}

// Patient marks an error that goes away by itself: a restart would only make
// the work start over.
func (notNamed) Patient() bool { return true }
