package lsa

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"regexp"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/nametype"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/types"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// clockAndSID is what a controller's rootDSE tells anybody.
type clockAndSID struct {
	now time.Time // its clock, with a resolution of 1 s
	sid string    // of its domain; "" where it does not tell
}

// readClockAndSID reads a controller's clock and its domain's SID in one question.
// Where LDAP does not answer, the clock is read from its KDC's error to a
// senseless request.
func readClockAndSID(ctx context.Context, dial Dialer, dc trust.PartnerDC, domain directory.FQDN) (clockAndSID, error) {
	entry, err := rootDSE(ctx, dial, dc, []ldap.Control{namesWithSIDs()}, "currentTime", "defaultNamingContext")
	if err != nil {
		now, err := kdcClock(ctx, dial, dc, domain)
		return clockAndSID{now: now}, err
	}
	sid, _ := domainSIDIn(entry)
	now, err := ParseTime(entry.GetAttributeValue("currentTime"))
	return clockAndSID{now: now, sid: sid}, err
}

// rootDSE reads attributes of a controller's rootDSE without an account.
func rootDSE(ctx context.Context, dial Dialer, dc trust.PartnerDC, controls []ldap.Control, attributes ...string) (*ldap.Entry, error) {
	socket, err := dial(ctx, "tcp", join(dc, portLDAP))
	if err != nil {
		return nil, err
	}
	c := ldap.NewConn(socket, false)
	c.Start()
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { _ = socket.Close() })
	defer stop()
	if deadline, ok := ctx.Deadline(); ok {
		c.SetTimeout(time.Until(deadline))
	}
	result, err := c.Search(ldap.NewSearchRequest("", ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", attributes, controls))
	if err != nil {
		return nil, err
	}
	if len(result.Entries) != 1 {
		return nil, errBroken
	}
	return result.Entries[0], nil
}

// extendedDN is LDAP_SERVER_EXTENDED_DN_OID, asked for in text form
// ([MS-ADTS] 3.1.1.3.4.1.5); the value is SEQUENCE { INTEGER 1 }.
const (
	extendedDN      = "1.2.840.113556.1.4.529"
	extendedDNValue = "\x30\x03\x02\x01\x01"
)

// namesWithSIDs asks for it. It is not critical: a server that does not know it
// answers without.
func namesWithSIDs() ldap.Control {
	return ldap.NewControlString(extendedDN, false, extendedDNValue)
}

var sidInDN = regexp.MustCompile(`<SID=(S-1-5-21-[0-9-]+)>`)

// domainSIDByLDAP finds the SID in the extended name of the domain's head.
func domainSIDByLDAP(ctx context.Context, dial Dialer, dc trust.PartnerDC) (string, error) {
	entry, err := rootDSE(ctx, dial, dc, []ldap.Control{namesWithSIDs()}, "defaultNamingContext")
	if err != nil {
		return "", err
	}
	return domainSIDIn(entry)
}

func domainSIDIn(entry *ldap.Entry) (string, error) {
	m := sidInDN.FindStringSubmatch(entry.GetAttributeValue("defaultNamingContext"))
	if m == nil || !domainSID.MatchString(m[1]) {
		return "", errBroken
	}
	return m[1], nil
}

var errNoKDCTime = errors.New("the KDC's answer has no time")

// kdcClock asks the KDC for a ticket of a user who does not exist.
func kdcClock(ctx context.Context, dial Dialer, dc trust.PartnerDC, domain directory.FQDN) (time.Time, error) {
	realm := Target{Realm: domain}.realm()
	request, err := messages.NewASReqForTGT(realm, kerberosConfig(realm, nil), types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, "entente-clock"))
	if err != nil {
		return time.Time{}, err
	}
	b, err := request.Marshal()
	if err != nil {
		return time.Time{}, err
	}
	answer, err := askKDC(ctx, dial, join(dc, portKerberos), b)
	if err != nil {
		return time.Time{}, err
	}
	krb, ok := parseKRBError(answer)
	if !ok || krb.STime.IsZero() {
		return time.Time{}, errNoKDCTime
	}
	return krb.STime, nil
}

// maxKDCAnswer is more than a KDC sends.
const maxKDCAnswer = 1 << 20

// askKDC sends one message over TCP (RFC 4120 7.2.2) and gives the answer with
// its four bytes of length.
func askKDC(ctx context.Context, dial Dialer, address string, message []byte) ([]byte, error) {
	c, err := dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	if _, err := c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...)); err != nil {
		return nil, err
	}
	head := make([]byte, 4)
	if _, err := io.ReadFull(c, head); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(head)
	if size > maxKDCAnswer {
		return nil, errBroken
	}
	answer := make([]byte, size)
	_, err = io.ReadFull(c, answer)
	return append(head, answer...), err
}
