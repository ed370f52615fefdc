package awsapi

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"reflect"

	"github.com/entente-ad/entente/service"
)

// stsVersion is the version of the Security Token Service API.
const stsVersion = "2011-06-15"

// stsService offers GetCallerIdentity, which clients call to see whether their
// keys are good. Everything else of STS is about temporary credentials, which
// there are none of.
type stsService struct{ actions map[string]operation }

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
	action, ok := s.actions[p.Get("Action")]
	if p.Get("Version") != stsVersion || !ok {
		return nil, fail("InvalidAction", "The action is not valid for this web service: only GetCallerIdentity of version "+stsVersion+" is offered.")
	}
	q.operation = action.name
	if q.key.ReadOnly && action.access != reads {
		return nil, fail("AccessDeniedException", "User: "+userARN(q.caller)+" is not authorized to perform: sts:"+action.name+" because the access key is read-only")
	}
	out, err := action.call(ctx, q.caller, reflect.New(action.input).Interface())
	if err != nil {
		return nil, err
	}
	id, ok := out.(*service.GetCallerIdentityOutput)
	if !ok {
		return nil, fmt.Errorf("sts: no form for the answer of %s", action.name)
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
