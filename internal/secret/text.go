// Package secret holds values that must not be seen: they print, log and
// encode as "[redacted]" and have to be revealed by name.
package secret

import "log/slog"

// Text is a secret string. The zero value is the empty secret.
type Text struct{ reveal string }

const redacted = "[redacted]"

// New wraps s.
func New(s string) Text { return Text{reveal: s} }

// Reveal gives the secret itself. Every call site is a place to review.
func (t Text) Reveal() string { return t.reveal }

// Empty reports whether there is no secret.
func (t Text) Empty() bool { return t.reveal == "" }

// String never gives the secret.
func (Text) String() string { return redacted }

// GoString never gives the secret, not even for %#v.
func (Text) GoString() string { return redacted }

// MarshalText never gives the secret, so encoders cannot leak it.
func (Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue never gives the secret.
func (Text) LogValue() slog.Value { return slog.StringValue(redacted) }
