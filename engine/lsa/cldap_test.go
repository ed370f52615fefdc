package lsa

import (
	"encoding/binary"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// samplePong is an answer with compressed names, as Samba sends it.
func samplePong() []byte {
	b := []byte{23, 0, 0, 0}
	b = binary.LittleEndian.AppendUint32(b, 0x3fd|pongPDC|pongWritable)
	b = append(b, 0x43, 0xcd, 0xa2, 0x74, 0x5a, 0x4f, 0x83, 0x4d, 0xa2, 0x40, 0xb7, 0xc4, 0x3e, 0x79, 0xfe, 0x33)
	b = append(b, "\x03fir\x04test\x00"...) // forest, at 24
	b = append(b, 0xC0, 24)                 // domain: the same
	b = append(b, "\x05firdc\xC0\x18"...)   // host
	b = append(b, "\x03FIR\x00"...)         // NetBIOS domain
	b = append(b, "\x05FIRDC\x00"...)       // NetBIOS host
	return append(b, "\x00\x00\x00\x05\x00\x00\x00\xff\xff\xff\xff"...)
}

// sampleAnswer wraps a pong as a search result.
func sampleAnswer(pong []byte) []byte {
	str := func(tag ber.Tag, s string) *ber.Packet {
		return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, tag, s, "")
	}
	seq := func(children ...*ber.Packet) *ber.Packet {
		p := ber.NewSequence("")
		for _, c := range children {
			p.AppendChild(c)
		}
		return p
	}
	set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
	set.AppendChild(str(ber.TagOctetString, string(pong)))
	entry := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	entry.AppendChild(str(ber.TagOctetString, ""))
	entry.AppendChild(seq(seq(str(ber.TagOctetString, "Netlogon"), set)))
	return seq(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 1, ""), entry).Bytes()
}

func TestAPongIsReadWithItsCompressedNames(t *testing.T) {
	got, err := parsePingResponse(sampleAnswer(samplePong()))
	want := pong{
		flags: 0x3fd | pongPDC | pongWritable, guid: "74a2cd43-4f5a-4d83-a240-b7c43e79fe33",
		forest: "fir.test", domain: "fir.test", host: "firdc.fir.test", netbiosDomain: "FIR", netbiosHost: "FIRDC",
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func TestPongsThatLieAreRefused(t *testing.T) {
	whole := samplePong()
	loop := append(append([]byte{}, whole[:pongFixed]...), 0xC0, pongFixed)
	label := append(append([]byte{}, whole[:pongFixed]...), "\x3fshort"...)
	long := append(append([]byte{}, whole[:pongFixed]...), strings.Repeat("\x3f"+strings.Repeat("a", 63), 5)+"\x00"...)
	code := append([]byte{24}, whole[1:]...)
	for name, b := range map[string][]byte{
		"empty": {}, "no names": whole[:pongFixed], "cut": whole[:len(whole)-30],
		"a pointer to itself": loop, "a label past the end": label, "a name too long": long, "another answer": code,
	} {
		if p, err := parsePong(b); err == nil {
			t.Errorf("%s: taken as %+v", name, p)
		}
	}
}

func TestAPingAsksForTheNetlogonAttribute(t *testing.T) {
	b, err := pingRequest("corp.example.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"DnsDomain", "corp.example.com", "NtVer", "\x06\x00\x00\x00", "Netlogon"} {
		if !strings.Contains(string(b), part) {
			t.Errorf("%q is not in %q", part, b)
		}
	}
	if _, err := ber.DecodePacketErr(b); err != nil {
		t.Error(err)
	}
}

func FuzzParsePingResponse(f *testing.F) {
	f.Add(sampleAnswer(samplePong()))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = parsePingResponse(b) })
}

func FuzzParsePong(f *testing.F) {
	f.Add(samplePong())
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parsePong(b)
		if err == nil && (len(p.host) > 2*maxName || len(p.domain) > 2*maxName) {
			t.Errorf("names of %d and %d bytes", len(p.host), len(p.domain))
		}
	})
}

func FuzzParseKRBError(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x02\x7e\x00"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = parseKRBError(b) })
}
