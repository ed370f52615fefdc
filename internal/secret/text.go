// Package secret holds values that must not be seen: they print, log and
// encode as "[redacted]" and have to be revealed by name.
package secret

import (
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// Text is a secret string. The zero value is the empty secret. Two Texts are
// == when their secrets are.
type Text struct {
	// A handle is a pointer to fmt, which follows no pointers inside of
	// structs: not even printing a struct that holds a Text in a field of its
	// own (where fmt may not call our methods) shows the secret.
	handle unique.Handle[string]
}

const redacted = "[redacted]"

// New wraps s.
func New(s string) Text {
	if s == "" {
		return Text{}
	}
	return Text{handle: unique.Make(s)}
}

// Reveal gives the secret itself. Every call site is a place to review.
func (t Text) Reveal() string {
	if t.Empty() {
		return ""
	}
	return t.handle.Value()
}

// Empty reports whether there is no secret.
func (t Text) Empty() bool { return t == Text{} }

// String never gives the secret.
func (Text) String() string { return redacted }

// GoString never gives the secret.
func (Text) GoString() string { return redacted }

// Format never gives the secret, whatever the verb.
func (Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText never gives the secret, so encoders cannot leak it.
func (Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue never gives the secret.
func (Text) LogValue() slog.Value { return slog.StringValue(redacted) }
