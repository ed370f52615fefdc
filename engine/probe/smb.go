package probe

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"time"

	"github.com/entente-ad/entente/assessment"
)

// Fields of SMB2 NEGOTIATE ([MS-SMB2] 2.2.3, 2.2.4).
const (
	smbHeader      = 64
	dialect311     = 0x0311
	signEnabled    = 1
	signRequired   = 2
	capEncryption  = 0x40
	contextPreauth = 1
	contextCiphers = 2
)

var errNotSMB = errors.New("what answers on TCP 445 speaks no SMB 2")

// negotiate asks an SMB server what it offers, and reads its clock.
func negotiate(ctx context.Context, dial Dialer, a netip.Addr) (assessment.SMB, time.Time, error) {
	var offer assessment.SMB
	c, done, err := open(ctx, dial, "tcp", join(a, portSMB))
	if err != nil {
		return offer, time.Time{}, err
	}
	defer done()
	request := negotiateRequest()
	if _, err := c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(request))), request...)); err != nil {
		return offer, time.Time{}, err
	}
	head := make([]byte, 4)
	if _, err := io.ReadFull(c, head); err != nil {
		return offer, time.Time{}, err
	}
	size := binary.BigEndian.Uint32(head) & 0xffffff
	if size < smbHeader+64 || size > 1<<16 {
		return offer, time.Time{}, errNotSMB
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(c, b); err != nil {
		return offer, time.Time{}, err
	}
	return parseNegotiate(b)
}

// negotiateRequest offers every dialect from 2.0.2 to 3.1.1 and encryption.
func negotiateRequest() []byte {
	le := binary.LittleEndian
	b := make([]byte, smbHeader)
	copy(b, "\xfeSMB")
	le.PutUint16(b[4:], smbHeader)
	le.PutUint16(b[14:], 1) // credits
	dialects := []uint16{0x0202, 0x0210, 0x0300, 0x0302, dialect311}
	b = le.AppendUint16(b, 36)
	b = le.AppendUint16(b, uint16(len(dialects)))
	b = le.AppendUint16(b, signEnabled)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint32(b, capEncryption)
	client := make([]byte, 16)
	_, _ = rand.Read(client) // it never fails
	b = append(b, client...)
	contexts := smbHeader + 36 + 2*len(dialects)
	contexts += (8 - contexts%8) % 8
	b = le.AppendUint32(b, uint32(contexts))
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 0)
	for _, d := range dialects {
		b = le.AppendUint16(b, d)
	}
	preauth := le.AppendUint16(nil, 1)     // one hash algorithm
	preauth = le.AppendUint16(preauth, 16) // bytes of salt
	preauth = le.AppendUint16(preauth, 1)  // SHA-512
	preauth = append(preauth, client...)
	ciphers := le.AppendUint16(nil, 4)
	for _, cipher := range []uint16{2, 1, 4, 3} { // AES-128-GCM, -CCM, AES-256-GCM, -CCM
		ciphers = le.AppendUint16(ciphers, cipher)
	}
	for _, part := range []struct {
		kind uint16
		data []byte
	}{{contextPreauth, preauth}, {contextCiphers, ciphers}} {
		for len(b)%8 != 0 {
			b = append(b, 0)
		}
		b = le.AppendUint16(b, part.kind)
		b = le.AppendUint16(b, uint16(len(part.data)))
		b = append(b, 0, 0, 0, 0)
		b = append(b, part.data...)
	}
	return b
}

// parseNegotiate reads the answer.
func parseNegotiate(b []byte) (assessment.SMB, time.Time, error) {
	le := binary.LittleEndian
	body := b[smbHeader:]
	if string(b[:4]) != "\xfeSMB" || le.Uint32(b[8:]) != 0 || len(body) < 64 {
		return assessment.SMB{}, time.Time{}, errNotSMB
	}
	mode := le.Uint16(body[2:])
	offer := assessment.SMB{
		Dialect: le.Uint16(body[4:]), SigningEnabled: mode&signEnabled != 0, SigningRequired: mode&signRequired != 0,
		Encryption: le.Uint32(body[24:])&capEncryption != 0,
	}
	if offer.Dialect == dialect311 {
		offer.Encryption = cipherIn(b, int(le.Uint32(body[60:])), int(le.Uint16(body[6:])))
	}
	// FILETIME: 100 ns since 1601.
	const since1601 = 116444736000000000
	clock := time.Unix(0, 0).Add(time.Duration(int64(le.Uint64(body[40:]))-since1601) * 100)
	return offer, clock, nil
}

// cipherIn reports whether one of the answer's contexts chooses a cipher.
func cipherIn(b []byte, at, count int) bool {
	le := binary.LittleEndian
	for range count {
		at += (8 - at%8) % 8
		if at < 0 || at+8 > len(b) {
			return false
		}
		kind, size := le.Uint16(b[at:]), int(le.Uint16(b[at+2:]))
		data := b[at+8:]
		if size > len(data) {
			return false
		}
		if kind == contextCiphers && size >= 4 && le.Uint16(data[2:]) != 0 {
			return true
		}
		at += 8 + size
	}
	return false
}
