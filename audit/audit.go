// Package audit says who asked for what and what was decided, as values. An
// entry is written in the same transaction as the decision it tells of.
package audit

import "time"

// Caller is who signed a request.
type Caller struct {
	AccessKeyID string `json:"AccessKeyID"` // the key that signed
	Account     string `json:"Account"`     // 12 digits
	Region      string `json:"Region"`      // from the credential scope
	SourceIP    string `json:"SourceIP"`    // the peer's address, without port
	RequestID   string `json:"RequestID"`   // the request's id, as answered in x-amzn-RequestId
}

// Entry is one decision. It never holds a secret: Request names members, not
// the values of sensitive ones.
type Entry struct {
	Time      time.Time         `json:"Time"`
	RequestID string            `json:"RequestID"`
	Caller    Caller            `json:"Caller"`
	Operation string            `json:"Operation"` // as in the API model: "CreateTrust"
	Object    string            `json:"Object"`    // the object decided on: "t-0123456789"
	Request   map[string]string `json:"Request"`   // members worth keeping, none of them secret
}
