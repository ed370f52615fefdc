package lsa

import (
	"fmt"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/errs"
)

// DNSOutcome says how a DNS question failed.
type DNSOutcome string

// The outcomes.
const (
	DNSNameError   DNSOutcome = "NXDOMAIN" // the servers know no such name
	DNSNoRecords   DNSOutcome = "NODATA"   // the name exists, without such records
	DNSServFail    DNSOutcome = "SERVFAIL" // the resolver got no usable answer
	DNSRefused     DNSOutcome = "REFUSED"  // no rule for this domain
	DNSNoAnswer    DNSOutcome = "no answer"
	DNSStrangeCode DNSOutcome = "an unexpected code"
)

// DNSError is a question that brought no records.
type DNSError struct {
	Server  string // host:port of the resolver asked
	Name    string // without trailing dot
	Type    string // "SRV", "A"
	Outcome DNSOutcome
	Err     error // the network's error with DNSNoAnswer
}

// Error names question, server and outcome.
func (e *DNSError) Error() string {
	s := fmt.Sprintf("DNS question %s %s to %s: %s", e.Type, e.Name, e.Server, e.Outcome)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the network's error.
func (e *DNSError) Unwrap() error { return e.Err }

func (e *DNSError) explain() Explanation {
	x := Explanation{Name: string(e.Outcome), Kind: errs.Unavailable, Retry: again}
	question := e.Type + " " + e.Name
	switch e.Outcome {
	case DNSNameError, DNSNoRecords:
		x.Cause = condition.DNSNoAnswer
		x.Words = "the DNS servers for the domain answer, but have no records for " + question + " (" + string(e.Outcome) + ")"
		x.Hint = "Check the domain's name, and that the conditional forwarder points to DNS servers of that domain."
	case DNSRefused:
		x.Cause = condition.NoForwarder
		x.Words = "no DNS server is configured for the domain: " + question + " was refused"
		x.Hint = "Create a conditional forwarder with the addresses of the domain's DNS servers."
	case DNSServFail:
		x.Cause = condition.DNSUnreachable
		x.Words = "none of the domain's DNS servers gave an answer to " + question + " (SERVFAIL)"
		x.Hint = "Check the addresses of the conditional forwarder, and that UDP and TCP 53 are open to them."
	default:
		x.Cause = condition.DNSUnreachable
		x.Words = "the resolver " + e.Server + " gave no answer to " + question
		x.Hint = "Check the addresses of the conditional forwarder, and that UDP and TCP 53 are open to them."
	}
	return x
}
