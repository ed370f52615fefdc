// Package assessment is what a readiness assessment is: what is wanted, how
// far it has got, and the judgement of what was found of another domain before
// or while there is a trust with it. It is pure: no I/O, no clock. Package
// trust says which side stops a port; the checks are the same for both.
package assessment

import (
	"encoding/hex"
	"net/netip"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

// ID is "da-" and 18 lower-case hexadecimal digits.
type ID string

// NewID makes an id of random bytes.
func NewID(random [9]byte) ID { return ID("da-" + hex.EncodeToString(random[:])) }

// Limit is how many assessments an account may keep, as at AWS.
const Limit = 100

// Version is the version of the list of validations.
const Version = "2026.11"

// Spec is an assessment as wanted. Only package service writes it.
type Spec struct {
	ID        ID           `json:"ID"`
	Account   string       `json:"Account"`
	Directory directory.ID `json:"Directory"` // from whose domain controllers it looks
	Region    string       `json:"Region"`    // that the caller spoke of
	Partners  []Partner    `json:"Partners"`
	CreatedAt time.Time    `json:"CreatedAt"`

	// What AssessmentConfiguration named, for answers; empty where the caller
	// named a directory.
	VPC       vpc.ID         `json:"VPC"`
	Subnets   []vpc.SubnetID `json:"Subnets"`
	Groups    []vpc.GroupID  `json:"Groups"`
	Instances []string       `json:"Instances"`

	User string `json:"User"` // an account of the partner's domain; "" means none
}

// Partner is one domain to assess.
type Partner struct {
	Domain    directory.FQDN  `json:"Domain"`
	Servers   []netip.Addr    `json:"Servers"`   // its DNS servers
	Type      trust.Type      `json:"Type"`      // of the trust that is meant; "" means forest
	Direction trust.Direction `json:"Direction"` // "" means two-way
	Trust     trust.ID        `json:"Trust"`     // the trust that exists already; "" means none
	Forwarder bool            `json:"Forwarder"` // the directory has a conditional forwarder for it
}

// SecretPassword names the sealed password of Spec.User. It is removed when
// the assessment ends.
func SecretPassword(id ID) string { return "assessment/" + string(id) + "/password" }

// State is the state of an assessment and of each validation, as the API
// names it.
type State string

// The states.
const (
	Pending    State = "PENDING"
	InProgress State = "IN_PROGRESS"
	Success    State = "SUCCESS"
	Failed     State = "FAILED"
)

// Status is what became of an assessment. Only its reconciler writes it.
type Status struct {
	State     State     `json:"State"`
	Code      string    `json:"Code"`
	Reason    string    `json:"Reason"`
	StartedAt time.Time `json:"StartedAt"`
	UpdatedAt time.Time `json:"UpdatedAt"`
	Reports   []Report  `json:"Reports"` // bounded by Fit

	// How far it is, so that a run that was cut off goes on where it was.
	Looked  int   `json:"Looked"`  // partners that were looked at to the end, in the order of the Spec
	Settled int   `json:"Settled"` // how many of Reports are theirs
	Left    int   `json:"Left"`    // reports of theirs that had no room
	Tries   int   `json:"Tries"`   // how often the look at the next one has begun
	Tally   Tally `json:"Tally"`   // of their validations
}

// Done reports whether the assessment has come to its end.
func (s Status) Done() bool { return s.State == Success || s.State == Failed }

// Report is what was found at one address of the partner.
type Report struct {
	Address     netip.Addr   `json:"Address"`
	Host        string       `json:"Host"` // "" for a DNS server that is no domain controller we know of
	Validations []Validation `json:"Validations"`
}

// Validation is one line: what was checked, what came of it, what to do.
type Validation struct {
	Category string    `json:"Category"`
	Name     string    `json:"Name"`
	State    State     `json:"State"`
	Code     string    `json:"Code"`   // a word for programs: "SecurityGroup", "ClockSkew", …
	Reason   string    `json:"Reason"` // whole sentences for people
	Start    time.Time `json:"Start"`
	End      time.Time `json:"End"`
}

// The categories, in the order in which causes come before effects.
const (
	CategoryDNS      = "DNS"
	CategoryPorts    = "Connectivity"
	CategoryTime     = "Time"
	CategoryIdentity = "Identity"
	CategorySecurity = "Security"
	CategoryAccounts = "Accounts"
	CategoryTrust    = "Trust"
)

// Count counts the validations of each state.
func (s Status) Count() map[State]int {
	n := map[State]int{}
	for _, r := range s.Reports {
		for _, v := range r.Validations {
			n[v.State]++
		}
	}
	return n
}
