package lsa

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

var when = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)

func TestSecretsOfOneDirectionAreLaidOutByTheBook(t *testing.T) {
	got, err := encodeDirection("pä", when)
	if err != nil {
		t.Fatal(err)
	}
	entry := "00b878baf67add01" + // 2026-11-23 03:00 as FILETIME
		"02000000" + "04000000" + "7000e400" // clear text, 4 bytes, UTF-16LE
	want := "01000000" + "0c000000" + "20000000" + entry + entry
	if h := hex.EncodeToString(got); h != want {
		t.Errorf("got  %s\nwant %s", h, want)
	}
	if at := fromFileTime(fileTime(when)); !at.Equal(when) {
		t.Errorf("file time: got %v, want %v", at, when)
	}
	if empty, _ := encodeDirection("", when); !bytes.Equal(empty, make([]byte, 12)) {
		t.Errorf("a direction without secret: %x", empty)
	}
}

func TestSecretsReadBackAsWritten(t *testing.T) {
	for name, p := range map[string]secretPair{
		"both":          {outgoing: "one", incoming: "two", at: when},
		"outgoing only": {outgoing: "one"},
		"incoming only": {incoming: "odd", at: when},
		"neither":       {},
		"astral":        {outgoing: "🔑", incoming: "🔑", at: when},
		"longest":       {outgoing: strings.Repeat("x", maxClearText/2), incoming: "y", at: when},
	} {
		b, err := encodeSecrets(p)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := decodeSecrets(b)
		if err != nil || got.outgoing != p.outgoing || got.incoming != p.incoming {
			t.Errorf("%s: got %q %q, %v", name, got.outgoing, got.incoming, err)
		}
		if p.incoming != "" && !got.at.Equal(p.at) {
			t.Errorf("%s: time %v", name, got.at)
		}
	}
	if _, err := encodeSecrets(secretPair{incoming: strings.Repeat("x", maxClearText/2+1)}); err == nil {
		t.Error("a password too long was taken")
	}
}

func TestConfoundersDiffer(t *testing.T) {
	a, _ := encodeSecrets(secretPair{})
	b, _ := encodeSecrets(secretPair{})
	if bytes.Equal(a[:confounderSize], b[:confounderSize]) {
		t.Error("two confounders are the same")
	}
}

func TestAESSecretsOpenWithTheSameKeyOnly(t *testing.T) {
	key, iv, plain := bytes.Repeat([]byte{7}, 16), bytes.Repeat([]byte{9}, 16), []byte("thirty-two bytes of plain text..")
	sealed, err := encryptAES(key, plain, iv)
	if err != nil {
		t.Fatal(err)
	}
	if len(sealed.cipher) != 48 || len(sealed.authData) != 64 || !bytes.Equal(sealed.salt, iv) {
		t.Fatalf("sizes: cipher %d, authentication %d, salt %x", len(sealed.cipher), len(sealed.authData), sealed.salt)
	}
	block, err := aes.NewCipher(mac512(key, []byte(labelEncryption))[:32])
	if err != nil {
		t.Fatal(err)
	}
	opened := make([]byte, len(sealed.cipher))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(opened, sealed.cipher)
	if want := append(plain, bytes.Repeat([]byte{16}, 16)...); !bytes.Equal(opened, want) {
		t.Errorf("opened %x", opened)
	}
	mac := mac512(mac512(key, []byte(labelMAC)), []byte{1}, iv, sealed.cipher, []byte{1})
	if !hmac.Equal(mac, sealed.authData) {
		t.Error("the authentication does not fit")
	}
	if len(labelEncryption) != 62 || len(labelMAC) != 55 {
		t.Errorf("labels of %d and %d bytes, want 62 and 55 ([MS-LSAD] 5.1.5)", len(labelEncryption), len(labelMAC))
	}
}

func TestRC4IsItsOwnInverse(t *testing.T) {
	key, plain := []byte("sixteen byte key"), []byte("plain")
	once, err := encryptRC4(key, plain)
	if err != nil || bytes.Equal(once, plain) {
		t.Fatalf("%x, %v", once, err)
	}
	if twice, _ := encryptRC4(key, once); !bytes.Equal(twice, plain) {
		t.Errorf("got %q", twice)
	}
}

func FuzzDecodeSecrets(f *testing.F) {
	whole, err := encodeSecrets(secretPair{outgoing: "one", incoming: "two", at: when})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole[confounderSize:])
	f.Fuzz(func(t *testing.T, tail []byte) {
		p, err := decodeSecrets(append(make([]byte, confounderSize), tail...))
		if err != nil || len(p.outgoing) > 300 || len(p.incoming) > 300 {
			return
		}
		b, err := encodeSecrets(p)
		if err != nil {
			return
		}
		again, err := decodeSecrets(b)
		if err != nil || again.outgoing != p.outgoing || again.incoming != p.incoming {
			t.Errorf("%q %q reads back as %q %q, %v", p.outgoing, p.incoming, again.outgoing, again.incoming, err)
		}
	})
}
