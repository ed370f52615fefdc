package awsapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
	"github.com/aws/smithy-go"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
)

const trusts = string(apiDS) + ".DescribeTrusts"

// TestFrameworkErrors is AWS's table of errors that any operation can answer
// with, row by row.
func TestFrameworkErrors(t *testing.T) {
	w := newWorld(t, describeTrusts(),
		with("VerifyTrust", func(audit.Caller, *directoryservice.VerifyTrustInput) (*directoryservice.VerifyTrustOutput, error) {
			panic("marker-panic")
		}))
	now := time.Now()
	tests := []struct {
		name    string
		req     raw
		status  int
		code    string
		message string
	}{
		{"no Authorization", raw{target: trusts, body: "{}", unsigned: true}, 400, "MissingAuthenticationTokenException", "Missing Authentication Token"},
		{"malformed Authorization", raw{target: trusts, body: "{}", unsigned: true, header: map[string]string{"Authorization": "AWS4-HMAC-SHA256 Credential=a/b"}},
			400, "IncompleteSignatureException", "requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter."},
		{"basic authentication", raw{target: trusts, body: "{}", unsigned: true, header: map[string]string{"Authorization": "Basic eDp5"}}, 400, "IncompleteSignatureException", "must start with"},
		{"no date", raw{target: trusts, body: "{}", after: func(r *http.Request) { r.Header.Del("X-Amz-Date") }}, 400, "IncompleteSignatureException", "'X-Amz-Date' or a 'Date' header"},
		{"presigned", raw{path: "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0", target: trusts, body: "{}"}, 400, "IncompleteSignatureException", "Presigned requests are not supported"},
		{"unknown access key", raw{target: trusts, body: "{}", key: "AKIANOBODY"}, 400, "UnrecognizedClientException", "The security token included in the request is invalid."},
		{"session token of nobody", raw{target: trusts, body: "{}", token: "FwoGZXIvYXdzE"}, 400, "UnrecognizedClientException", "The security token included in the request is invalid."},
		{"wrong secret", raw{target: trusts, body: "{}", secret: "x"}, 400, "InvalidSignatureException", "The request signature we calculated does not match the signature you provided."},
		{"altered body", raw{target: trusts, body: "{}", after: func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 }}, 400, "InvalidSignatureException", "does not match"},
		{"altered header", raw{target: trusts, body: "{}", after: func(r *http.Request) { r.Header.Set("X-Amz-Target", string(apiDS)+".VerifyTrust") }}, 400, "InvalidSignatureException", "does not match"},
		{"added signed header value", raw{target: trusts, body: "{}", header: map[string]string{"X-Extra": "1"}, after: func(r *http.Request) { r.Header.Add("X-Extra", "2") }}, 400, "InvalidSignatureException", "does not match"},
		{"missing signed header", raw{target: trusts, body: "{}", header: map[string]string{"X-Extra": "1"}, after: func(r *http.Request) { r.Header.Del("X-Extra") }}, 400, "InvalidSignatureException", "does not match"},
		{"payload hash of another body", raw{target: trusts, body: "{}", header: map[string]string{"X-Amz-Content-Sha256": strings.Repeat("0", 64)}}, 400, "InvalidSignatureException", "x-amz-content-sha256"},
		{"target not signed", raw{body: "{}", after: func(r *http.Request) { r.Header.Set("X-Amz-Target", trusts) }}, 400, "InvalidSignatureException", "'X-Amz-Target' must be a 'SignedHeader'"},
		{"signed long ago", raw{target: trusts, body: "{}", at: now.Add(-6 * time.Minute)}, 400, "InvalidSignatureException", "Signature expired: "},
		{"signed in the future", raw{target: trusts, body: "{}", at: now.Add(6 * time.Minute)}, 400, "InvalidSignatureException", "Signature not yet current: "},
		{"wrong service in the scope", raw{target: trusts, body: "{}", service: "ec2"}, 400, "InvalidSignatureException", "Credential should be scoped to correct service: 'ds'."},
		{"no Region in the scope", raw{target: trusts, body: "{}", region: "moon"}, 400, "InvalidSignatureException", "Credential should be scoped to a valid region."},
		{"not authorised", raw{target: string(apiDS) + ".DeleteDirectory", body: `{"DirectoryId":"d-0123456789"}`, key: readerID}, 400, "AccessDeniedException",
			"User: arn:aws:iam::123456789012:user/" + readerID + " is not authorized to perform: ds:DeleteDirectory on resource: arn:aws:ds:us-east-1:123456789012:directory/d-0123456789"},
		{"not authorised, no directory", raw{target: string(apiDS) + ".DeleteTrust", body: `{"TrustId":"t-0123456789"}`, key: readerID}, 400, "AccessDeniedException", "ds:DeleteTrust on resource: *"},
		{"unknown operation", raw{target: string(apiDS) + ".DescribeTrust", body: "{}"}, 400, "UnknownOperationException", ""},
		{"operation in other case", raw{target: string(apiDS) + ".describetrusts", body: "{}"}, 400, "UnknownOperationException", ""},
		{"unknown API", raw{target: "DynamoDB_20120810.ListTables", body: "{}"}, 400, "UnknownOperationException", ""},
		{"operation of the other API", raw{target: string(apiOwn) + ".DescribeTrusts", body: "{}"}, 400, "UnknownOperationException", ""},
		{"target without operation", raw{target: string(apiDS), body: "{}"}, 400, "UnknownOperationException", ""},
		{"missing target", raw{body: "{}"}, 400, "UnknownOperationException", "X-Amz-Target"},
		{"two targets", raw{target: trusts, body: "{}", after: func(r *http.Request) { r.Header.Add("X-Amz-Target", trusts) }}, 400, "UnknownOperationException", "one X-Amz-Target"},
		{"JSON 1.0", raw{target: trusts, body: "{}", contentType: "application/x-amz-json-1.0"}, 400, "UnknownOperationException", "Content-Type"},
		{"a form with a target", raw{target: trusts, body: "{}", contentType: "application/x-www-form-urlencoded"}, 400, "UnknownOperationException", "Content-Type"},
		{"compressed body", raw{target: trusts, body: "{}", header: map[string]string{"Content-Encoding": "gzip"}}, 400, "UnknownOperationException", "Content-Encoding"},
		{"GET", raw{method: "GET", target: trusts}, 400, "UnknownOperationException", "POST"},
		{"other path", raw{path: "/d", target: trusts, body: "{}"}, 404, "UnknownOperationException", "path"},
		{"not JSON", raw{target: trusts, body: "{"}, 400, "SerializationException", "not valid JSON"},
		{"wrong JSON type", raw{target: trusts, body: `{"Limit":"1"}`}, 400, "SerializationException", "STRING_VALUE can not be converted to an Integer (at 'limit')"},
		{"constraint", raw{target: trusts, body: `{"Limit":-1}`}, 400, "ValidationException", "1 validation error detected: Value '-1' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 0"},
		{"body too large", raw{target: trusts, body: `{"NextToken":"` + strings.Repeat("a", maxBody) + `"}`}, 413, "RequestEntityTooLargeException", "1048576"},
		{"internal", raw{target: string(apiDS) + ".VerifyTrust", body: `{"TrustId":"t-0123456789"}`}, 500, "InternalFailure", "RequestId"},
		{"out of scope", raw{target: string(apiDS) + ".CreateDirectory", body: "{}"}, 400, "UnsupportedOperationException", "Simple AD is not offered"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := w.send(tt.req)
			e := a.error(t)
			if a.status != tt.status || e.Type != tt.code || !strings.Contains(e.Upper, tt.message) {
				t.Errorf("got %d %s", a.status, a.body)
			}
			if strings.Contains(a.body, "marker-panic") {
				t.Errorf("the answer tells about the inside: %s", a.body)
			}
		})
	}
	if !strings.Contains(w.log.String(), "TestFrameworkErrors") {
		t.Error("the log does not say where the panic was")
	}
}

