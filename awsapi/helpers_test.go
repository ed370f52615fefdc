package awsapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/access"
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/secret"
)

const (
	writerID   = "AKIAWRITERAAAAAAAAAA"
	readerID   = "AKIAREADERAAAAAAAAAA"
	testSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYTESTSECRET"
	region     = "us-east-1"
)

// world is a Handler behind a real server, with operations of the test's own.
type world struct {
	t      *testing.T
	h      *Handler
	server *httptest.Server
	log    *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func newWorld(t *testing.T, ops ...operation) *world {
	t.Helper()
	w := &world{t: t, log: &syncBuffer{}}
	var err error
	w.h, err = newHandler(Config{
		Keys: func(id string) (access.Key, secret.Text, bool) {
			switch id {
			case writerID, readerID:
				return access.Key{ID: id, Account: "123456789012", ReadOnly: id == readerID}, secret.New(testSecret), true
			}
			return access.Key{}, secret.Text{}, false
		},
		Log: slog.New(slog.NewJSONHandler(w.log, nil)),
	}, replaced(ops...))
	if err != nil {
		t.Fatal(err)
	}
	w.server = httptest.NewServer(w.h)
	t.Cleanup(w.server.Close)
	return w
}

// replaced is the table with rows of the test's own. What the test does not
// replace must not be called.
func replaced(ops ...operation) []operation {
	all := operations(nil)
	for _, o := range ops {
		all = slices.DeleteFunc(all, func(a operation) bool { return a.api == o.api && a.name == o.name })
	}
	return append(all, ops...)
}

// rowOf is the table's row of that name. Names are in one API only.
func rowOf(name string) operation {
	all := operations(nil)
	return all[slices.IndexFunc(all, func(o operation) bool { return o.name == name })]
}

// with is the table's row of that name with a function in place of the
// service's method.
func with[In, Out any](name string, f func(audit.Caller, *In) (*Out, error)) operation {
	row := rowOf(name)
	return op(row.api, name, row.access, row.freshness, func(_ context.Context, c audit.Caller, in *In) (*Out, error) { return f(c, in) })
}

func (w *world) sdk(key string) *directoryservice.Client {
	return directoryservice.New(directoryservice.Options{
		Region: region, BaseEndpoint: &w.server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key, testSecret, ""),
	})
}

// raw is a request put together by hand.
type raw struct {
	method, path, target, body, contentType string
	service, region, key, secret, token     string
	at                                      time.Time
	header                                  map[string]string
	after                                   func(r *http.Request) // after signing
	unsigned                                bool
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (w *world) send(q raw) answer {
	w.t.Helper()
	or := func(s *string, d string) {
		if *s == "" {
			*s = d
		}
	}
	or(&q.method, http.MethodPost)
	or(&q.path, "/")
	or(&q.contentType, jsonType)
	or(&q.service, "ds")
	or(&q.region, region)
	or(&q.key, writerID)
	or(&q.secret, testSecret)
	if q.at.IsZero() {
		q.at = time.Now()
	}
	r, err := http.NewRequestWithContext(w.t.Context(), q.method, w.server.URL+q.path, strings.NewReader(q.body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", q.contentType)
	if q.target != "" {
		r.Header.Set("X-Amz-Target", q.target)
	}
	for k, v := range q.header {
		r.Header.Set(k, v)
	}
	if !q.unsigned {
		sum := sha256.Sum256([]byte(q.body))
		err := v4.NewSigner().SignHTTP(w.t.Context(), aws.Credentials{AccessKeyID: q.key, SecretAccessKey: q.secret, SessionToken: q.token},
			r, hex.EncodeToString(sum[:]), q.service, q.region, q.at)
		if err != nil {
			w.t.Fatal(err)
		}
	}
	if q.after != nil {
		q.after(r)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

// call sends a JSON request for an operation of Directory Service.
func (w *world) call(operation, body string) answer {
	w.t.Helper()
	return w.send(raw{target: string(apiDS) + "." + operation, body: body})
}

// jsonError is an error body, with both spellings of the message.
type jsonError struct {
	Type      string `json:"__type"`
	Upper     string `json:"Message"`
	RequestID string `json:"RequestId"`
	lower     string
}

func (a answer) error(t *testing.T) jsonError {
	t.Helper()
	var all map[string]string
	if err := json.Unmarshal([]byte(a.body), &all); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	e := jsonError{all["__type"], all["Message"], all["RequestId"], all["message"]}
	switch {
	case e.Upper != e.lower:
		t.Errorf("Message %q, message %q", e.Upper, e.lower)
	case e.RequestID == "" || a.header.Get("x-amzn-RequestId") != e.RequestID:
		t.Errorf("request id %q in the body, %q in the header", e.RequestID, a.header.Get("x-amzn-RequestId"))
	case a.header.Get("Content-Type") != jsonType:
		t.Errorf("content type %q", a.header.Get("Content-Type"))
	case a.header.Get("Date") == "":
		t.Error("no Date")
	}
	return e
}

type (
	trustsIn  = directoryservice.DescribeTrustsInput
	trustsOut = directoryservice.DescribeTrustsOutput
)

// describeTrusts is an operation that answers with an empty list.
func describeTrusts() operation {
	return with("DescribeTrusts", func(audit.Caller, *trustsIn) (*trustsOut, error) { return &trustsOut{}, nil })
}
