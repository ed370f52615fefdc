package lsa

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rc4" // [MS-LSAD] 5.1.1: what servers without AES understand, inside a sealed session
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"time"
	"unicode/utf16"
)

// Layout of trust secrets as the create calls carry them: 512 random bytes,
// the outgoing and the incoming secrets, and the sizes of both ([MS-LSAD]
// 2.2.7.16; the inner layout is [MS-ADTS] 6.1.6.9.1).
const (
	confounderSize = 512
	secretHeader   = 12 // count, offset of current, offset of previous
	entryHeader    = 16 // time, type, length
	authTypeClear  = 2  // clear text, UTF-16LE ([MS-LSAD] 2.2.7.17)

	// maxClearText is what a secret may have: 512 bytes, of which the roll by
	// NETLOGON later needs 14 for itself ([MS-NRPC] 2.2.1.3.8).
	maxClearText = 498
)

// secretPair is what a trusted-domain object keeps: the password for each
// direction, "" for a direction that it has not.
type secretPair struct {
	outgoing string
	incoming string
	at       time.Time
}

var errPasswordLength = errors.New("the trust password must have 1 to 249 UTF-16 characters")

// encodeSecrets lays out p behind a confounder read from crypto/rand.
func encodeSecrets(p secretPair) ([]byte, error) {
	out, err := encodeDirection(p.outgoing, p.at)
	if err != nil {
		return nil, err
	}
	in, err := encodeDirection(p.incoming, p.at)
	if err != nil {
		return nil, err
	}
	b := make([]byte, confounderSize, confounderSize+len(out)+len(in)+8)
	if _, err := rand.Read(b); err != nil {
		return nil, err
	}
	b = append(append(b, out...), in...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(out)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(in)))
	return b, nil
}

// encodeDirection writes one entry as current and as previous secret, the way
// Windows and Samba do at creation. No password gives the empty layout.
func encodeDirection(password string, at time.Time) ([]byte, error) {
	if password == "" {
		return make([]byte, secretHeader), nil
	}
	entry, err := encodeEntry(password, at)
	if err != nil {
		return nil, err
	}
	b := binary.LittleEndian.AppendUint32(nil, 1)
	b = binary.LittleEndian.AppendUint32(b, secretHeader)
	b = binary.LittleEndian.AppendUint32(b, uint32(secretHeader+len(entry)))
	b = append(b, entry...)
	return append(b, entry...), nil
}

func encodeEntry(password string, at time.Time) ([]byte, error) {
	units := utf16.Encode([]rune(password))
	if len(units)*2 > maxClearText {
		return nil, errPasswordLength
	}
	b := binary.LittleEndian.AppendUint64(nil, fileTime(at))
	b = binary.LittleEndian.AppendUint32(b, authTypeClear)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(units)*2))
	for _, u := range units {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b, nil
}

var errSecretLayout = errors.New("not a layout of trust secrets")

// decodeSecrets reads what encodeSecrets writes: the newest clear-text secret
// of each direction.
func decodeSecrets(b []byte) (secretPair, error) {
	if len(b) < confounderSize+8 {
		return secretPair{}, errSecretLayout
	}
	sizes := b[len(b)-8:]
	body := b[confounderSize : len(b)-8]
	outSize, inSize := uint64(binary.LittleEndian.Uint32(sizes)), uint64(binary.LittleEndian.Uint32(sizes[4:]))
	if outSize+inSize != uint64(len(body)) {
		return secretPair{}, errSecretLayout
	}
	out, _, err := decodeDirection(body[:outSize])
	if err != nil {
		return secretPair{}, err
	}
	in, at, err := decodeDirection(body[outSize:])
	return secretPair{outgoing: out, incoming: in, at: at}, err
}

func decodeDirection(b []byte) (string, time.Time, error) {
	if len(b) == 0 {
		return "", time.Time{}, nil
	}
	if len(b) < secretHeader {
		return "", time.Time{}, errSecretLayout
	}
	if binary.LittleEndian.Uint32(b) == 0 {
		return "", time.Time{}, nil
	}
	offset := uint64(binary.LittleEndian.Uint32(b[4:]))
	if offset < secretHeader || offset+entryHeader > uint64(len(b)) {
		return "", time.Time{}, errSecretLayout
	}
	entry := b[offset:]
	size := uint64(binary.LittleEndian.Uint32(entry[12:]))
	if binary.LittleEndian.Uint32(entry[8:]) != authTypeClear || size%2 != 0 || entryHeader+size > uint64(len(entry)) {
		return "", time.Time{}, errSecretLayout
	}
	units := make([]uint16, size/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(entry[entryHeader+2*i:])
	}
	return string(utf16.Decode(units)), fromFileTime(binary.LittleEndian.Uint64(entry)), nil
}

// epochGap is the 100 ns units between 1601 and 1970.
const epochGap = 116444736000000000

func fileTime(t time.Time) uint64 { return uint64(t.UnixNano()/100) + epochGap }

func fromFileTime(v uint64) time.Time {
	return time.Unix(0, (int64(v)-epochGap)*100)
}

// encryptRC4 is the cipher of LsarCreateTrustedDomainEx2 ([MS-LSAD] 5.1.1).
func encryptRC4(key, plain []byte) ([]byte, error) {
	stream, err := rc4.NewCipher(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(plain))
	stream.XORKeyStream(out, plain)
	return out, nil
}

// sealedAES is LSAPR_TRUSTED_DOMAIN_AUTH_INFORMATION_INTERNAL_AES.
type sealedAES struct {
	authData []byte // 64 bytes
	salt     []byte // 16 bytes, the IV
	cipher   []byte
}

// The key labels of [MS-LSAD] 5.1.5, with their terminating zero.
const (
	labelEncryption = "Microsoft LSAD encryption key AEAD-AES-256-CBC-HMAC-SHA512 16\x00"
	labelMAC        = "Microsoft LSAD MAC key AEAD-AES-256-CBC-HMAC-SHA512 16\x00"
)

// encryptAES is the cipher of LsarCreateTrustedDomainEx3 ([MS-LSAD] 5.1.5)
// with iv, 16 bytes that must be random.
func encryptAES(key, plain, iv []byte) (sealedAES, error) {
	block, err := aes.NewCipher(mac512(key, []byte(labelEncryption))[:32])
	if err != nil {
		return sealedAES{}, err
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	padded := make([]byte, len(plain)+pad)
	copy(padded, plain)
	for i := len(plain); i < len(padded); i++ {
		padded[i] = byte(pad)
	}
	out := make([]byte, len(padded))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, padded)
	const version = 1 // of the algorithm; its length closes the authenticated text
	return sealedAES{
		authData: mac512(mac512(key, []byte(labelMAC)), []byte{version}, iv, out, []byte{1}),
		salt:     iv,
		cipher:   out,
	}, nil
}

func mac512(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha512.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
