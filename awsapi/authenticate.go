package awsapi

import (
	"errors"
	"io"
	"net/http"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/awsapi/sigv4"
)

// maxBody is the largest request body, in bytes. The API's largest member,
// LdifContent, has 500 000 characters.
const maxBody = 1 << 20

// authenticate finds out who signed a request for service and fills q.caller.
// mustSign names the headers that decide what is done and so have to be
// signed. body is the request's body.
func (h *Handler) authenticate(q *request, service string, body []byte, mustSign ...string) *failure {
	if q.known {
		return nil
	}
	a, f := h.authorization(q, service, mustSign)
	if f != nil {
		return f
	}
	key, secretKey, ok := h.cfg.Keys(a.KeyID)
	if !ok {
		return unknownKey()
	}
	if err := a.Verify(q.Request, body, secretKey); err != nil {
		return authFailure(err)
	}
	if key.Account == "" {
		key.Account = h.cfg.Account
	}
	q.key = key
	q.caller = audit.Caller{AccessKeyID: key.ID, Account: key.Account, Region: a.Region, SourceIP: sourceIP(q.Request), RequestID: q.id}
	return nil
}

// authorization checks everything about a signature that needs no key.
func (h *Handler) authorization(q *request, service string, mustSign []string) (sigv4.Authorization, *failure) {
	if f := presigned(q); f != nil {
		return sigv4.Authorization{}, f
	}
	a, err := sigv4.Parse(q.Header)
	if err != nil {
		return a, authFailure(err)
	}
	if err := a.CheckScope(q.Header, service, h.cfg.Now()); err != nil {
		return a, authFailure(err)
	}
	for _, name := range mustSign {
		if !a.Signed(name) {
			return a, fail("InvalidSignatureException", "'"+name+"' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	// There are no temporary credentials here, so a session token belongs to
	// none of our keys.
	if len(q.Header.Values("X-Amz-Security-Token")) > 0 {
		return a, unknownKey()
	}
	return a, nil
}

// presigned refuses a signature in the query.
func presigned(q *request) *failure {
	if query := q.URL.Query(); query.Has("X-Amz-Signature") || query.Has("X-Amz-Algorithm") {
		return fail("IncompleteSignatureException", "Presigned requests are not supported: sign with the Authorization header.")
	}
	return nil
}

// readBody reads the whole body, up to maxBody.
func (q *request) readBody() ([]byte, *failure) {
	tooLarge := &failure{code: "RequestEntityTooLargeException", queryAs: "RequestEntityTooLarge", status: http.StatusRequestEntityTooLarge,
		message: "The request body must not be larger than 1048576 bytes."}
	if q.ContentLength > maxBody {
		q.w.Header().Set("Connection", "close")
		return nil, tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(q.w, q.Body, maxBody))
	var tooMuch *http.MaxBytesError
	switch {
	case errors.As(err, &tooMuch):
		return nil, tooLarge
	case err != nil:
		return nil, fail("SerializationException", "The request body could not be read.")
	}
	return body, nil
}
