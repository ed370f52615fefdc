package directory

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/entente-ad/entente/internal/errs"
)

// Lengths of a tag, in characters.
const (
	MaxTagKey   = 128
	MaxTagValue = 256
)

// CheckTag applies the rules for one tag. The error is an errs.Invalid.
func CheckTag(key, value string) error {
	switch n := utf8.RuneCountInString(key); {
	case n == 0 || n > MaxTagKey:
		return errs.E(errs.Invalid, "Invalid tag key. It must have between 1 and %d characters.", MaxTagKey)
	case strings.HasPrefix(lower(key), "aws:"):
		return errs.E(errs.Invalid, "Invalid tag key \"%s\". Keys that begin with \"aws:\" are reserved.", printable(key))
	case strings.ContainsFunc(key, notTagCharacter):
		return errs.E(errs.Invalid, "Invalid tag key \"%s\". It must contain only letters, spaces, digits and the characters _ . : / = + - @", printable(key))
	case utf8.RuneCountInString(value) > MaxTagValue:
		return errs.E(errs.Invalid, "Invalid value of tag \"%s\". It must have at most %d characters.", printable(key), MaxTagValue)
	case strings.ContainsFunc(value, notTagCharacter):
		return errs.E(errs.Invalid, "Invalid value of tag \"%s\". It must contain only letters, spaces, digits and the characters _ . : / = + - @", printable(key))
	}
	return nil
}

func notTagCharacter(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Z, r) && !strings.ContainsRune("_.:/=+-@", r) || r == utf8.RuneError
}
