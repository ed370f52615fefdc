package secret_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/entente-ad/entente/internal/secret"
)

const marker = "Marker-4711"

type holder struct {
	Secret  secret.Text
	Pointer *secret.Text
	List    []secret.Text
	hidden  secret.Text
}

func newHolder() holder {
	t := secret.New(marker)
	return holder{Secret: t, Pointer: &t, List: []secret.Text{t}, hidden: t}
}

func TestASecretIsNotPrinted(t *testing.T) {
	h := newHolder()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{h.Secret, h.Pointer, h.List, h, &h, h.hidden} {
			if got := fmt.Sprintf(verb, v); reveals(got) {
				t.Errorf("%s of %T gives %s", verb, v, got)
			}
		}
	}
}

func TestASecretIsNotLoggedOrEncoded(t *testing.T) {
	h := newHolder()
	var out bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("message", "secret", h.Secret, "holder", h, "pointer", h.Pointer)
	}
	if b, err := json.Marshal(h); err == nil {
		out.Write(b)
	}
	if b, err := xml.Marshal(h.Secret); err == nil {
		out.Write(b)
	}
	_ = gob.NewEncoder(&out).Encode(h.Secret)
	if reveals(out.String()) || !strings.Contains(out.String(), "[redacted]") {
		t.Errorf("got %s", out.String())
	}
}

// reveals also knows the marker in hexadecimal and as decimal bytes.
func reveals(s string) bool {
	decimal := strings.Trim(fmt.Sprintf("%d", []byte(marker)), "[]")
	return strings.Contains(s, marker) || strings.Contains(s, fmt.Sprintf("%x", marker)) ||
		strings.Contains(s, decimal)
}

func TestASecretIsRevealedByName(t *testing.T) {
	if got := secret.New(marker).Reveal(); got != marker {
		t.Errorf("got %q", got)
	}
	if !secret.New("").Empty() || secret.New(marker).Empty() || !(secret.Text{}).Empty() {
		t.Error("Empty is wrong")
	}
}

func TestEqualSecretsAreEqual(t *testing.T) {
	if secret.New(marker) != secret.New("Marker-"+"4711") || secret.New("a") == secret.New("b") || secret.New("") != (secret.Text{}) {
		t.Error("== does not compare the secrets")
	}
}
