// Package sigv4 verifies AWS Signature Version 4 by recomputation: it builds
// the canonical request from exactly the headers that the client says it
// signed, and compares.
//
// It is pure: no clock, no key store, no HTTP server. The AWS SDK's own signer
// cannot be used for this: it chooses the headers to sign itself (never
// User-Agent, which other SDKs do sign) and rewrites the query. The tests
// compare with it and with the published vectors instead.
//
// Source: "Signature Version 4 signing process", AWS IAM user guide.
package sigv4

import (
	"net/http"
	"slices"
	"strings"
)

// Algorithm is the only one supported.
const Algorithm = "AWS4-HMAC-SHA256"

// terminator ends every credential scope.
const terminator = "aws4_request"

// Authorization is a parsed Authorization header.
type Authorization struct {
	KeyID         string
	Date          string // yyyymmdd
	Region        string
	Service       string
	Terminator    string   // "aws4_request" when well-formed
	SignedHeaders []string // lower case, sorted, each once
	Signature     string   // as the client computed it, not yet compared
}

// Scope is the credential scope.
func (a Authorization) Scope() string {
	return a.Date + "/" + a.Region + "/" + a.Service + "/" + a.Terminator
}

// Parse reads the Authorization header of h. Errors: *Error with Missing or
// Incomplete.
func Parse(h http.Header) (Authorization, error) {
	values := h.Values("Authorization")
	switch {
	case len(values) == 0 || len(values) == 1 && strings.TrimSpace(values[0]) == "":
		return Authorization{}, fail(Missing, "Missing Authentication Token")
	case len(values) > 1:
		return Authorization{}, fail(Incomplete, "Only one Authorization header is allowed.")
	}
	scheme, rest, _ := strings.Cut(strings.TrimSpace(values[0]), " ")
	if scheme != Algorithm {
		return Authorization{}, fail(Incomplete, "The Authorization header must start with '"+Algorithm+"'.")
	}
	return parseParameters(rest)
}

func parseParameters(s string) (Authorization, error) {
	found := map[string]string{}
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return Authorization{}, fail(Incomplete, "The Authorization header has a part that is not a key=value pair (missing equal-sign).")
		}
		if _, twice := found[name]; twice {
			return Authorization{}, fail(Incomplete, "The Authorization header has a parameter twice.")
		}
		found[name] = value
	}
	var missing []string
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if found[name] == "" {
			missing = append(missing, "Authorization header requires '"+name+"' parameter.")
		}
	}
	if missing != nil {
		return Authorization{}, fail(Incomplete, strings.Join(missing, " "))
	}
	a := Authorization{Signature: found["Signature"]}
	if err := a.parseCredential(found["Credential"]); err != nil {
		return Authorization{}, err
	}
	return a, a.parseSignedHeaders(found["SignedHeaders"])
}

// parseCredential takes the scope from the right: a key id may hold slashes
// in theory, a scope may not.
func (a *Authorization) parseCredential(s string) error {
	parts := strings.Split(s, "/")
	if len(parts) < 5 || slices.Contains(parts, "") {
		return fail(Incomplete, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.")
	}
	n := len(parts)
	a.KeyID = strings.Join(parts[:n-4], "/")
	a.Date, a.Region, a.Service, a.Terminator = parts[n-4], parts[n-3], parts[n-2], parts[n-1]
	return nil
}

func (a *Authorization) parseSignedHeaders(s string) error {
	a.SignedHeaders = strings.Split(s, ";")
	for i, h := range a.SignedHeaders {
		if h == "" || h != strings.ToLower(h) || i > 0 && a.SignedHeaders[i-1] >= h {
			return fail(Incomplete, "SignedHeaders must be lower case, sorted, and separated by ';'.")
		}
	}
	if !slices.Contains(a.SignedHeaders, "host") {
		return fail(Invalid, "'Host' must be a 'SignedHeader' in the AWS Authorization.")
	}
	return nil
}

// Signed reports whether header was signed.
func (a Authorization) Signed(header string) bool {
	return slices.Contains(a.SignedHeaders, strings.ToLower(header))
}
