package awsapi

import (
	"net/http"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/awsapi/sigv4"
	"github.com/entente-ad/entente/internal/errs"
)

// regionHeader is where a request of the console names the Region, since it
// has no credential scope.
const regionHeader = "X-Entente-Region"

// session fills q.caller when the request belongs to a session of the console
// instead of being signed. It is the only other way in, to the same operations.
func (h *Handler) session(q *request) *failure {
	if h.cfg.Session == nil {
		return nil
	}
	key, mine, err := h.cfg.Session(q.Request)
	switch {
	case err != nil:
		return &failure{code: "ExpiredTokenException", queryAs: "RequestExpired", status: http.StatusForbidden, message: "The request was refused: " + errs.Sentence(err)}
	case !mine:
		return nil
	}
	region := q.Header.Values(regionHeader)
	if len(region) != 1 || !sigv4.IsRegion(region[0]) {
		return fail("ValidationException", "A request of the console must name a Region in its header "+regionHeader+".")
	}
	if key.Account == "" {
		key.Account = h.cfg.Account
	}
	q.key, q.known = key, true
	q.caller = audit.Caller{AccessKeyID: key.ID, Account: key.Account, Region: region[0], SourceIP: sourceIP(q.Request), RequestID: q.id}
	return nil
}
