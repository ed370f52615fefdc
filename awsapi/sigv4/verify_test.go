package sigv4

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/entente-ad/entente/internal/secret"
)

// signed gives a request signed by the AWS SDK's own signer.
func signed(t *testing.T, target, body string, at time.Time) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Host = "127.0.0.1:8640"
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "DirectoryService_20150416.DescribeTrusts")
	r.Header.Add("X-Twice", "b  b ")
	r.Header.Add("X-Twice", "a")
	err := v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: exampleSecret},
		r, hexHash([]byte(body)), "ds", "us-east-1", at)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func check(r *http.Request, body, key string, now time.Time) error {
	a, err := Parse(r.Header)
	if err != nil {
		return err
	}
	if err := a.CheckScope(r.Header, "ds", now); err != nil {
		return err
	}
	return a.Verify(r, []byte(body), secret.New(key))
}

func TestSignaturesOfTheSDKVerify(t *testing.T) {
	for _, target := range []string{"/", "/?b=2&a=1", "/?x=%2F%20+y&x=a&=&z", "/a%20b/c/?q", "/%E1%88%B4"} {
		for _, body := range []string{"", "{}", `{"a":"ü"}`} {
			if err := check(signed(t, target, body, exampleTime), body, exampleSecret, exampleTime); err != nil {
				t.Errorf("%s %q: %v", target, body, err)
			}
		}
	}
}

