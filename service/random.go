package service

import (
	"crypto/rand"
	"encoding/hex"

	"github.com/entente-ad/entente/internal/secret"
)

// random5 fills an id. crypto/rand never fails since Go 1.24.
func random5() (b [5]byte) {
	_, _ = rand.Read(b[:])
	return b
}

func random9() (b [9]byte) {
	_, _ = rand.Read(b[:])
	return b
}

// hex17 gives 17 hexadecimal digits, as EC2's ids have.
func hex17() string {
	var b [9]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])[:17]
}

// servicePassword makes a password nobody will type: 26 characters of base 32,
// which carry 130 bits, between a lower-case letter and a sign, so that any
// complexity rule is met.
func servicePassword() secret.Text { return secret.New("e" + rand.Text() + "-7") }
