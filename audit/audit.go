// Package audit says who asked for what and what was decided, as values. An
// entry is written in the same transaction as the decision it tells of.
package audit

import "time"

// Caller is who signed a request.
type Caller struct {
	AccessKeyID string // the key that signed
	Account     string // 12 digits
	Region      string // from the credential scope
	SourceIP    string // the peer's address, without port
	RequestID   string // the request's id, as answered in x-amzn-RequestId
}

// Entry is one decision. It never holds a secret: Request names members, not
// the values of sensitive ones.
type Entry struct {
	Time      time.Time
	RequestID string
	Caller    Caller
	Operation string            // as in the API model: "CreateTrust"
	Object    string            // the object decided on: "t-0123456789"
	Request   map[string]string // members worth keeping, none of them secret
}
