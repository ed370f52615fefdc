package awsapi

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// overTCP writes a signed request byte by byte as text says; "HEADERS" stands
// for what signing adds. signed is the header as it was signed.
func overTCP(t *testing.T, w *world, signed http.Header, text, body string) (status int) {
	t.Helper()
	host := strings.TrimPrefix(w.server.URL, "http://")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header, r.ContentLength = signed.Clone(), 0 // not signed: the text decides on it
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: writerID, SecretAccessKey: testSecret}, r, hex.EncodeToString(sum[:]), "ds", region, time.Now()); err != nil {
		t.Fatal(err)
	}
	added := "Host: " + host + "\r\nX-Amz-Date: " + r.Header.Get("X-Amz-Date") + "\r\nAuthorization: " + r.Header.Get("Authorization") + "\r\n"
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte(strings.Replace(text, "HEADERS", added, 1))); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// TestHeadersAsTheyMayBeWritten: folded lines, odd spacing and case, repeated
// headers and chunks are the same request.
func TestHeadersAsTheyMayBeWritten(t *testing.T) {
	w := newWorld(t, describeTrusts())
	signed := http.Header{"Content-Type": {jsonType}, "X-Amz-Target": {trusts}, "X-Extra": {"a b", "c"}}
	const chunked = "2\r\n{}\r\n0\r\n\r\n"
	for name, text := range map[string]string{
		"plain":          "POST / HTTP/1.1\r\nHEADERSContent-Type: " + jsonType + "\r\nX-Amz-Target: " + trusts + "\r\nX-Extra: a b\r\nX-Extra: c\r\nContent-Length: 2\r\n\r\n{}",
		"folded":         "POST / HTTP/1.1\r\nHEADERSContent-Type: " + jsonType + "\r\nX-Amz-Target: " + trusts + "\r\nX-Extra: a\r\n  \t b\r\nX-Extra: c\r\nContent-Length: 2\r\n\r\n{}",
		"spaces":         "POST / HTTP/1.1\r\nHEADERSContent-Type:   " + jsonType + "  \r\nX-Amz-Target:" + trusts + "\r\nX-Extra: a    b\r\nX-Extra:\tc\r\nContent-Length: 2\r\n\r\n{}",
		"case and order": "POST / HTTP/1.1\r\nx-extra: a b\r\nX-EXTRA: c\r\nx-amz-target: " + trusts + "\r\nHEADERScontent-type: " + jsonType + "\r\ncontent-length: 2\r\n\r\n{}",
		"chunked":        "POST / HTTP/1.1\r\nHEADERSContent-Type: " + jsonType + "\r\nX-Amz-Target: " + trusts + "\r\nX-Extra: a b\r\nX-Extra: c\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked,
		"absolute":       "POST " + w.server.URL + "/ HTTP/1.1\r\nHEADERSContent-Type: " + jsonType + "\r\nX-Amz-Target: " + trusts + "\r\nX-Extra: a b\r\nX-Extra: c\r\nContent-Length: 2\r\n\r\n{}",
	} {
		if status := overTCP(t, w, signed, text, "{}"); status != http.StatusOK {
			t.Errorf("%s: %d", name, status)
		}
	}
	swapped := "POST / HTTP/1.1\r\nHEADERSContent-Type: " + jsonType + "\r\nX-Amz-Target: " + trusts + "\r\nX-Extra: c\r\nX-Extra: a b\r\nContent-Length: 2\r\n\r\n{}"
	if status := overTCP(t, w, signed, swapped, "{}"); status != http.StatusBadRequest {
		t.Errorf("values in another order: %d", status)
	}
}
