package ldap

import (
	"bytes"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/oiweiwei/gokrb5.fork/v9/crypto"
	"github.com/oiweiwei/gokrb5.fork/v9/crypto/etype"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/chksumtype"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/keyusage"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/types"
)

// Ticket is a Kerberos ticket for the LDAP service of one controller.
type Ticket struct {
	Ticket messages.Ticket
	Key    types.EncryptionKey
	Client types.PrincipalName
	Realm  string // of Client
}

// Flags that the initiator asks for (RFC 4121 4.1.1.1).
const gssFlags = 0x02 | 0x04 | 0x08 | 0x10 | 0x20 // mutual, replay, sequence, confidentiality, integrity

// apMutualRequired is the bit of AP-REQ's options that asks for an AP-REP.
const apMutualRequired = 2

// krb5Mechanism is the object identifier of Kerberos 5 in GSS-API.
var krb5Mechanism = asn1.ObjectIdentifier{1, 2, 840, 113554, 1, 2, 2}

// Token identifiers (RFC 4121 4.1).
const (
	tokenAPREQ = "\x01\x00"
	tokenAPREP = "\x02\x00"
)

// security is the initiator's side of a GSS-API security context. It is used
// by one goroutine for wrap and by one for unwrap.
type security struct {
	auth   types.Authenticator
	ticket types.EncryptionKey // session key of the ticket
	key    types.EncryptionKey // what messages are protected with
	etype  etype.EType
	sub    byte // flagSubkey when key is the acceptor's
	send   uint64
	expect uint64
}

var errBadToken = errors.New("the answer of the security layer makes no sense")

// begin gives the first token (RFC 4121 4.1): an AP-REQ that asks the acceptor
// to prove itself. binding ties it to a TLS connection; nil means none.
func begin(t Ticket, binding []byte) (*security, []byte, error) {
	auth, err := types.NewAuthenticator(t.Realm, t.Client)
	if err != nil {
		return nil, nil, err
	}
	e, err := crypto.GetEtype(t.Key.KeyType)
	if err != nil {
		return nil, nil, err
	}
	if err := auth.GenerateSeqNumberAndSubKey(t.Key.KeyType, e.GetKeyByteSize()); err != nil {
		return nil, nil, err
	}
	bindings := make([]byte, 24) // length 16, no channel bindings, flags
	binary.LittleEndian.PutUint32(bindings, 16)
	copy(bindings[4:20], binding)
	binary.LittleEndian.PutUint32(bindings[20:], gssFlags)
	auth.Cksum = types.Checksum{CksumType: chksumtype.GSSAPI, Checksum: bindings}
	request, err := messages.NewAPReq(t.Ticket, t.Key, auth)
	if err != nil {
		return nil, nil, err
	}
	types.SetFlag(&request.APOptions, apMutualRequired)
	b, err := request.Marshal()
	if err != nil {
		return nil, nil, err
	}
	token, err := frame(tokenAPREQ, b)
	return &security{auth: auth, ticket: t.Key, key: auth.SubKey, etype: e, send: uint64(auth.SeqNumber)}, token, err
}

// frame puts a message into the initial token's framing (RFC 2743 3.1).
func frame(id string, message []byte) ([]byte, error) {
	oid, err := asn1.Marshal(krb5Mechanism)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(asn1.RawValue{Class: asn1.ClassApplication, IsCompound: true, Bytes: bytes.Join([][]byte{oid, []byte(id), message}, nil)})
}

// finish reads the acceptor's AP-REP: it proves that the acceptor could read
// the ticket, and may name the key to go on with.
func (c *security) finish(token []byte) error {
	var outer asn1.RawValue
	if rest, err := asn1.Unmarshal(token, &outer); err != nil || len(rest) > 0 || outer.Class != asn1.ClassApplication || outer.Tag != 0 {
		return errBadToken
	}
	var oid asn1.ObjectIdentifier
	message, err := asn1.Unmarshal(outer.Bytes, &oid)
	if err != nil || !oid.Equal(krb5Mechanism) {
		return errBadToken
	}
	message, ok := bytes.CutPrefix(message, []byte(tokenAPREP))
	if !ok {
		var refused messages.KRBError
		if len(message) > 2 && refused.Unmarshal(message[2:]) == nil {
			return fmt.Errorf("it refuses our ticket with Kerberos error %d", refused.ErrorCode)
		}
		return errBadToken
	}
	var reply messages.APRep
	if err := reply.Unmarshal(message); err != nil {
		return errBadToken
	}
	plain, err := crypto.DecryptEncPart(reply.EncPart, c.ticket, keyusage.AP_REP_ENCPART)
	if err != nil {
		return errors.New("it cannot prove that it holds the key of our ticket")
	}
	var part messages.EncAPRepPart
	if err := part.Unmarshal(plain); err != nil {
		return errBadToken
	}
	if part.CTime.Unix() != c.auth.CTime.Unix() || part.Cusec != c.auth.Cusec {
		return errors.New("its proof is about another logon")
	}
	c.expect = uint64(part.SequenceNumber)
	if len(part.Subkey.KeyValue) > 0 {
		c.key, c.sub = part.Subkey, flagSubkey
		if c.etype, err = crypto.GetEtype(part.Subkey.KeyType); err != nil {
			return err
		}
	}
	return nil
}
