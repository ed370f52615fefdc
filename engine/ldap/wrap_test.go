package ldap

import (
	"bytes"
	"crypto/rand"
	"net"
	"strings"
	"testing"

	"github.com/oiweiwei/gokrb5.fork/v9/crypto"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/etypeID"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/keyusage"
	"github.com/oiweiwei/gokrb5.fork/v9/types"
)

func testSecurity(t *testing.T) *security {
	t.Helper()
	e, err := crypto.GetEtype(etypeID.AES256_CTS_HMAC_SHA1_96)
	if err != nil {
		t.Fatal(err)
	}
	key := make([]byte, e.GetKeyByteSize())
	_, _ = rand.Read(key)
	return &security{key: types.EncryptionKey{KeyType: e.GetETypeID(), KeyValue: key}, etype: e, sub: flagSubkey, send: 7, expect: 40}
}

// acceptorToken is what a controller sends: sealed, with filler, and rotated.
func (c *security) acceptorToken(t *testing.T, message string, seq uint64, filler, rotated int) []byte {
	t.Helper()
	h := header(flagAcceptor|flagSealed|flagSubkey, uint16(filler), seq)
	_, body, err := c.etype.EncryptMessage(c.key.KeyValue, bytes.Join([][]byte{[]byte(message), make([]byte, filler), h}, nil), keyusage.GSSAPI_ACCEPTOR_SEAL)
	if err != nil {
		t.Fatal(err)
	}
	n := len(body) - rotated%len(body)
	h[6], h[7] = byte(rotated>>8), byte(rotated)
	return bytes.Join([][]byte{h, body[n:], body[:n]}, nil)
}

func TestSealedMessagesOpenWhateverTheirRotation(t *testing.T) {
	for _, tt := range []struct{ filler, rotated int }{{0, 0}, {0, 28}, {16, 28}, {3, 1}, {0, 100_000 % 65536}} {
		c := testSecurity(t)
		got, sealed, err := c.unwrap(c.acceptorToken(t, "the answer", 40, tt.filler, tt.rotated))
		if err != nil || !sealed || string(got) != "the answer" {
			t.Errorf("%+v: %q, %t, %v", tt, got, sealed, err)
		}
	}
}

func TestTokensThatWereTouchedAreRefused(t *testing.T) {
	whole := func(c *security) []byte { return c.acceptorToken(t, "the answer", 40, 0, 28) }
	for name, touch := range map[string]func([]byte) []byte{
		"cut":             func(b []byte) []byte { return b[:len(b)-1] },
		"header only":     func(b []byte) []byte { return b[:wrapHeader] },
		"nothing":         func([]byte) []byte { return nil },
		"a bit":           func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"from ourselves":  func(b []byte) []byte { b[2] &^= flagAcceptor; return b },
		"another key":     func(b []byte) []byte { b[2] &^= flagSubkey; return b },
		"said to be open": func(b []byte) []byte { b[2] &^= flagSealed; return b },
		"filler":          func(b []byte) []byte { b[5] = 4; return b },
		"again":           func(b []byte) []byte { b[15] = 39; return b },
	} {
		c := testSecurity(t)
		if got, _, err := c.unwrap(touch(whole(c))); err == nil {
			t.Errorf("%s: taken for %q", name, got)
		}
	}
}

func FuzzUnwrap(f *testing.F) {
	f.Add([]byte{5, 4, 7, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 1, 2, 3})
	f.Fuzz(func(t *testing.T, token []byte) {
		c := testSecurity(t)
		if got, _, err := c.unwrap(token); err == nil {
			t.Errorf("%x is taken for %q", token, got)
		}
	})
}

// TestTheLayerCarriesAStream: whatever the pieces that arrive, and whatever
// was read in clear before.
func TestTheLayerCarriesAStream(t *testing.T) {
	c := testSecurity(t)
	ours, theirs := net.Pipe()
	defer ours.Close()
	l := newLayer(ours)
	var wire []byte
	var want strings.Builder
	for i := range 50 {
		text := strings.Repeat("line ", i*i%97)
		want.WriteString(text)
		token := c.acceptorToken(t, text, uint64(40+i), 0, 28)
		wire = append(wire, 0, 0, byte(len(token)>>8), byte(len(token)))
		wire = append(wire, token...)
	}
	go func() {
		_, _ = theirs.Write([]byte("in clear"))
		for i := 0; len(wire) > 0; i++ {
			n := min(1+i*13%701, len(wire))
			_, _ = theirs.Write(wire[:n])
			wire = wire[n:]
		}
		theirs.Close()
	}()
	buf := make([]byte, 100)
	if n, err := l.Read(buf); err != nil || string(buf[:n]) != "in clear" {
		t.Fatalf("%q, %v", buf[:n], err)
	}
	l.seal(c, 1000)
	var got strings.Builder
	for {
		n, err := l.Read(buf)
		got.Write(buf[:n])
		if err != nil {
			break
		}
	}
	if got.String() != want.String() {
		t.Errorf("%d bytes arrive of %d", got.Len(), want.Len())
	}
}

func TestFiltersEscapeWhatTheyAreGiven(t *testing.T) {
	for got, want := range map[string]string{
		and(normalUser, contains("", account)):                `(&(sAMAccountType=805306368))`,
		contains(`*)(cn=*`, "cn", "mail"):                     `(|(cn=*\2a\29\28cn=\2a*)(mail=*\2a\29\28cn=\2a*))`,
		equals("cn", `a\b`+"\x00"):                            `(cn=a\5cb\00)`,
		after("o'neil (ops)"):                                 `(sAMAccountName>=o'neil \28ops\29)(!(sAMAccountName=o'neil \28ops\29))`,
		and(anyGroup, or(equals("member", "CN=Müller,DC=x"))): `(&(objectCategory=group)(|(member=CN=M\c3\bcller,DC=x)))`,
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
