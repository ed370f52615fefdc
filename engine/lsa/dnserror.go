package lsa

import (
	"fmt"

	"github.com/miekg/dns"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
)

// DNSOutcome says how a DNS question failed.
type DNSOutcome string

// The outcomes.
const (
	DNSNameError   DNSOutcome = "NXDOMAIN" // the servers know no such name
	DNSNoRecords   DNSOutcome = "NODATA"   // the name exists, without such records
	DNSServFail    DNSOutcome = "SERVFAIL" // the resolver got no usable answer
	DNSRefused     DNSOutcome = "REFUSED"  // the servers do not serve this domain
	DNSNoForwarder DNSOutcome = "REFUSED, no forwarder"
	DNSTheyFail    DNSOutcome = "SERVFAIL by the domain's own servers"
	DNSNoAnswer    DNSOutcome = "no answer"
	DNSOurs        DNSOutcome = "a failure of the forwarder itself"
	DNSStrangeCode DNSOutcome = "an unexpected code"
)

// DNSError is a question that brought no records.
type DNSError struct {
	Server  string // host:port of the resolver asked
	Name    string // without trailing dot
	Type    string // "SRV", "A"
	Outcome DNSOutcome
	Said    string // what the resolver says of it: "203.0.113.10: answered REFUSED"; "" when nothing
	Err     error  // the network's error with DNSNoAnswer
}

// Error names question, server and outcome.
func (e *DNSError) Error() string {
	s := fmt.Sprintf("DNS question %s %s to %s: %s", e.Type, e.Name, e.Server, e.Outcome)
	if e.Said != "" {
		s += " (" + e.Said + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the network's error.
func (e *DNSError) Unwrap() error { return e.Err }

func (e *DNSError) explain() Explanation {
	x := Explanation{Name: string(e.Outcome), Kind: errs.Unavailable, Answer: e.came()}
	question := e.Type + " " + e.Name
	switch e.Outcome {
	case DNSNameError, DNSNoRecords:
		x.Cause, x.Answer = condition.DNSNoAnswer, string(e.Outcome)
		x.Words = "the DNS servers for the domain answer, but have no records for " + question + " (" + string(e.Outcome) + ")"
		x.Hint = "Check the domain's name, and that the conditional forwarder points to DNS servers of that domain."
	case DNSNoForwarder:
		x.Cause = condition.NoForwarder
		x.Words = "no DNS server is configured for the domain: " + question + " was refused"
		x.Hint = "Create a conditional forwarder with the addresses of the domain's DNS servers."
	case DNSRefused, DNSTheyFail:
		x.Cause = condition.DNSRefused
		x.Words = question + ": " + e.came()
		x.Hint = "Let the conditional forwarder name DNS servers that serve this domain and answer our domain controllers."
	case DNSOurs:
		x.Cause = condition.Unexpected
		x.Words = "the DNS forwarder of our domain controller could not ask for " + question + ": " + e.came()
		x.Hint = "It is asked again by itself."
	default:
		x.Cause = condition.DNSUnreachable
		x.Words = question + ": " + e.came()
		x.Hint = "Check the addresses of the conditional forwarder, and that UDP and TCP 53 are open to them."
	}
	return x
}

// came says what came back, as precisely as it is known.
func (e *DNSError) came() string {
	switch {
	case e.Said != "":
		return e.Said
	case e.Err != nil:
		return "no answer from " + e.Server
	case e.Outcome == DNSTheyFail:
		return e.Server + ": answered SERVFAIL"
	}
	return e.Server + ": answered " + string(e.Outcome)
}

// outcomeOf reads a code that is no answer, together with what the forwarder
// of our domain controllers says of it in an Extended DNS Error (RFC 8914):
// whose failure it is does not show in the code alone.
func outcomeOf(answer *dns.Msg) (DNSOutcome, string) {
	code, text, told := extendedError(answer)
	answered := told && code == directory.EDEServerAnswered
	switch rcode := answer.Rcode; {
	case rcode == dns.RcodeNameError:
		return DNSNameError, ""
	case rcode == dns.RcodeRefused && told && code == dns.ExtendedErrorCodeNotAuthoritative:
		return DNSNoForwarder, text
	case told && (code == dns.ExtendedErrorCodeNoReachableAuthority || code == dns.ExtendedErrorCodeNetworkError):
		return DNSServFail, text
	case told && (code == dns.ExtendedErrorCodeOther || code == dns.ExtendedErrorCodeNotReady):
		return DNSOurs, text
	case rcode == dns.RcodeRefused:
		return DNSRefused, text
	case rcode == dns.RcodeServerFailure && answered:
		return DNSTheyFail, text
	case rcode == dns.RcodeServerFailure:
		return DNSServFail, text
	case answered:
		return DNSRefused, text // NOTIMP, FORMERR and the like
	}
	return DNSStrangeCode, text
}

// extendedError gives the last Extended DNS Error of an answer: the forwarder
// adds its own behind those of the servers that it asked.
func extendedError(m *dns.Msg) (code uint16, text string, ok bool) {
	opt := m.IsEdns0()
	if opt == nil {
		return 0, "", false
	}
	for _, option := range opt.Option {
		if e, is := option.(*dns.EDNS0_EDE); is {
			code, text, ok = e.InfoCode, e.ExtraText, true
		}
	}
	return code, text, ok
}
