package sigv4

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/internal/secret"
)

// example is a request whose signature AWS publishes: the key, time and scope
// of all of them are those of AWS's documentation of Signature Version 4.
// TestSignaturesOfTheSDKVerify covers what these leave out.
type example struct {
	name      string
	method    string
	path      string
	query     string
	headers   [][2]string // besides Host and X-Amz-Date, in order
	host      string      // "" means example.amazonaws.com
	service   string      // "" means "service"
	signed    string      // SignedHeaders; "" means "host;x-amz-date"
	signature string
}

const exampleSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

var exampleTime = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)

var examples = []example{
	{
		name: "the documentation's call of ListUsers", method: "GET", path: "/", query: "Action=ListUsers&Version=2010-05-08",
		headers: [][2]string{{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
		host:    "iam.amazonaws.com", service: "iam", signed: "content-type;host;x-amz-date",
		signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
	},
	{
		name: "nothing but what is needed", method: "GET", path: "/",
		signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
	},
	{
		name: "parameters out of order", method: "GET", path: "/", query: "Param2=value2&Param1=value1",
		signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
	},
	{
		name: "one header three times", method: "GET", path: "/",
		headers: [][2]string{{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
		signed:  "host;my-header1;x-amz-date", signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
	},
	{
		name: "spaces within and around values", method: "GET", path: "/",
		headers: [][2]string{{"My-Header1", " value1"}, {"My-Header2", ` "a   b   c"`}},
		signed:  "host;my-header1;my-header2;x-amz-date", signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
	},
	{
		name: "a path that is not ASCII", method: "GET", path: "/ሴ",
		signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
	},
	{
		name: "POST", method: "POST", path: "/",
		signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
	},
}

// request builds the example with its Authorization header.
func (e example) request() *http.Request {
	host, service, signed := e.host, e.service, e.signed
	if host == "" {
		host = "example.amazonaws.com"
	}
	if service == "" {
		service = "service"
	}
	if signed == "" {
		signed = "host;x-amz-date"
	}
	target := e.path
	if e.query != "" {
		target += "?" + e.query
	}
	r := &http.Request{Method: e.method, RequestURI: target, Host: host, URL: &url.URL{Path: e.path, RawQuery: e.query}, Header: http.Header{}}
	r.Header.Set("X-Amz-Date", "20150830T123600Z")
	for _, h := range e.headers {
		r.Header.Add(h[0], h[1])
	}
	r.Header.Set("Authorization", Algorithm+" Credential=AKIDEXAMPLE/20150830/us-east-1/"+service+"/aws4_request, SignedHeaders="+signed+", Signature="+e.signature)
	return r
}

func TestPublishedSignaturesVerify(t *testing.T) {
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			r := e.request()
			a, err := Parse(r.Header)
			if err != nil {
				t.Fatal(err)
			}
			service := "service"
			if e.service != "" {
				service = e.service
			}
			if err := a.CheckScope(r.Header, service, exampleTime); err != nil {
				t.Error(err)
			}
			if err := a.Verify(r, nil, secret.New(exampleSecret)); err != nil {
				t.Error(err)
			}
			if err := a.Verify(r, []byte("x"), secret.New(exampleSecret)); err == nil {
				t.Error("an altered body verifies")
			}
			if err := a.Verify(r, nil, secret.New(strings.ToLower(exampleSecret))); err == nil {
				t.Error("another secret verifies")
			}
			r.Header.Set("X-Amz-Date", "20150830T123601Z")
			if err := a.Verify(r, nil, secret.New(exampleSecret)); err == nil {
				t.Error("an altered date verifies")
			}
		})
	}
}
