package interop

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// form is EC2's query protocol, signed by the SDK. The SDK's own EC2 package
// would say the same and take a minute to compile.
type form struct {
	*testing.T
	url, region string
}

// values are the parameters of a call: name, value, name, value.
func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// fault is EC2's error.
type fault struct {
	Status  int    `xml:"-"`
	Code    string `xml:"Errors>Error>Code"`
	Message string `xml:"Errors>Error>Message"`
}

// call makes one call and decodes its answer into out.
func (f form) call(action string, v url.Values, out any) fault {
	f.Helper()
	v.Set("Action", action)
	v.Set("Version", "2016-11-15")
	body := []byte(v.Encode())
	req, err := http.NewRequestWithContext(f.Context(), http.MethodPost, f.url, bytes.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sum := sha256.Sum256(body)
	creds := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: keySecret}
	if err := v4.NewSigner().SignHTTP(f.Context(), creds, req, hex.EncodeToString(sum[:]), "ec2", f.region, time.Now()); err != nil {
		f.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		f.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		f.Fatal(err)
	}
	e := fault{Status: res.StatusCode}
	if res.StatusCode != http.StatusOK {
		out = &e
	}
	if out == nil {
		return e
	}
	if err := xml.Unmarshal(answer, out); err != nil {
		f.Fatalf("%s: %v in %s", action, err, answer)
	}
	return e
}

// must makes a call that has to succeed.
func (f form) must(action string, v url.Values, out any) {
	f.Helper()
	if e := f.call(action, v, out); e.Code != "" {
		f.Fatalf("%s %v: %d %s: %s", action, v, e.Status, e.Code, e.Message)
	}
}

// made is the ids that creating answers have.
type made struct {
	VPC    string `xml:"vpc>vpcId"`
	Subnet string `xml:"subnet>subnetId"`
	Group  string `xml:"groupId"`
}
