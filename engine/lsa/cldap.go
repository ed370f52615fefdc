package lsa

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/uuid"

	"github.com/entente-ad/entente/directory"
)

// pong is a controller's answer to an LDAP ping over UDP: NETLOGON_SAM_
// LOGON_RESPONSE_EX ([MS-ADTS] 6.3.1.9).
type pong struct {
	flags         uint32
	guid          string
	forest        directory.FQDN
	domain        directory.FQDN
	host          string
	netbiosDomain string
	netbiosHost   string
}

// Flags of a pong ([MS-ADTS] 6.3.1.2).
const (
	pongPDC      = 0x1
	pongWritable = 0x100
)

// ntVersion asks for the V5EX form of the answer ([MS-ADTS] 6.3.1.1).
const ntVersion = `\06\00\00\00`

const maxDatagram = 4096

// ping asks the controller at address whether it serves domain.
func ping(ctx context.Context, dial Dialer, address string, domain directory.FQDN) (pong, error) {
	question, err := pingRequest(domain)
	if err != nil {
		return pong{}, err
	}
	c, err := dial(ctx, "udp", address)
	if err != nil {
		return pong{}, err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(deadline)
	}
	if _, err := c.Write(question); err != nil {
		return pong{}, err
	}
	b := make([]byte, maxDatagram)
	n, err := c.Read(b)
	if err != nil {
		return pong{}, err
	}
	return parsePingResponse(b[:n])
}

// pingRequest is a search of the rootDSE for the attribute Netlogon.
func pingRequest(domain directory.FQDN) ([]byte, error) {
	filter, err := ldap.CompileFilter("(&(DnsDomain=" + ldap.EscapeFilter(string(domain)) + ")(NtVer=" + ntVersion + "))")
	if err != nil {
		return nil, err
	}
	search := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchRequest, nil, "")
	search.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	search.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, ldap.ScopeBaseObject, ""))
	search.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, ldap.NeverDerefAliases, ""))
	search.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 0, ""))
	search.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 0, ""))
	search.AppendChild(ber.NewBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, false, ""))
	search.AppendChild(filter)
	attributes := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
	attributes.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "Netlogon", ""))
	search.AppendChild(attributes)
	message := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
	message.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 1, ""))
	message.AppendChild(search)
	return message.Bytes(), nil
}

var errNotPong = errors.New("not an answer to an LDAP ping")

// parsePingResponse reads the LDAP message around a pong.
func parsePingResponse(b []byte) (pong, error) {
	message, err := ber.DecodePacketErr(b)
	if err != nil || len(message.Children) < 2 {
		return pong{}, errNotPong
	}
	entry := message.Children[1]
	if entry.Tag != ldap.ApplicationSearchResultEntry || len(entry.Children) < 2 {
		return pong{}, errNotPong
	}
	for _, attribute := range entry.Children[1].Children {
		if len(attribute.Children) != 2 || len(attribute.Children[1].Children) == 0 {
			continue
		}
		name, _ := attribute.Children[0].Value.(string)
		if strings.EqualFold(name, "netlogon") {
			return parsePong(attribute.Children[1].Children[0].ByteValue)
		}
	}
	return pong{}, errNotPong
}

// Operation codes of a pong ([MS-ADTS] 6.3.1.3): 25 says that the user asked
// for is unknown, which nobody asked for.
const (
	opPong            = 23
	opPongUserUnknown = 25
)

// pongFixed is opcode, padding, flags and GUID.
const pongFixed = 2 + 2 + 4 + 16

// parsePong reads the fixed part and the names, which are compressed as in
// DNS (RFC 1035 4.1.4).
func parsePong(b []byte) (pong, error) {
	if len(b) < pongFixed {
		return pong{}, errNotPong
	}
	if op := binary.LittleEndian.Uint16(b); op != opPong && op != opPongUserUnknown {
		return pong{}, errNotPong
	}
	names := make([]string, 5)
	at := pongFixed
	for i := range names {
		var err error
		if names[i], at, err = compressedName(b, at); err != nil {
			return pong{}, err
		}
	}
	return pong{
		flags:         binary.LittleEndian.Uint32(b[4:]),
		guid:          guidText(b[8:24]),
		forest:        directory.Normalise(names[0]),
		domain:        directory.Normalise(names[1]),
		host:          string(directory.Normalise(names[2])),
		netbiosDomain: strings.ToUpper(names[3]),
		netbiosHost:   strings.ToUpper(names[4]),
	}, nil
}

// maxName bounds a name, and with it the pointers followed.
const maxName = 255

// compressedName reads the name at b[at:] and gives the offset behind it.
func compressedName(b []byte, at int) (name string, next int, err error) {
	var labels []string
	next = -1
	for total := 0; ; {
		if at >= len(b) {
			return "", 0, errNotPong
		}
		n := int(b[at])
		switch {
		case n == 0:
			if next < 0 {
				next = at + 1
			}
			return strings.Join(labels, "."), next, nil
		case n&0xC0 == 0xC0:
			if at+1 >= len(b) {
				return "", 0, errNotPong
			}
			if next < 0 {
				next = at + 2
			}
			at = (n&0x3F)<<8 | int(b[at+1])
			total += 2 // a loop of pointers ends by this
		case n > 63 || at+1+n > len(b):
			return "", 0, errNotPong
		default:
			labels = append(labels, string(b[at+1:at+1+n]))
			at += 1 + n
			total += 1 + n
		}
		if total > maxName {
			return "", 0, errNotPong
		}
	}
}

// guidText writes a GUID of the wire, whose first three fields are little
// endian ([MS-DTYP] 2.3.4.2).
func guidText(b []byte) string {
	return uuid.UUID{
		b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6],
		b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15],
	}.String()
}
