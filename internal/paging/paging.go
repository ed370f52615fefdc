// Package paging cuts sorted lists into pages and seals the tokens between
// them. A token says after which item the next page starts; it is bound to
// what it was handed out for (account, Region, operation, filters), so that it
// is worth nothing anywhere else.
//
// It keeps no state: a token stays good after a restart, and an item that is
// deleted or added between two pages neither repeats nor hides another one.
package paging

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/entente-ad/entente/internal/errs"
)

// Max is the length of a page when the caller sets no limit, and the most that
// a caller gets.
const Max = 1000

// Page gives the page of items that token stands for ("" is the first one) and
// the token of the page after it, "" when there is none.
//
// items must be sorted by key, ascending, and keys must differ. limit 0 means
// Max. bind is what the token is good for (see Bind); key, of any length, is
// the secret that seals tokens. The error is an errs.InvalidNextToken for a
// token that was not handed out for the same bind, or errs.Invalid for a
// negative limit.
func Page[T any](items []T, key func(T) string, limit int32, token, bind string, secret []byte) (page []T, next string, err error) {
	if limit < 0 {
		return nil, "", errs.E(errs.Invalid, "Limit must not be negative.")
	}
	start := 0
	if token != "" {
		last, err := open(token, bind, secret)
		if err != nil {
			return nil, "", err
		}
		start = len(items)
		if i := slices.IndexFunc(items, func(it T) bool { return key(it) > last }); i >= 0 {
			start = i
		}
	}
	n := Max
	if limit != 0 {
		n = min(n, int(limit))
	}
	if len(items)-start <= n {
		return items[start:], "", nil
	}
	page = items[start : start+n]
	next, err = seal(key(page[n-1]), bind, secret)
	return page, next, err
}

// Bind joins parts so that different parts never give the same text.
func Bind(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(strconv.Itoa(len(p)))
		b.WriteByte(':')
		b.WriteString(p)
	}
	return b.String()
}

// Seal makes the token for a list that is not held in memory: last is where its
// page ended, for Open to give back.
func Seal(last, bind string, secret []byte) (string, error) { return seal(last, bind, secret) }

// Open gives what Seal was given. The error is an errs.InvalidNextToken for a
// token that was not handed out for the same bind.
func Open(token, bind string, secret []byte) (last string, err error) {
	return open(token, bind, secret)
}

func seal(last, bind string, secret []byte) (string, error) {
	aead, err := newAEAD(secret)
	if err != nil {
		return "", errs.Wrap(err, errs.Internal, "cannot seal a pagination token")
	}
	return base64.RawURLEncoding.EncodeToString(aead.Seal(nil, nil, []byte(last), []byte(bind))), nil //nolint:gosec // the AEAD makes the nonce itself
}

func open(token, bind string, secret []byte) (string, error) {
	aead, err := newAEAD(secret)
	if err != nil {
		return "", errs.Wrap(err, errs.Internal, "cannot open a pagination token")
	}
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		var last []byte
		if last, err = aead.Open(nil, nil, sealed, []byte(bind)); err == nil {
			return string(last), nil
		}
	}
	return "", errs.E(errs.InvalidNextToken, "Invalid value passed for the NextToken parameter.")
}

// newAEAD hashes the secret to the length that AES-256 wants; the prefix keeps
// the key apart from other uses of the same secret.
func newAEAD(secret []byte) (cipher.AEAD, error) {
	k := sha256.Sum256(append([]byte("entente pagination token\x00"), secret...))
	block, err := aes.NewCipher(k[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
