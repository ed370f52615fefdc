package awsapi

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"

	"github.com/entente-ad/entente/service"
)

// stsVersion is the version of the Security Token Service API.
const stsVersion = "2011-06-15"

// stsService offers GetCallerIdentity, which clients call to see whether their
// keys are good. Everything else of STS is about temporary credentials, which
// there are none of.
type stsService struct{ service *service.Service }

type callerIdentity struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	Arn       string   `xml:"GetCallerIdentityResult>Arn"`
	UserID    string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

type stsError struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func (s stsService) Call(ctx context.Context, q *request, p url.Values) ([]byte, error) {
	if p.Get("Version") != stsVersion || p.Get("Action") != "GetCallerIdentity" {
		return nil, fail("InvalidAction", "The action is not valid for this web service: only GetCallerIdentity of version "+stsVersion+" is offered.")
	}
	q.operation = "GetCallerIdentity"
	id, err := s.service.GetCallerIdentity(ctx, q.caller)
	if err != nil {
		return nil, err
	}
	return mustXML(xml.Marshal(callerIdentity{Arn: id.Arn, UserID: id.UserId, Account: id.Account, RequestID: q.id})), nil
}

// Failure uses STS's names: signatures that are not accepted answer 403.
func (stsService) Failure(f *failure, requestID string) ([]byte, int) {
	e := stsError{Type: "Sender", Code: f.queryCode(), Message: f.message, RequestID: requestID}
	status := f.status
	switch e.Code {
	case "RequestExpired":
		e.Code, status = "SignatureDoesNotMatch", http.StatusForbidden
	case "SignatureDoesNotMatch", "InvalidClientTokenId", "MissingAuthenticationToken":
		status = http.StatusForbidden
	}
	if status >= http.StatusInternalServerError {
		e.Type = "Receiver"
	}
	return mustXML(xml.Marshal(e)), status
}
