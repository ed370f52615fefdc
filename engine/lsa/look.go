package lsa

import (
	"context"
	"net/netip"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// Pong is what a domain controller says of itself to a ping that needs no
// account ([MS-ADTS] 6.3.1.9).
type Pong struct {
	Flags         uint32
	GUID          string // of the domain
	Forest        directory.FQDN
	Domain        directory.FQDN
	Host          string
	NetBIOSDomain string
	NetBIOSHost   string
}

// PDC reports whether the controller is the PDC emulator.
func (p Pong) PDC() bool { return p.Flags&pongPDC != 0 }

// Ping asks the controller at address, with port, whether it serves domain.
func Ping(ctx context.Context, dial Dialer, address string, domain directory.FQDN) (Pong, error) {
	p, err := ping(ctx, orNetDialer(dial), address, domain)
	return Pong{
		Flags: p.flags, GUID: p.guid, Forest: p.forest, Domain: p.domain, Host: p.host,
		NetBIOSDomain: p.netbiosDomain, NetBIOSHost: p.netbiosHost,
	}, err
}

// PingRequest is the datagram of Ping.
func PingRequest(domain directory.FQDN) ([]byte, error) { return pingRequest(domain) }

// RootDSE reads single-valued attributes of a controller's rootDSE without an
// account; those that it does not have are left out.
func RootDSE(ctx context.Context, dial Dialer, address netip.Addr, attributes ...string) (map[string]string, error) {
	entry, err := rootDSE(ctx, orNetDialer(dial), trust.PartnerDC{Address: address}, nil, attributes...)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for _, a := range attributes {
		if v := entry.GetAttributeValue(a); v != "" {
			values[a] = v
		}
	}
	return values, nil
}

// ParseTime reads an LDAP time as the rootDSE's currentTime has it.
func ParseTime(s string) (time.Time, error) { return time.Parse("20060102150405.0Z", s) }

// DomainSID reads the SID of the controller's domain over LDAP, without an
// account.
func DomainSID(ctx context.Context, dial Dialer, address netip.Addr) (string, error) {
	return domainSIDByLDAP(ctx, orNetDialer(dial), trust.PartnerDC{Address: address})
}

// AnonymousIdentity reads over LSARPC, in a null session, who the controller's
// domain is. A refusal is an *AnonymousError.
func AnonymousIdentity(ctx context.Context, t Target) (trust.Identity, error) {
	id, err := anonymousIdentity(ctx, t)
	if err != nil {
		return id, anonymousFailure("read who "+string(t.Realm)+" is", t, err)
	}
	return id, nil
}