func TestBodyOfExactlyOneMebibyteIsRead(t *testing.T) {
	w := newWorld(t, describeTrusts())
	const frame = `{"x":""}`
	if a := w.call("DescribeTrusts", strings.Replace(frame, `""`, `"`+strings.Repeat("a", maxBody-len(frame))+`"`, 1)); a.status != 200 {
		t.Errorf("got %d %.200s", a.status, a.body)
	}
	// Without a Content-Length the limit holds too.
	a := w.send(raw{target: trusts, body: strings.Repeat(" ", maxBody+1), after: func(r *http.Request) { r.ContentLength = -1 }})
	if a.status != 413 {
		t.Errorf("got %d %.200s", a.status, a.body)
	}
}

func TestRequestsThatAreFine(t *testing.T) {
	w := newWorld(t, describeTrusts())
	for name, q := range map[string]raw{
		"charset":            {target: trusts, body: "{}", contentType: "application/x-amz-json-1.1; charset=utf-8"},
		"payload hash":       {target: trusts, body: "{}", header: map[string]string{"X-Amz-Content-Sha256": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}},
		"query":              {target: trusts, body: "{}", path: "/?b=1&a=%20"},
		"read-only key":      {target: trusts, body: "{}", key: readerID},
		"another Region":     {target: trusts, body: "{}", region: "ap-southeast-2"},
		"unsigned headers":   {target: trusts, body: "{}", after: func(r *http.Request) { r.Header.Set("Amz-Sdk-Request", "attempt=2; max=3") }},
		"clock a bit behind": {target: trusts, body: "{}", at: time.Now().Add(-4 * time.Minute)},
	} {
		a := w.send(q)
		if a.status != 200 || a.body != `{"Trusts":[]}` || a.header.Get("Content-Type") != jsonType || a.header.Get("x-amzn-RequestId") == "" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestTheCallerIsWhoSigned(t *testing.T) {
	var got audit.Caller
	w := newWorld(t, with("DescribeTrusts", func(c audit.Caller, _ *trustsIn) (*trustsOut, error) {
		got = c
		return &trustsOut{}, nil
	}))
	a := w.send(raw{target: trusts, body: "{}", region: "eu-west-3"})
	want := audit.Caller{AccessKeyID: writerID, Account: "123456789012", Region: "eu-west-3", SourceIP: "127.0.0.1", RequestID: a.header.Get("x-amzn-RequestId")}
	if got != want {
		t.Errorf("got %+v", got)
	}
}

func TestEveryOperationIsOfferedOrRefusedWithASentence(t *testing.T) {
	w := newWorld(t)
	for name := range sdkOperations() {
		if rowOf(name).call != nil {
			continue
		}
		a := w.call(name, "{}")
		if e := a.error(t); a.status != 400 || e.Type != "UnsupportedOperationException" || len(e.Upper) < 30 || !strings.Contains(e.Upper, e.RequestID) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// TestTheSDKKnowsOurErrors checks that both spellings reach a client, as an
// error of its own type.
func TestTheSDKKnowsOurErrors(t *testing.T) {
	w := newWorld(t,
		with("VerifyTrust", func(audit.Caller, *directoryservice.VerifyTrustInput) (*directoryservice.VerifyTrustOutput, error) {
			return nil, errs.E(errs.NotFound, "Trust t-0123456789 does not exist")
		}),
		with("DescribeTrusts", func(audit.Caller, *trustsIn) (*trustsOut, error) {
			return nil, errs.Wrap(errors.New("marker-private"), errs.Internal, "marker-inside")
		}))
	id := "t-0123456789"
	_, err := w.sdk(writerID).VerifyTrust(t.Context(), &directoryservice.VerifyTrustInput{TrustId: &id})
	var missing *types.EntityDoesNotExistException
	if !errors.As(err, &missing) || !strings.HasPrefix(missing.ErrorMessage(), "Trust t-0123456789 does not exist : RequestId: ") || missing.RequestId == nil {
		t.Errorf("got %v", err)
	}
	_, err = w.sdk(writerID).DescribeTrusts(t.Context(), &trustsIn{})
	var internal *types.ServiceException
	if !errors.As(err, &internal) || internal.ErrorFault() != smithy.FaultServer || strings.Contains(err.Error(), "marker") {
		t.Errorf("got %v", err)
	}
	if log := w.log.String(); !strings.Contains(log, "marker-private") {
		t.Errorf("the cause is not in the log: %s", log)
	}
	_, err = w.sdk("AKIANOBODY").DescribeTrusts(t.Context(), &trustsIn{})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "UnrecognizedClientException" || api.ErrorMessage() == "" {
		t.Errorf("got %v", err)
	}
}

// TestTheSDKCorrectsItsClock: a client whose clock is wrong learns ours from
// the Date header and tries again.
func TestTheSDKCorrectsItsClock(t *testing.T) {
	w := newWorld(t, describeTrusts())
	w.h.cfg.Now = func() time.Time { return time.Now().Add(time.Hour) }
	client := w.sdk(writerID)
	out, err := client.DescribeTrusts(t.Context(), &trustsIn{}, func(o *directoryservice.Options) { o.RetryMaxAttempts = 2 })
	if err != nil || out.Trusts == nil {
		t.Errorf("got %v, %v", out, err)
	}
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	get := func(method string) int {
		r, _ := http.NewRequestWithContext(t.Context(), method, w.server.URL+"/healthz", nil)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	if a, b := get("GET"), get("POST"); a != 200 || b != 405 {
		t.Errorf("got %d and %d", a, b)
	}
	w.h.cfg.Ready = func(context.Context) error { return errors.New("the store is not open") }
	if a := get("GET"); a != 503 {
		t.Errorf("got %d", a)
	}
}

// TestNoSecretIsLogged sends a marker wherever a secret may be.
func TestNoSecretIsLogged(t *testing.T) {
	const marker = "Marker-Passw0rd"
	w := newWorld(t,
		with("CreateTrust", func(_ audit.Caller, in *directoryservice.CreateTrustInput) (*directoryservice.CreateTrustOutput, error) {
			if *in.TrustPassword == marker {
				return nil, errs.E(errs.Exists, "A trust with that domain exists.")
			}
			panic(*in.TrustPassword)
		}))
	body := `{"DirectoryId":"d-0123456789","RemoteDomainName":"corp.example.com","TrustDirection":"Two-Way","TrustPassword":"` + marker + `"}`
	bad := strings.Replace(body, marker, marker+strings.Repeat("\\u0001", 200), 1)
	for _, q := range []raw{
		{target: string(apiDS) + ".CreateTrust", body: body},
		{target: string(apiDS) + ".CreateTrust", body: bad},
		{target: string(apiDS) + ".CreateTrust", body: body + marker},
		{target: string(apiDS) + ".CreateTrust", body: strings.Replace(body, marker, marker+"1", 1)}, // panics with it
		{target: string(apiDS) + "." + marker, body: body},
		{target: string(apiDS) + ".CreateTrust", body: body, key: marker},
		{target: string(apiDS) + ".CreateTrust", body: strings.Replace(body, `"`+marker+`"`, `["`+marker+`"]`, 1)},
		{contentType: "application/x-www-form-urlencoded", service: "ec2", body: "Action=" + marker},
		{path: "/" + marker, body: body},
	} {
		a := w.send(q)
		if a.status == 200 || strings.Contains(a.body, marker) {
			t.Errorf("got %d %s", a.status, a.body)
		}
	}
	log := w.log.String()
	if strings.Contains(log, marker) || strings.Contains(log, testSecret) {
		t.Errorf("the log has a secret: %s", log)
	}
	if n := strings.Count(log, `"msg":"request"`); n != 9 {
		t.Errorf("%d lines for 9 requests", n)
	}
}
