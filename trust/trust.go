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
	ID               ID             `json:"ID"`
	Directory        directory.ID   `json:"Directory"`
	Region           string         `json:"Region"`
	RemoteDomainName string         `json:"RemoteDomainName"` // exactly as the caller gave it
	Remote           directory.FQDN `json:"Remote"`           // normalised
	Direction        Direction      `json:"Direction"`
	Type             Type           `json:"Type"`
	CreatedAt        time.Time      `json:"CreatedAt"`
	UpdatedAt        time.Time      `json:"UpdatedAt"`
	VerifySerial     int64          `json:"VerifySerial"`  // grows with each VerifyTrust
	SelectiveAuth    bool           `json:"SelectiveAuth"` // foreign users get in only where they are allowed to authenticate
	UpdateSerial     int64          `json:"UpdateSerial"`  // grows with each UpdateTrust
	Delete           bool           `json:"Delete"`
	DeleteForwarder  bool           `json:"DeleteForwarder"` // with Delete: service marked the conditional forwarder Delete in the same transaction
}

// SecretPassword names the sealed trust password. It is removed as soon as the
// trusted-domain object holds it (decision 13).
func SecretPassword(id ID) string { return "trust/" + string(id) + "/password" }

// Status is what became of a trust. Only its reconciler writes it.
type Status struct {
	State        State                 `json:"State"`
	StateReason  string                `json:"StateReason"` // "" when Verified or Created
	Cause        condition.Cause       `json:"Cause"`       // what StateReason is about; "" without one
	StateSince   time.Time             `json:"StateSince"`
	UpdatedAt    time.Time             `json:"UpdatedAt"`
	Conditions   []condition.Condition `json:"Conditions"`
	Partner      *Partner              `json:"Partner"`      // nil means never found
	Verdicts     []Verdict             `json:"Verdicts"`     // per DC of ours, for the outgoing direction
	Answered     int64                 `json:"Answered"`     // the VerifySerial that State answers
	Updated      int64                 `json:"Updated"`      // the UpdateSerial that State answers
	LocalSide    bool                  `json:"LocalSide"`    // our trusted-domain object was written
	Step         Step                  `json:"Step"`         // the step done last
	Steps        []StepDone            `json:"Steps"`        // what was done, oldest first, bounded
	Tries        int                   `json:"Tries"`        // consecutive looks without change
	NextLook     time.Time             `json:"NextLook"`     // when it is looked at again
	Secret       bool                  `json:"Secret"`       // the sealed password is still kept
	LastRoll     time.Time             `json:"LastRoll"`     // last password rotation; zero means never
	Writer       directory.DCID        `json:"Writer"`       // our DC at which the object was begun; "" means not begun
	Made         time.Time             `json:"Made"`         // when our object was last written; zero means never
	Prepared     []Prepared            `json:"Prepared"`     // which of our DCs were told of the object
	PartnerStale bool                  `json:"PartnerStale"` // the partner's winbindd may know the trust as it was before
	FailingSince time.Time             `json:"FailingSince"` // when the looks that fail in a row began; zero means the last was fine
	DeadSince    time.Time             `json:"DeadSince"`    // since when no look has found the partner; zero means that the last one did, or that there was none
	Directory    directory.NetBIOSName `json:"Directory"`    // our own name, for words
}

// Prepared says when one of our DCs was last told of the trust's object.
type Prepared struct {
	DC        directory.DCID `json:"DC"`
	At        time.Time      `json:"At"`        // has the object, and winbindd was told to look for it
	Restarted time.Time      `json:"Restarted"` // winbindd was restarted for it; zero means never
}

// StepDone is one line of a trust's history.
type StepDone struct {
	At    time.Time      `json:"At"`
	Step  Step           `json:"Step"`
	DC    directory.DCID `json:"DC"`   // of ours, that did it; "" where none did
	Host  string         `json:"Host"` // its DNS name then: it may be gone since
	Took  time.Duration  `json:"Took"`
	Error string         `json:"Error"` // "" when it went well
}

// Step is one thing that the reconciler does to the world for a trust.
type Step string

// Partner is the other domain as it was found, from one of our DCs.
type Partner struct {
	Identity
	DCs     []PartnerDC `json:"DCs"`
	FoundAt time.Time   `json:"FoundAt"`
}

// PartnerDC is one domain controller of the partner.
type PartnerDC struct {
	Host      string        `json:"Host"` // FQDN, lower case
	Address   netip.Addr    `json:"Address"`
	NetBIOS   string        `json:"NetBIOS"` // NetBIOS host name
	PDC       bool          `json:"PDC"`
	Writable  bool          `json:"Writable"`
	Answered  bool          `json:"Answered"`
	Error     string        `json:"Error"`     // why it did not answer
	ClockSkew time.Duration `json:"ClockSkew"` // its clock minus ours
}

// Identity names a domain.
type Identity struct {
	DNSName     directory.FQDN        `json:"DNSName"`
	NetBIOSName directory.NetBIOSName `json:"NetBIOSName"`
	Forest      directory.FQDN        `json:"Forest"` // DNS name of the forest root
	SID         string                `json:"SID"`    // "S-1-5-21-…"
	GUID        string                `json:"GUID"`
}

// ForestRoot reports whether the domain is the root of its forest.
func (i Identity) ForestRoot() bool { return i.DNSName == i.Forest }

// Verdict is what one of our DCs says about the outgoing direction.
type Verdict struct {
	DC      directory.DCID  `json:"DC"`
	At      time.Time       `json:"At"`
	Result  VerifyResult    `json:"Result"`
	Error   string          `json:"Error"`   // the call itself failed; "" otherwise
	Cause   condition.Cause `json:"Cause"`   // why it failed, when that is known
	Partner string          `json:"Partner"` // the partner DC that answered
}

// VerifyResult is the answer of NETLOGON_CONTROL_TC_VERIFY ([MS-NRPC]
// 3.5.4.9.1): all three are Win32 error codes, and all must be 0.
type VerifyResult struct {
	Call      uint32 `json:"Call"` // what the call itself returned
	PDC       uint32 `json:"PDC"`  // pdc_connection_status: do the trust passwords agree
	TC        uint32 `json:"TC"`   // tc_connection_status: state of the secure channel
	TrustedDC string `json:"TrustedDC"`
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
