package awsapi

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"reflect"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/service"
)

// ec2Version is the version of the EC2 API whose form the answers have.
const ec2Version = "2016-11-15"

// ec2Service answers EC2's query API.
type ec2Service struct {
	plans   *plans
	actions map[string]operation
}

func (s *ec2Service) Call(ctx context.Context, q *request, p url.Values) ([]byte, error) {
	action, ok := s.actions[p.Get("Action")]
	if !ok {
		return nil, fail("InvalidAction", "The action is not valid for this web service: Entente has the part of EC2 that networks of directories need.")
	}
	q.operation = action.name
	switch {
	case q.key.ReadOnly && action.access != reads:
		return nil, &failure{code: "UnauthorizedOperation", status: http.StatusForbidden,
			message: "You are not authorized to perform this operation. User: " + userARN(q.caller) +
				" is not authorized to perform: ec2:" + action.name + " because the access key is read-only"}
	case action.call == nil:
		return nil, fail("UnsupportedOperation", action.refusal)
	}
	in := reflect.New(action.input)
	if err := s.plans.decodeForm(p, in.Elem()); err != nil {
		return nil, err
	}
	switch dry := p.Get("DryRun"); dry {
	case "", "false":
	case "true":
		return nil, &failure{code: "DryRunOperation", status: http.StatusPreconditionFailed,
			message: "Request would have succeeded, but DryRun flag is set."}
	default:
		return nil, fail("InvalidParameterValue", "The parameter DryRun must be true or false.")
	}
	out, err := action.call(ctx, q.caller, in.Interface())
	if err != nil {
		return nil, err
	}
	b := []byte("<" + action.name + `Response xmlns="http://ec2.amazonaws.com/doc/` + ec2Version + `/"><requestId>` + q.id + "</requestId>")
	b = s.plans.encodeXML(b, reflect.ValueOf(out).Elem())
	return append(b, "</"+action.name+"Response>"...), nil
}

type ec2Error struct {
	XMLName   xml.Name `xml:"Response"`
	Code      string   `xml:"Errors>Error>Code"`
	Message   string   `xml:"Errors>Error>Message"`
	RequestID string   `xml:"RequestID"`
}

// Failure uses EC2's names and statuses.
func (*ec2Service) Failure(f *failure, requestID string) ([]byte, int) {
	e := ec2Error{Code: f.queryCode(), Message: f.message, RequestID: requestID}
	status := f.status
	switch e.Code {
	case "InvalidClientTokenId", "MissingAuthenticationToken", "IncompleteSignature":
		e.Code, status = "AuthFailure", http.StatusUnauthorized
	case "SignatureDoesNotMatch":
		status = http.StatusForbidden
	}
	return mustXML(xml.Marshal(e)), status
}

// userARN names the caller as AWS names a user.
func userARN(c audit.Caller) string { return service.CallerARN(c) }
