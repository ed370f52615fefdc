package awsapi

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/errs"
)

func TestEveryKindHasAnAWSName(t *testing.T) {
	m, err := loadModel()
	if err != nil {
		t.Fatal(err)
	}
	modelled := map[string]bool{"ValidationException": true, "ServiceUnavailable": true} // those that all of AWS's services share
	for _, o := range m.Operations {
		for _, e := range o.Errors {
			modelled[e] = true
		}
	}
	for _, k := range errs.Kinds() {
		name, ok := awsName(k)
		if !ok || name.ec2 == "" {
			t.Errorf("kind %d has no AWS name", k)
			continue
		}
		if !modelled[name.code] {
			t.Errorf("kind %d: %s is not in the API model", k, name.code)
		}
		want := 400
		switch name.code {
		case (&types.ServiceException{}).ErrorCode():
			want = 500
		case "ServiceUnavailable":
			want = 503
		}
		if name.status != want {
			t.Errorf("%s: status %d", name.code, name.status)
		}
	}
}

func TestWhatCallersAreTold(t *testing.T) {
	private := errors.New("marker")
	tests := []struct {
		name    string
		err     error
		code    string
		message string
	}{
		{"message and hint", &errs.Error{Kind: errs.Refused, Message: "No.", Hint: "Ask again.", Err: private}, "ClientException", "No. Ask again."},
		{"internal", errs.Wrap(private, errs.Internal, "marker"), "ServiceException", "The service has failed to carry out the request."},
		{"unclassified", private, "ServiceException", "The service has failed to carry out the request."},
		{"wrapped", errors.Join(errors.New("x"), errs.E(errs.NotFound, "Gone.")), "EntityDoesNotExistException", "Gone."},
		{"kind of another version", &errs.Error{Kind: errs.Kind(999), Message: "marker"}, "ServiceException", "The service has failed to carry out the request."},
	}
	for _, tt := range tests {
		f := failureOf(tt.err)
		if f.code != tt.code || f.message != tt.message || strings.Contains(f.message, "marker") {
			t.Errorf("%s: got %s %q", tt.name, f.code, f.message)
		}
		if f.code == "ServiceException" && !reflect.DeepEqual(f.cause, tt.err) {
			t.Errorf("%s: the cause is lost", tt.name)
		}
	}
}
