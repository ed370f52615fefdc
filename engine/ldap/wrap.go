package ldap

import (
	"bytes"
	"encoding/binary"

	"github.com/oiweiwei/gokrb5.fork/v9/iana/keyusage"
)

// Flags of a wrap token (RFC 4121 4.2.2).
const (
	flagAcceptor = 1
	flagSealed   = 2
	flagSubkey   = 4
)

const wrapHeader = 16

// header builds the first 16 bytes of a wrap token; RRC stays 0.
func header(flags byte, extra uint16, seq uint64) []byte {
	h := make([]byte, wrapHeader)
	h[0], h[1], h[2], h[3] = 0x05, 0x04, flags, 0xff
	binary.BigEndian.PutUint16(h[4:], extra)
	binary.BigEndian.PutUint64(h[8:], seq)
	return h
}

// wrap protects one message (RFC 4121 4.2.4): sealed, or signed only, which the
// negotiation of the security layer asks for.
func (c *security) wrap(message []byte, sealed bool) ([]byte, error) {
	flags := c.sub
	seq := c.send
	c.send++
	if sealed {
		h := header(flags|flagSealed, 0, seq)
		_, sealedText, err := c.etype.EncryptMessage(c.key.KeyValue, bytes.Join([][]byte{message, h}, nil), keyusage.GSSAPI_INITIATOR_SEAL)
		return append(h, sealedText...), err
	}
	sum, err := c.etype.GetChecksumHash(c.key.KeyValue, bytes.Join([][]byte{message, header(flags, 0, seq)}, nil), keyusage.GSSAPI_INITIATOR_SEAL)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{header(flags, uint16(len(sum)), seq), message, sum}, nil), nil
}

// unwrap checks the acceptor's next token and gives its message.
func (c *security) unwrap(token []byte) (message []byte, sealed bool, err error) {
	if len(token) < wrapHeader || token[0] != 0x05 || token[1] != 0x04 || token[3] != 0xff {
		return nil, false, errBadToken
	}
	flags := token[2]
	extra, rotated := binary.BigEndian.Uint16(token[4:]), binary.BigEndian.Uint16(token[6:])
	seq := binary.BigEndian.Uint64(token[8:])
	if flags&flagAcceptor == 0 || flags&flagSubkey != c.sub || seq != c.expect {
		return nil, false, errBadToken
	}
	c.expect++
	body := rotateLeft(token[wrapHeader:], int(rotated))
	if flags&flagSealed != 0 {
		message, err = c.open(body, header(flags, extra, seq))
		return message, true, err
	}
	if len(body) < int(extra) {
		return nil, false, errBadToken
	}
	message, sum := body[:len(body)-int(extra)], body[len(body)-int(extra):]
	if !c.etype.VerifyChecksum(c.key.KeyValue, bytes.Join([][]byte{message, header(flags, 0, seq)}, nil), sum, keyusage.GSSAPI_ACCEPTOR_SEAL) {
		return nil, false, errBadToken
	}
	return message, false, nil
}

// open decrypts message | filler | header, and compares the header with h.
func (c *security) open(body, h []byte) ([]byte, error) {
	if len(body) < c.etype.GetConfounderByteSize()+wrapHeader+c.etype.GetHMACBitLength()/8 {
		return nil, errBadToken // the library would panic
	}
	plain, err := c.etype.DecryptMessage(c.key.KeyValue, body, keyusage.GSSAPI_ACCEPTOR_SEAL)
	if err != nil {
		return nil, errBadToken
	}
	filler := int(binary.BigEndian.Uint16(h[4:]))
	end := len(plain) - wrapHeader - filler
	if end < 0 || !bytes.Equal(plain[len(plain)-wrapHeader:], h) {
		return nil, errBadToken
	}
	return plain[:end], nil
}

// rotateLeft undoes the right rotation of a token's body (RFC 4121 4.2.5).
func rotateLeft(b []byte, n int) []byte {
	if len(b) == 0 || n%len(b) == 0 {
		return b
	}
	n %= len(b)
	return bytes.Join([][]byte{b[n:], b[:n]}, nil)
}
