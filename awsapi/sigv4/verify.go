package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/entente-ad/entente/internal/secret"
)

// Skew is how far the client's clock may be from ours, either way.
const Skew = 5 * time.Minute

// UnsignedPayload stands in the canonical request for a body that the client
// did not sign.
const UnsignedPayload = "UNSIGNED-PAYLOAD"

const basicFormat = "20060102T150405Z"

// regionName is what every AWS Region is called like: "us-east-1",
// "us-gov-west-1", "ap-southeast-2".
var regionName = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]{2,10}){1,2}-[0-9]{1,2}$`)

// IsRegion tells whether s is what a Region is called like.
func IsRegion(s string) bool { return regionName.MatchString(s) }

// CheckScope checks when, where and for whom the request says it was signed:
// everything that needs no key. The Region is any that looks like one: with a
// custom endpoint, the scope is the only place where a client can name it.
// Errors: *Error with Incomplete, Invalid or Expired.
func (a Authorization) CheckScope(h http.Header, service string, now time.Time) error {
	at, err := a.signingTime(h)
	if err != nil {
		return err
	}
	if err := checkSkew(at, now.UTC()); err != nil {
		return err
	}
	switch {
	case a.Date != at.Format("20060102"):
		return fail(Invalid, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.")
	case a.Terminator != terminator:
		return fail(Invalid, "Credential should be scoped with a valid terminator: '"+terminator+"'.")
	case !regionName.MatchString(a.Region):
		return fail(Invalid, "Credential should be scoped to a valid region.")
	case a.Service != service:
		return fail(Invalid, "Credential should be scoped to correct service: '"+service+"'.")
	}
	return nil
}

// signingTime is X-Amz-Date or, without it, Date.
func (a Authorization) signingTime(h http.Header) (time.Time, error) {
	for _, name := range []string{"X-Amz-Date", "Date"} {
		values := h.Values(name)
		if len(values) == 0 {
			continue
		}
		if len(values) > 1 {
			return time.Time{}, fail(Incomplete, "Only one "+name+" header is allowed.")
		}
		if !a.Signed(name) {
			return time.Time{}, fail(Invalid, "'"+name+"' must be a 'SignedHeader' in the AWS Authorization.")
		}
		if t, err := time.Parse(basicFormat, values[0]); err == nil {
			return t, nil
		}
		if t, err := http.ParseTime(values[0]); err == nil && name == "Date" {
			return t.UTC(), nil
		}
		return time.Time{}, fail(Incomplete, "Date must be in ISO-8601 'basic format'. See http://en.wikipedia.org/wiki/ISO_8601")
	}
	return time.Time{}, fail(Incomplete, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
}

func checkSkew(at, now time.Time) error {
	f := func(t time.Time) string { return t.Format(basicFormat) }
	if oldest := now.Add(-Skew); at.Before(oldest) {
		return fail(Expired, "Signature expired: "+f(at)+" is now earlier than "+f(oldest)+" ("+f(now)+" - 5 min.)")
	}
	if newest := now.Add(Skew); at.After(newest) {
		return fail(Expired, "Signature not yet current: "+f(at)+" is still later than "+f(newest)+" ("+f(now)+" + 5 min.)")
	}
	return nil
}

// Verify recomputes the signature of r, whose body is body, and compares. Call
// CheckScope first. Errors: *Error with Invalid or Incomplete.
func (a Authorization) Verify(r *http.Request, body []byte, key secret.Text) error {
	hash := hexHash(body)
	switch sent := r.Header.Values("X-Amz-Content-Sha256"); {
	case len(sent) > 1:
		return fail(Incomplete, "Only one X-Amz-Content-Sha256 header is allowed.")
	case len(sent) == 1 && sent[0] == UnsignedPayload:
		hash = UnsignedPayload
	case len(sent) == 1 && !strings.EqualFold(sent[0], hash):
		return fail(Invalid, "The provided 'x-amz-content-sha256' header does not match what was computed.")
	case len(sent) == 1:
		hash = sent[0] // in the spelling that was signed
	}
	at, err := a.signingTime(r.Header)
	if err != nil {
		return err
	}
	want := a.signature(canonicalRequest(r, a.SignedHeaders, hash), at, key)
	if !hmac.Equal([]byte(want), []byte(a.Signature)) {
		return fail(Invalid, "The request signature we calculated does not match the signature you provided. "+
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return nil
}

// signature is steps 2 to 4 of the signing process.
func (a Authorization) signature(canonical string, at time.Time, key secret.Text) string {
	k := mac([]byte("AWS4"+key.Reveal()), a.Date)
	for _, part := range []string{a.Region, a.Service, a.Terminator} {
		k = mac(k, part)
	}
	return hex.EncodeToString(mac(k, a.stringToSign(canonical, at)))
}

func (a Authorization) stringToSign(canonical string, at time.Time) string {
	return Algorithm + "\n" + at.Format(basicFormat) + "\n" + a.Scope() + "\n" + hexHash([]byte(canonical))
}

func mac(key []byte, data string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(data))
	return h.Sum(nil)
}

func hexHash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
