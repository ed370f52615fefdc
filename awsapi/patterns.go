package awsapi

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// handCodedPatterns has the patterns of the model that Go's regexp cannot
// compile, because they look ahead or use a class of Java's, by shape. Java
// matches the whole value.
func handCodedPatterns() map[string]func(string) bool {
	return map[string]func(string) bool{
		"Password":           matchPassword,
		"AliasName":          matchAliasName,
		"CustomerUserName":   matchCustomerUserName,
		"TrustPassword":      matchLettersDigitsPunct,
		"RadiusSharedSecret": matchLettersDigitsPunct,
	}
}

// matchPassword: 8 to 64 characters without a line break, of three of the
// classes lower-case letter, upper-case letter, digit, other. The classes are
// ASCII's; "other" is what is neither of them nor ASCII white space.
func matchPassword(s string) bool {
	if n := utf8.RuneCountInString(s); n < 8 || n > 64 {
		return false
	}
	var lower, upper, digit, other int
	for _, r := range s {
		switch {
		case lineBreak(r):
			return false
		case 'a' <= r && r <= 'z':
			lower = 1
		case 'A' <= r && r <= 'Z':
			upper = 1
		case '0' <= r && r <= '9':
			digit = 1
		case !asciiSpace(r):
			other = 1
		}
	}
	return lower+upper+digit+other >= 3
}

// matchAliasName: letters and digits, with hyphens inside, not like a
// directory id.
func matchAliasName(s string) bool {
	if s == "" || strings.HasPrefix(s, "d-") || strings.HasPrefix(s, "D-") {
		return false
	}
	for i := range len(s) {
		hyphenInside := s[i] == '-' && i > 0 && i < len(s)-1
		if !asciiAlnum(s[i]) && !hyphenInside {
			return false
		}
	}
	return true
}

// matchCustomerUserName: none of the characters that a SAM account name
// cannot have, and no line break.
func matchCustomerUserName(s string) bool {
	return !strings.ContainsAny(s, `\"/[]:;|=,+*?<>@`) && !strings.ContainsFunc(s, lineBreak)
}

// matchLettersDigitsPunct is ^(\p{LD}|\p{Punct}| )+$ as Java reads it: letters
// and decimal digits of any script, ASCII's punctuation with its symbols, and
// the space.
func matchLettersDigitsPunct(s string) bool {
	for _, r := range s {
		asciiPunct := r > ' ' && r < 0x7f // letters and digits are allowed anyway
		if !asciiPunct && r != ' ' && !unicode.IsLetter(r) && !unicode.Is(unicode.Nd, r) {
			return false
		}
	}
	return s != ""
}

func asciiAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// asciiSpace is Java's \s.
func asciiSpace(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' }

// lineBreak is what Java's "." does not match.
func lineBreak(r rune) bool {
	return r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}
