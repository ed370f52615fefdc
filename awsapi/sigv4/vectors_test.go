package sigv4

import (
	"encoding/json"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/internal/secret"
)

// vector is one case of AWS's published signing test suite
// (github.com/awslabs/aws-c-auth, tests/aws-signing-test-suite/v4, commit
// 495329c, Apache-2.0).
type vector struct {
	Name             string `json:"name"`
	Normalize        bool   `json:"normalize"`
	SignedRequest    string `json:"signed_request"`
	CanonicalRequest string `json:"canonical_request"`
	StringToSign     string `json:"string_to_sign"`
	Signature        string `json:"signature"`
}

const exampleSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

var exampleTime = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)

// vectors gives the cases with a normalised path: the others are for S3.
func vectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/aws-signing-test-suite.json")
	if err != nil {
		t.Fatal(err)
	}
	var all, out []vector
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		if v.Normalize {
			out = append(out, v)
		}
	}
	if len(out) < 30 {
		t.Fatalf("only %d vectors", len(out))
	}
	return out
}

// parse reads a request as the suite writes it: the target is not escaped, so
// that net/http's reader would refuse it.
func (v vector) parse(t *testing.T) (*http.Request, []byte) {
	t.Helper()
	head, body, _ := strings.Cut(v.SignedRequest, "\n\n")
	head = strings.ReplaceAll(head, "\n ", "\x00")
	lines := strings.Split(strings.TrimRight(head, "\n"), "\n")
	method, rest, _ := strings.Cut(lines[0], " ")
	target := strings.TrimSuffix(rest, " HTTP/1.1")
	_, query, _ := strings.Cut(target, "?")
	r := &http.Request{Method: method, RequestURI: target, URL: &url.URL{RawQuery: query}, Header: http.Header{}}
	for _, line := range lines[1:] {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			t.Fatalf("%s: not a header: %q", v.Name, line)
		}
		value = strings.ReplaceAll(value, "\x00", " ") // a folded line, as net/textproto joins it
		if textproto.CanonicalMIMEHeaderKey(name) == "Host" {
			r.Host = value
			continue
		}
		r.Header.Add(name, value)
	}
	return r, []byte(body)
}

func TestPublishedVectorsVerify(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			r, body := v.parse(t)
			a, err := Parse(r.Header)
			if err != nil {
				t.Fatal(err)
			}
			hash := hexHash(body)
			canonical := canonicalRequest(r, a.SignedHeaders, hash)
			if canonical != v.CanonicalRequest {
				t.Errorf("canonical request:\n%s\nwant:\n%s", canonical, v.CanonicalRequest)
			}
			if got := a.stringToSign(canonical, exampleTime); got != v.StringToSign {
				t.Errorf("string to sign:\n%s\nwant:\n%s", got, v.StringToSign)
			}
			if a.Signature != v.Signature {
				t.Fatalf("the vector disagrees with itself")
			}
			if err := a.CheckScope(r.Header, "service", exampleTime); err != nil {
				t.Error(err)
			}
			if err := a.Verify(r, body, secret.New(exampleSecret)); err != nil {
				t.Error(err)
			}
			if err := a.Verify(r, append(body, 'x'), secret.New(exampleSecret)); err == nil {
				t.Error("an altered body verifies")
			}
		})
	}
}