func TestWhatIsNotAuthentic(t *testing.T) {
	const body = "{}"
	edit := func(f func(r *http.Request)) *http.Request {
		r := signed(t, "/", body, exampleTime)
		f(r)
		return r
	}
	auth := func(from, to string) func(*http.Request) {
		return func(r *http.Request) {
			h := r.Header.Get("Authorization")
			if !strings.Contains(h, from) {
				t.Fatalf("%q is not in %q", from, h)
			}
			r.Header.Set("Authorization", strings.Replace(h, from, to, 1))
		}
	}
	later := func(d time.Duration) time.Time { return exampleTime.Add(d) }
	tests := []struct {
		name    string
		edit    func(r *http.Request)
		body    string
		key     string
		now     time.Time
		problem Problem
		message string
	}{
		{name: "wrong secret", key: "x", problem: Invalid, message: "does not match the signature you provided"},
		{name: "altered body", body: "{ }", problem: Invalid, message: "does not match"},
		{name: "altered header", edit: func(r *http.Request) { r.Header.Set("X-Amz-Target", "DirectoryService_20150416.DeleteTrust") }, problem: Invalid, message: "does not match"},
		{name: "added value", edit: func(r *http.Request) { r.Header.Add("X-Twice", "c") }, problem: Invalid, message: "does not match"},
		{name: "removed header", edit: func(r *http.Request) { r.Header.Del("X-Twice") }, problem: Invalid, message: "does not match"},
		{name: "other host", edit: func(r *http.Request) { r.Host = "127.0.0.1" }, problem: Invalid, message: "does not match"},
		{name: "other method", edit: func(r *http.Request) { r.Method = "PUT" }, problem: Invalid, message: "does not match"},
		{name: "other query", edit: func(r *http.Request) { r.URL.RawQuery = "a" }, problem: Invalid, message: "does not match"},
		{name: "other Region", edit: auth("us-east-1", "us-east-2"), problem: Invalid, message: "does not match"},
		{name: "upper-case signature", edit: func(r *http.Request) {
			h := r.Header.Get("Authorization")
			i := strings.Index(h, "Signature=") + len("Signature=")
			r.Header.Set("Authorization", h[:i]+strings.ToUpper(h[i:]))
		}, problem: Invalid, message: "does not match"},
		{name: "too old", now: later(5*time.Minute + time.Second), problem: Expired, message: "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"},
		{name: "too new", now: later(-5*time.Minute - time.Second), problem: Expired, message: "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)"},
		{name: "no Authorization", edit: func(r *http.Request) { r.Header.Del("Authorization") }, problem: Missing, message: "Missing Authentication Token"},
		{name: "empty Authorization", edit: func(r *http.Request) { r.Header.Set("Authorization", " ") }, problem: Missing, message: "Missing Authentication Token"},
		{name: "two Authorizations", edit: func(r *http.Request) { r.Header.Add("Authorization", "x") }, problem: Incomplete, message: "Only one"},
		{name: "other scheme", edit: auth("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), problem: Incomplete, message: "must start with"},
		{name: "scheme alone", edit: func(r *http.Request) { r.Header.Set("Authorization", Algorithm) }, problem: Incomplete, message: "requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter."},
		{name: "no Signature", edit: auth("Signature=", "Sig="), problem: Incomplete, message: "requires 'Signature' parameter."},
		{name: "no equal-sign", edit: auth("Signature=", "Signature "), problem: Incomplete, message: "missing equal-sign"},
		{name: "parameter twice", edit: auth("Signature=", "Signature=a, Signature="), problem: Incomplete, message: "twice"},
		{name: "short scope", edit: auth("/aws4_request", ""), problem: Incomplete, message: "exactly 5 slash-delimited elements"},
		{name: "host not signed", edit: auth("host;", ""), problem: Invalid, message: "'Host' must be a 'SignedHeader'"},
		{name: "date not signed", edit: auth(";x-amz-date", ""), problem: Invalid, message: "'X-Amz-Date' must be a 'SignedHeader'"},
		{name: "headers not sorted", edit: auth("content-type;host", "host;content-type"), problem: Incomplete, message: "sorted"},
		{name: "other terminator", edit: auth("aws4_request", "aws5_request"), problem: Invalid, message: "terminator"},
		{name: "other service", edit: auth("/ds/", "/ec2/"), problem: Invalid, message: "Credential should be scoped to correct service: 'ds'."},
		{name: "not a Region", edit: auth("us-east-1", "us_east-1"), problem: Invalid, message: "Credential should be scoped to a valid region."},
		{name: "other day", edit: auth("20150830", "20150829"), problem: Invalid, message: "Date in Credential scope does not match"},
		{name: "no date", edit: func(r *http.Request) { r.Header.Del("X-Amz-Date") }, problem: Incomplete, message: "existence of either a 'X-Amz-Date' or a 'Date' header"},
		{name: "two dates", edit: func(r *http.Request) { r.Header.Add("X-Amz-Date", "20150830T123600Z") }, problem: Incomplete, message: "Only one"},
		{name: "bad date", edit: func(r *http.Request) { r.Header.Set("X-Amz-Date", "2015-08-30") }, problem: Incomplete, message: "ISO-8601"},
		{name: "payload hash of another body", edit: func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", hexHash([]byte("x"))) }, problem: Invalid, message: "x-amz-content-sha256"},
		{name: "payload hash taken away", edit: func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", UnsignedPayload) }, problem: Invalid, message: "does not match"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.edit == nil {
				tt.edit = func(*http.Request) {}
			}
			if tt.body == "" {
				tt.body = body
			}
			if tt.key == "" {
				tt.key = exampleSecret
			}
			if tt.now.IsZero() {
				tt.now = exampleTime
			}
			err := check(edit(tt.edit), tt.body, tt.key, tt.now)
			var e *Error
			if !errors.As(err, &e) || e.Problem != tt.problem || !strings.Contains(e.Message, tt.message) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestSkewOfFiveMinutesIsAllowed(t *testing.T) {
	for _, d := range []time.Duration{-Skew, Skew} {
		if err := check(signed(t, "/", "{}", exampleTime), "{}", exampleSecret, exampleTime.Add(d)); err != nil {
			t.Errorf("%v: %v", d, err)
		}
	}
}

func TestRegions(t *testing.T) {
	for _, good := range []string{"us-east-1", "us-gov-west-1", "ap-southeast-2", "me-central-1", "us-iso-east-1", "cn-north-1", "eu-isoe-west-1"} {
		if !regionName.MatchString(good) {
			t.Errorf("%s refused", good)
		}
	}
	for _, bad := range []string{"", "aws-global", "us-east", "US-EAST-1", "us-east-1/x", "../../x-1", "us-east-1\n", "u-e-1", "us-east-123"} {
		if regionName.MatchString(bad) {
			t.Errorf("%q accepted", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, e := range examples {
		f.Add(e.request().Header.Get("Authorization"))
	}
	for _, s := range []string{"", " ", Algorithm, Algorithm + " ,=,==", Algorithm + " Credential=a/b/c/d/e,SignedHeaders=host,Signature=", "Bearer x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		h := http.Header{"Authorization": {header}, "X-Amz-Date": {"20150830T123600Z"}}
		a, err := Parse(h)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || strings.Contains(e.Message, "\n") {
				t.Fatalf("got %#v", err)
			}
			return
		}
		if a.KeyID == "" || a.Signature == "" || len(a.SignedHeaders) == 0 {
			t.Fatalf("accepted %q as %+v", header, a)
		}
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(nil))
		r.Header = h
		if err := a.CheckScope(h, "ds", exampleTime); err != nil {
			return
		}
		if err := a.Verify(r, nil, secret.New(exampleSecret)); err == nil {
			t.Fatalf("%q verifies", header)
		}
	})
}

// TestUnsignedPayload: a client may leave the body out of its signature, and
// says so in a header, which then stands for the body.
func TestUnsignedPayload(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
	r.Header.Set("X-Amz-Content-Sha256", UnsignedPayload)
	err := v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: exampleSecret},
		r, UnsignedPayload, "ds", "us-east-1", exampleTime)
	if err != nil {
		t.Fatal(err)
	}
	if err := check(r, "any", exampleSecret, exampleTime); err != nil {
		t.Error(err)
	}
	r.Header.Del("X-Amz-Content-Sha256")
	if err := check(r, "{}", exampleSecret, exampleTime); err == nil {
		t.Error("verifies without the header that was signed")
	}
}
