package directory

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
)

// Lengths of Admin's first password, in characters.
const (
	MinAdminPassword = 8
	MaxAdminPassword = 64
)

// CheckAdminPassword applies AWS's rule for Admin's first password: 8 to 64
// characters, three of four classes, and the word "admin" nowhere. The error
// is an errs.Invalid and never repeats the password.
func CheckAdminPassword(password secret.Text) error {
	const rule = "Invalid password. "
	s := password.Reveal()
	n := utf8.RuneCountInString(s)
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return errs.E(errs.Invalid, rule+"It must not contain control characters.")
	case n < MinAdminPassword || n > MaxAdminPassword:
		return errs.E(errs.Invalid, rule+"It must have between %d and %d characters.", MinAdminPassword, MaxAdminPassword)
	case PasswordClasses(s) < 3:
		return errs.E(errs.Invalid, rule+"It must contain characters from three of these four classes: lowercase letters, uppercase letters, digits, other characters.")
	case strings.Contains(lower(s), "admin"):
		return errs.E(errs.Invalid, rule+"It must not contain the word \"admin\".")
	}
	return nil
}

// PasswordClasses counts of how many of the four classes s has characters:
// lower case, upper case, digits, and others that are not white space. Only
// ASCII letters and digits count as such, as in the API's pattern.
func PasswordClasses(s string) int {
	var lower, upper, digit, other int
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z':
			lower = 1
		case r >= 'A' && r <= 'Z':
			upper = 1
		case r >= '0' && r <= '9':
			digit = 1
		case !unicode.IsSpace(r):
			other = 1
		}
	}
	return lower + upper + digit + other
}
