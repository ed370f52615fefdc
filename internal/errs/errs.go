// Package errs is the one error type that crosses package borders. It says
// what kind of failure it is, what was tried, and what to do about it.
//
// It is not the wire: awsapi turns a Kind into the error name that AWS uses,
// in one table. It holds no secret: a message is written to be shown.
package errs

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of failure an error is. Each kind has exactly one AWS
// name (awsapi/errors.go), so a kind is as fine as AWS tells failures apart.
type Kind int

// The kinds of failure. Internal is the zero value: an error that nobody
// classified is our fault, and its text stays inside.
const (
	Internal             Kind = iota // our fault; the text is logged, not answered
	NotFound                         // the object named does not exist
	Exists                           // an object of that name exists already
	Invalid                          // well-formed but not acceptable
	Refused                          // the request cannot be done now, or not this way
	Unavailable                      // the directory cannot be worked on at the moment
	Unsupported                      // not offered; the message says why
	Denied                           // the caller may not do this
	DirectoryLimit                   // quota of directories reached
	TagLimit                         // quota of tags reached
	InvalidPassword                  // the new password breaks the domain's policy
	UserNotFound                     // no such user in the customer's OU
	InvalidNextToken                 // a pagination token that we did not hand out
	Validation                       // a member breaks a constraint of the API model
	RegionLimit                      // quota of Regions per directory reached
	ControllerLimit                  // quota of domain controllers per Region reached
	AlreadyInRegion                  // the directory is in that Region already
	NoDirectory                      // no such directory, in operations that call it so
	SnapshotLimit                    // quota of manual snapshots reached
	AssessmentLimit                  // quota of assessments reached
	RouteLimit                       // quota of IP routes reached
	UnsupportedSettings              // a directory setting, or its value, that is not offered
	IncompatibleSettings             // directory settings that contradict one another
	InvalidCertificate               // what was given is no certificate authority that can be used
	CertificateExists                // that certificate is registered already
	CertificateLimit                 // quota of certificates reached
	NoSuchCertificate                // no such certificate
	CertificateInUse                 // LDAPS uses the certificate
	NoCertificate                    // LDAPS needs a certificate, and there is none
	LDAPSStatus                      // LDAPS is, or is not, enabled already
	Conflict                         // lost a compare-and-swap; the caller may try again
	NoWrites                         // nothing can be written at the moment; the caller may try again
	kindCount
)

// Kinds lists every kind, for tests that must not miss one.
func Kinds() []Kind {
	kinds := make([]Kind, 0, kindCount)
	for k := range kindCount {
		kinds = append(kinds, k)
	}
	return kinds
}

// Error is a failure with its kind. Message is for the caller of the API, in
// whole sentences; Hint, or "", says what to do; Err, or nil, is the private
// cause, for the log only. Code is "" but for protocols that have finer names
// than a Kind: EC2's "InvalidVpcID.NotFound".
type Error struct {
	Kind    Kind
	Code    string
	Message string
	Hint    string
	Err     error
}

// Error gives message, cause and hint in that order: "no answer: timeout. Start
// the host."
func (e *Error) Error() string {
	s := e.Message
	if e.Err != nil {
		s = strings.TrimSuffix(s, ".") + ": " + e.Err.Error()
	}
	if e.Hint != "" {
		s = strings.TrimSuffix(s, ".") + ". " + e.Hint
	}
	return s
}

// Unwrap gives the private cause.
func (e *Error) Unwrap() error { return e.Err }

// E builds an Error with a formatted message and no cause.
func E(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap builds an Error around a private cause.
func Wrap(err error, kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Err: err}
}

// KindOf gives the kind of the outermost Error in err's chain, Internal when
// there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err's kind is k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Sentence gives an error's text with a full stop at its end, for a text of
// several sentences.
func Sentence(err error) string { return strings.TrimSuffix(err.Error(), ".") + "." }
