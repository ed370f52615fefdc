package awsapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/entente-ad/entente/awsapi/sigv4"
)

// maxParameters is how many parameters a query request may have.
const maxParameters = 1000

// queryService is one API of AWS's query protocol: parameters as a form in,
// XML out.
type queryService interface {
	// Call does one action and gives its XML without the prolog. The error is
	// a *failure or an *errs.Error.
	Call(ctx context.Context, q *request, p url.Values) ([]byte, error)
	// Failure gives an error's XML and HTTP status in this API's form.
	Failure(f *failure, requestID string) (body []byte, status int)
}

// serveQuery answers the query protocol. Which API is meant is said by the
// credential scope; the version tells it where there is no scope to read.
func (h *Handler) serveQuery(ctx context.Context, q *request) {
	body, tooLarge := q.readBody()
	p, parseErr := parseForm(body)
	q.service = queryServiceName(q, p)
	s := h.query[api(q.service)]
	switch {
	case tooLarge != nil:
		q.failQuery(s, tooLarge)
		return
	case q.Method != http.MethodPost:
		q.failQuery(s, fail("InvalidAction", "Actions are called with POST."))
		return
	}
	if f := h.session(q); f != nil {
		q.failQuery(s, f)
		return
	}
	if f := h.authenticate(q, q.service, body); f != nil {
		q.failQuery(s, f)
		return
	}
	if parseErr != nil {
		q.failQuery(s, fail("MalformedQueryString", parseErr.Error()))
		return
	}
	if p.Get("Action") == "" {
		q.failQuery(s, fail("MissingAction", "The request is missing an action."))
		return
	}
	xml, err := s.Call(ctx, q, p)
	if err != nil {
		q.failQuery(s, failureOf(err))
		return
	}
	q.answer(http.StatusOK, "text/xml;charset=UTF-8", append([]byte(xmlProlog), xml...))
}

const xmlProlog = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

func queryServiceName(q *request, p url.Values) string {
	if a, err := sigv4.Parse(q.Header); err == nil && (a.Service == "sts" || a.Service == "ec2") {
		return a.Service
	}
	if p.Get("Version") == stsVersion {
		return "sts"
	}
	return "ec2"
}

// parseForm reads the parameters. Those given twice are refused: a client and
// we could take them differently. Parameters that were read before a mistake
// are returned with it. The error's text may be shown to the caller.
func parseForm(body []byte) (url.Values, error) {
	p := url.Values{}
	if strings.Count(string(body), "&") >= maxParameters {
		return p, errors.New("the request has too many parameters")
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return values, errors.New("the request body is not a valid form")
	}
	for name, v := range values {
		if len(v) > 1 {
			return values, errors.New("the request has a parameter twice")
		}
		if !utf8.ValidString(name) || !utf8.ValidString(v[0]) {
			return values, errors.New("the request body is not valid UTF-8")
		}
	}
	return values, nil
}

func (q *request) failQuery(s queryService, f *failure) {
	q.failure = f
	body, status := s.Failure(f, q.id)
	q.answer(status, "text/xml;charset=UTF-8", append([]byte(xmlProlog), body...))
}

// queryCode is a failure's name in the query protocols.
func (f *failure) queryCode() string {
	if f.queryAs != "" {
		return f.queryAs
	}
	return strings.TrimSuffix(f.code, "Exception")
}

// mustXML is for answers, which are plain structures and always encode.
func mustXML(body []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return body
}
