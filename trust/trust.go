// Package trust is what a trust relationship is: type, direction, state, what
// each side of it looks like, and Next, the rule that chooses the next step
// of its life. It is pure: no I/O, no clock.
package trust

import (
	"net/netip"
	"strings"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
)

// ID is "t-" and 10 lower-case hexadecimal digits.
type ID string

// Direction is seen from our own domain.
type Direction string

// The directions, as the API names them.
const (
	Incoming Direction = "One-Way: Incoming" // their resources open to our users
	Outgoing Direction = "One-Way: Outgoing" // our resources open to their users
	TwoWay   Direction = "Two-Way"
)

// HasOutgoing reports whether d opens our own resources, so that our side
// holds a secure channel that NETLOGON can verify.
func (d Direction) HasOutgoing() bool { return d == Outgoing || d == TwoWay }

// HasIncoming reports whether d opens the partner's resources to our users.
func (d Direction) HasIncoming() bool { return d == Incoming || d == TwoWay }

// Complement is the direction that the partner's side must have.
func (d Direction) Complement() Direction {
	switch d {
	case Incoming:
		return Outgoing
	case Outgoing:
		return Incoming
	default:
		return d
	}
}

// Type is forest or external.
type Type string

// The types, as the API names them.
const (
	Forest   Type = "Forest"
	External Type = "External"
)

// State is a trust's state, as the API names it.
type State string

// The states of a trust.
const (
	Creating     State = "Creating"
	Created      State = "Created"
	Verifying    State = "Verifying"
	VerifyFailed State = "VerifyFailed"
	Verified     State = "Verified"
	Updating     State = "Updating"
	UpdateFailed State = "UpdateFailed"
	Updated      State = "Updated"
	Deleting     State = "Deleting"
	Deleted      State = "Deleted"
	Failed       State = "Failed"
)

// Spec is a trust as wanted. Only package service writes it.
type Spec struct {
	ID               ID
	Directory        directory.ID
	Region           string
	RemoteDomainName string         // exactly as the caller gave it
	Remote           directory.FQDN // normalised
	Direction        Direction
	Type             Type
	CreatedAt        time.Time
	UpdatedAt        time.Time
	VerifySerial     int64 // grows with each VerifyTrust
	SelectiveAuth    bool  // foreign users get in only where they are allowed to authenticate
	UpdateSerial     int64 // grows with each UpdateTrust
	Delete           bool
	DeleteForwarder  bool // with Delete: service marked the conditional forwarder Delete in the same transaction
}

// SecretPassword names the sealed trust password. It is removed as soon as the
// trusted-domain object holds it (decision 13).
func SecretPassword(id ID) string { return "trust/" + string(id) + "/password" }

// Status is what became of a trust. Only its reconciler writes it.
type Status struct {
	State        State
	StateReason  string          // "" when Verified or Created
	Cause        condition.Cause // what StateReason is about; "" without one
	StateSince   time.Time
	UpdatedAt    time.Time
	Conditions   []condition.Condition
	Partner      *Partner              // nil means never found
	Verdicts     []Verdict             // per DC of ours, for the outgoing direction
	Answered     int64                 // the VerifySerial that State answers
	Updated      int64                 // the UpdateSerial that State answers
	LocalSide    bool                  // our trusted-domain object was written
	Step         Step                  // the step done last
	Steps        []StepDone            // what was done, oldest first, bounded
	Tries        int                   // consecutive looks without change
	NextLook     time.Time             // when it is looked at again
	Secret       bool                  // the sealed password is still kept
	LastRoll     time.Time             // last password rotation; zero means never
	Writer       directory.DCID        // our DC at which the object was begun; "" means not begun
	Made         time.Time             // when our object was last written; zero means never
	Prepared     []Prepared            // which of our DCs were told of the object
	PartnerStale bool                  // the partner's winbindd may know the trust as it was before
	FailingSince time.Time             // when the looks that fail in a row began; zero means the last was fine
	Directory    directory.NetBIOSName // our own name, for words
}

// Prepared says when one of our DCs was last told of the trust's object.
type Prepared struct {
	DC        directory.DCID
	At        time.Time // has the object, and winbindd was told to look for it
	Restarted time.Time // winbindd was restarted for it; zero means never
}

// StepDone is one line of a trust's history.
type StepDone struct {
	At    time.Time
	Step  Step
	DC    directory.DCID // of ours, that did it; "" where none did
	Host  string         // its DNS name then: it may be gone since
	Took  time.Duration
	Error string // "" when it went well
}

// Step is one thing that the reconciler does to the world for a trust.
type Step string

// Partner is the other domain as it was found, from one of our DCs.
type Partner struct {
	Identity
	DCs     []PartnerDC
	FoundAt time.Time
}

// PartnerDC is one domain controller of the partner.
type PartnerDC struct {
	Host      string // FQDN, lower case
	Address   netip.Addr
	NetBIOS   string // NetBIOS host name
	PDC       bool
	Writable  bool
	Answered  bool
	Error     string        // why it did not answer
	ClockSkew time.Duration // its clock minus ours
}

// Identity names a domain.
type Identity struct {
	DNSName     directory.FQDN
	NetBIOSName directory.NetBIOSName
	Forest      directory.FQDN // DNS name of the forest root
	SID         string         // "S-1-5-21-…"
	GUID        string
}

// ForestRoot reports whether the domain is the root of its forest.
func (i Identity) ForestRoot() bool { return i.DNSName == i.Forest }

// Verdict is what one of our DCs says about the outgoing direction.
type Verdict struct {
	DC      directory.DCID
	At      time.Time
	Result  VerifyResult
	Error   string          // the call itself failed; "" otherwise
	Cause   condition.Cause // why it failed, when that is known
	Partner string          // the partner DC that answered
}

// VerifyResult is the answer of NETLOGON_CONTROL_TC_VERIFY ([MS-NRPC]
// 3.5.4.9.1): all three are Win32 error codes, and all must be 0.
type VerifyResult struct {
	Call      uint32 // what the call itself returned
	PDC       uint32 // pdc_connection_status: do the trust passwords agree
	TC        uint32 // tc_connection_status: state of the secure channel
	TrustedDC string
}

// OK reports whether the secure channel is verified.
func (r VerifyResult) OK() bool { return r.Call == 0 && r.PDC == 0 && r.TC == 0 }

// HostName is the NetBIOS host name under which a DC of a partner logs on.
func HostName(dc PartnerDC) string {
	name := dc.NetBIOS
	if name == "" {
		name, _, _ = strings.Cut(dc.Host, ".")
	}
	return strings.ToUpper(name)
}
