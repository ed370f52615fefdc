package awsapi

import (
	"errors"
	"net/http"

	"github.com/entente-ad/entente/awsapi/sigv4"
	"github.com/entente-ad/entente/internal/errs"
)

// awsError is how one kind of failure is called on the wire.
type awsError struct {
	code   string
	status int
	ec2    string // the same in EC2's words
}

// awsName is THE table: each kind of failure has one AWS name. Its test loops
// over every kind.
//
// Conflict says that others changed the same object all the time; nothing was
// done. SDKs retry a 500 by themselves, which is the right thing to do. NoWrites
// is the error that all of AWS's services share for a failure that passes; SDKs
// retry a 503 too.
func awsName(k errs.Kind) (e awsError, ok bool) {
	e, ok = map[errs.Kind]awsError{
		errs.Internal:             {"ServiceException", http.StatusInternalServerError, "InternalError"},
		errs.NotFound:             {"EntityDoesNotExistException", http.StatusBadRequest, "InvalidParameterValue"},
		errs.Exists:               {"EntityAlreadyExistsException", http.StatusBadRequest, "InvalidParameterValue"},
		errs.Invalid:              {"InvalidParameterException", http.StatusBadRequest, "InvalidParameterValue"},
		errs.Refused:              {"ClientException", http.StatusBadRequest, "IncorrectState"},
		errs.Unavailable:          {"DirectoryUnavailableException", http.StatusBadRequest, "IncorrectState"},
		errs.Unsupported:          {"UnsupportedOperationException", http.StatusBadRequest, "UnsupportedOperation"},
		errs.Denied:               {"AccessDeniedException", http.StatusBadRequest, "UnauthorizedOperation"},
		errs.DirectoryLimit:       {"DirectoryLimitExceededException", http.StatusBadRequest, "ResourceLimitExceeded"},
		errs.TagLimit:             {"TagLimitExceededException", http.StatusBadRequest, "TagLimitExceeded"},
		errs.InvalidPassword:      {"InvalidPasswordException", http.StatusBadRequest, "InvalidParameterValue"},
		errs.UserNotFound:         {"UserDoesNotExistException", http.StatusBadRequest, "InvalidParameterValue"},
		errs.InvalidNextToken:     {"InvalidNextTokenException", http.StatusBadRequest, "InvalidNextToken"},
		errs.Validation:           {"ValidationException", http.StatusBadRequest, "InvalidParameterValue"},
		errs.RegionLimit:          {"RegionLimitExceededException", http.StatusBadRequest, "ResourceLimitExceeded"},
		errs.ControllerLimit:      {"DomainControllerLimitExceededException", http.StatusBadRequest, "ResourceLimitExceeded"},
		errs.AlreadyInRegion:      {"DirectoryAlreadyInRegionException", http.StatusBadRequest, "IncorrectState"},
		errs.AssessmentLimit:      {"ADAssessmentLimitExceededException", http.StatusBadRequest, "ResourceLimitExceeded"},
		errs.RouteLimit:           {"IpRouteLimitExceededException", http.StatusBadRequest, "ResourceLimitExceeded"},
		errs.NoDirectory:          {"DirectoryDoesNotExistException", http.StatusBadRequest, "InvalidParameterValue"},
		errs.SnapshotLimit:        {"SnapshotLimitExceededException", http.StatusBadRequest, "ResourceLimitExceeded"},
		errs.UnsupportedSettings:  {"UnsupportedSettingsException", http.StatusBadRequest, "InvalidParameterValue"},
		errs.IncompatibleSettings: {"IncompatibleSettingsException", http.StatusBadRequest, "InvalidParameterValue"},
		errs.InvalidCertificate:   {"InvalidCertificateException", http.StatusBadRequest, "InvalidParameterValue"},
		errs.CertificateExists:    {"CertificateAlreadyExistsException", http.StatusBadRequest, "InvalidParameterValue"},
		errs.CertificateLimit:     {"CertificateLimitExceededException", http.StatusBadRequest, "ResourceLimitExceeded"},
		errs.NoSuchCertificate:    {"CertificateDoesNotExistException", http.StatusBadRequest, "InvalidParameterValue"},
		errs.CertificateInUse:     {"CertificateInUseException", http.StatusBadRequest, "IncorrectState"},
		errs.NoCertificate:        {"NoAvailableCertificateException", http.StatusBadRequest, "IncorrectState"},
		errs.LDAPSStatus:          {"InvalidLDAPSStatusException", http.StatusBadRequest, "IncorrectState"},
		errs.Conflict:             {"ServiceException", http.StatusInternalServerError, "InternalError"},
		errs.NoWrites:             {"ServiceUnavailable", http.StatusServiceUnavailable, "ServiceUnavailable"},
	}[k]
	return e, ok
}

// failure is an answer that is an error, whatever the protocol.
type failure struct {
	code    string // AWS's name, as in JSON
	queryAs string // the name in the query protocols of EC2 and STS; "" means code
	status  int
	message string
	cause   error // for the log only: what the caller is not told
	quoteID bool  // JSON's message ends with the request id, as AWS's services do it
}

func (f *failure) Error() string { return f.code + ": " + f.message }

// fail builds a failure with HTTP status 400, as nearly all have.
func fail(code, message string) *failure {
	return &failure{code: code, status: http.StatusBadRequest, message: message}
}

// failureOf turns what an operation returned into an answer. Internal text
// stays inside: the caller gets the request id, with which it is found in the
// log.
func failureOf(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	var e *errs.Error
	if !errors.As(err, &e) {
		e = errs.Wrap(err, errs.Internal, "")
	}
	name, ok := awsName(e.Kind)
	if !ok {
		name, _ = awsName(errs.Internal)
	}
	f = &failure{code: name.code, queryAs: name.ec2, status: name.status, cause: e.Err, quoteID: true}
	if name.status >= http.StatusInternalServerError {
		f.cause = err
	}
	if e.Code != "" {
		f.queryAs = e.Code
	}
	if e.Kind == errs.Internal || !ok {
		f.message = "The service has failed to carry out the request."
	} else if f.message = e.Message; e.Hint != "" {
		f.message += " " + e.Hint
	}
	return f
}

// authFailure turns what is wrong with a signature into an answer.
func authFailure(err error) *failure {
	var e *sigv4.Error
	if !errors.As(err, &e) {
		return fail("InvalidSignatureException", err.Error())
	}
	switch e.Problem {
	case sigv4.Missing:
		return &failure{code: "MissingAuthenticationTokenException", queryAs: "MissingAuthenticationToken", status: http.StatusBadRequest, message: e.Message}
	case sigv4.Incomplete:
		return &failure{code: "IncompleteSignatureException", queryAs: "IncompleteSignature", status: http.StatusBadRequest, message: e.Message}
	case sigv4.Expired:
		return &failure{code: "InvalidSignatureException", queryAs: "RequestExpired", status: http.StatusBadRequest, message: e.Message}
	default:
		return &failure{code: "InvalidSignatureException", queryAs: "SignatureDoesNotMatch", status: http.StatusBadRequest, message: e.Message}
	}
}

func unknownKey() *failure {
	return &failure{code: "UnrecognizedClientException", queryAs: "InvalidClientTokenId", status: http.StatusBadRequest,
		message: "The security token included in the request is invalid."}
}

func internalFailure(cause error) *failure {
	return &failure{code: "InternalFailure", queryAs: "InternalFailure", status: http.StatusInternalServerError,
		message: "The service has failed to carry out the request.", cause: cause, quoteID: true}
}
