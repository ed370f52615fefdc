package probe

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"
	"github.com/oiweiwei/gokrb5.fork/v9/config"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/etypeID"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/nametype"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/types"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
)

// datagram is a request that a server on that UDP port answers, whoever asks.
func datagram(number int, domain directory.FQDN) ([]byte, error) {
	switch number {
	case portDNS:
		return new(dns.Msg).SetQuestion(dns.Fqdn(string(domain)), dns.TypeSOA).Pack()
	case portKerberos:
		return ticketRequest(domain, "entente-probe", offered)
	case portNTP:
		return timeRequest(), nil
	case portLDAP:
		return lsa.PingRequest(domain)
	case portPassword:
		return passwordRequest(), nil
	default:
		return nil, fmt.Errorf("no request is known for UDP port %d", number)
	}
}

// The ports that are asked something.
const (
	portKerberos = 88
	portNTP      = 123
	portMapper   = 135
	portLDAP     = 389
	portSMB      = 445
	portPassword = 464
)

// offered are the encryption types that a ticket is asked with, the strongest
// first, RC4 last: what a domain controller takes of them is its own matter.
var offered = []int32{etypeID.AES256_CTS_HMAC_SHA1_96, etypeID.AES128_CTS_HMAC_SHA1_96, etypeID.RC4_HMAC}

// ticketRequest asks the KDC for a ticket-granting ticket of user, with nothing
// that would prove who asks (RFC 4120 5.4.1).
func ticketRequest(domain directory.FQDN, user string, encryption []int32) ([]byte, error) {
	realm := strings.ToUpper(string(domain))
	c := config.New()
	c.LibDefaults.DefaultRealm = realm
	c.LibDefaults.DefaultTktEnctypeIDs = encryption
	request, err := messages.NewASReqForTGT(realm, c, types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, user))
	if err != nil {
		return nil, err
	}
	return request.Marshal()
}

// timeRequest is an SNTP request of a client, version 4 (RFC 4330 5).
func timeRequest() []byte {
	b := make([]byte, 48)
	b[0] = 0<<6 | 4<<3 | 3
	const since1900 = 2208988800
	binary.BigEndian.PutUint32(b[40:], uint32(time.Now().Unix()+since1900))
	return b
}

// passwordRequest is a request to change a password whose ticket is none; the
// answer is an error (RFC 3244 2).
func passwordRequest() []byte {
	ticket := []byte{0x6e, 0x02, 0x30, 0x00} // an AP-REQ without any member
	private := []byte{0x75, 0x02, 0x30, 0x00}
	b := binary.BigEndian.AppendUint16(nil, uint16(6+len(ticket)+len(private)))
	b = binary.BigEndian.AppendUint16(b, 0xff80)
	b = binary.BigEndian.AppendUint16(b, uint16(len(ticket)))
	return append(append(b, ticket...), private...)
}
