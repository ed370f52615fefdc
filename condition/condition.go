// Package condition says why something is not ready, in values that API,
// command line and console show in the same words.
//
// It is pure: no clock, no I/O. Time comes in as an argument.
package condition

import "time"

// Condition is one named fact about an object: whether it holds, since when,
// and, when it does not, the cause and what to do.
type Condition struct {
	Type    Type      `json:"Type"`    // which fact
	True    bool      `json:"True"`    // whether it holds
	Cause   Cause     `json:"Cause"`   // why it does not hold; "" when it does
	Message string    `json:"Message"` // whole sentences: what was tried, where, what came back; what was found where True
	Hint    string    `json:"Hint"`    // what to do; "" when nothing is to be done
	Since   time.Time `json:"Since"`   // when True or Cause last changed
	Tries   int       `json:"Tries"`   // how often it was looked at with this outcome

	Missing  []Missing `json:"Missing"`  // what our own side lacks, where that is the matter
	Commands []string  `json:"Commands"` // each adds some of it; the hint tells them too
}

// Missing is a rule of a security group of ours, or a route of a directory of
// ours, that would let through what is stopped now.
type Missing struct {
	Group     string `json:"Group"`     // the security group; "" where a route is missing
	Inbound   bool   `json:"Inbound"`   // a rule for what comes in
	Protocol  string `json:"Protocol"`  // of the rule, as EC2 writes it: "tcp", "udp", "-1" for all
	From      int    `json:"From"`      // first port of the rule
	To        int    `json:"To"`        // last port; 0 with From 0 for all
	Directory string `json:"Directory"` // that lacks it
	CIDR      string `json:"CIDR"`      // of the partner's host
}

// Type names a fact.
type Type string

// The facts. Those of a trust are in the order in which they are checked.
const (
	NameResolution Type = "NameResolution" // the partner's DCs are found by DNS
	Reachability   Type = "Reachability"   // a DC of the partner answers
	Ports          Type = "Ports"          // every port that is needed lets through what it should
	Time           Type = "Time"           // clocks agree well enough for Kerberos
	Identity       Type = "Identity"       // names and SIDs of both sides go together
	LocalSide      Type = "LocalSide"      // our trusted-domain object is as wanted
	PartnerSide    Type = "PartnerSide"    // the partner's side exists and complements ours
	SecureChannel  Type = "SecureChannel"  // NETLOGON verified the outgoing direction
	Encryption     Type = "Encryption"     // the trust uses AES keys
	SelectiveAuth  Type = "SelectiveAuth"  // users of the partner are kept out where they are not allowed
	Healthy        Type = "Healthy"        // a domain controller answers all its services
)

// Cause tells failures apart; each has its own words.
type Cause string

// The causes, as the design lists them.
const (
	DNSNoAnswer         Cause = "DNSNoAnswer"         // the DNS servers answer, but know no such domain
	DNSUnreachable      Cause = "DNSUnreachable"      // no DNS server of the forwarder answers
	DNSRefused          Cause = "DNSRefused"          // the DNS servers answer, but not for this domain
	NoForwarder         Cause = "NoForwarder"         // no conditional forwarder for the domain
	PartnerUnreachable  Cause = "PartnerUnreachable"  // DNS names DCs, none of them answers
	PortClosed          Cause = "PortClosed"          // the DC answers, one port does not
	SecurityGroup       Cause = "SecurityGroup"       // our own security group has no rule for it
	NoRoute             Cause = "NoRoute"             // no route to the address
	ClockSkew           Cause = "ClockSkew"           // clocks too far apart for Kerberos
	PartnerSideMissing  Cause = "PartnerSideMissing"  // the partner has no trust with us yet
	DirectionMismatch   Cause = "DirectionMismatch"   // both sides exist, directions do not complement
	TypeMismatch        Cause = "TypeMismatch"        // one side forest, the other external
	PasswordMismatch    Cause = "PasswordMismatch"    // the two sides hold different trust passwords
	NameClash           Cause = "NameClash"           // NetBIOS name, DNS name or SID is taken
	IdentityChanged     Cause = "IdentityChanged"     // the partner has another SID than the one the trust was made with
	LocalSideLost       Cause = "LocalSideLost"       // our trusted-domain object is gone or was changed by somebody else
	HostNameClash       Cause = "HostNameClash"       // two partners have DCs of one host name
	NotForestRoot       Cause = "NotForestRoot"       // forest trust asked with a child domain
	PipeAccessDenied    Cause = "PipeAccessDenied"    // the partner refuses anonymous pipes
	ChannelStale        Cause = "ChannelStale"        // a cached secure channel names a deleted trust
	PartnerRestart      Cause = "PartnerRestart"      // the partner's winbindd must be restarted
	KDCPolicy           Cause = "KDCPolicy"           // the KDC refuses by policy
	ReplicationPending  Cause = "ReplicationPending"  // a DC has not got the change yet
	DirectoryNotActive  Cause = "DirectoryNotActive"  // our own directory is not working
	DomainControllerOff Cause = "DomainControllerOff" // one of our DCs does not answer
	WeakEncryption      Cause = "WeakEncryption"      // AES could not be set
	SelectivePending    Cause = "SelectivePending"    // selective authentication is not in force as wanted
	SelectiveExempt     Cause = "SelectiveExempt"     // accounts with a policy of the customer's own are not covered
	SelectiveNTLM       Cause = "SelectiveNTLM"       // NTLM logons that selective authentication refuses may pass
	Unexpected          Cause = "Unexpected"          // anything else; the message has the status code
)

// Set puts c into list, keeping Since and counting Tries while the outcome
// stays the same. It changes nothing in place.
func Set(list []Condition, c Condition, now time.Time) []Condition {
	out := make([]Condition, 0, len(list)+1)
	c.Since, c.Tries = now, 1
	placed := false
	for _, old := range list {
		if old.Type != c.Type {
			out = append(out, old)
			continue
		}
		if old.True == c.True && old.Cause == c.Cause {
			c.Since, c.Tries = old.Since, old.Tries+1
		}
		out, placed = append(out, c), true
	}
	if !placed {
		out = append(out, c)
	}
	return out
}

// FirstFalse gives the first condition that does not hold, which is the one
// to show: conditions are kept in the order in which causes come before
// effects. ok is false when all hold.
func FirstFalse(list []Condition) (c Condition, ok bool) {
	for _, c := range list {
		if !c.True {
			return c, true
		}
	}
	return Condition{}, false
}
