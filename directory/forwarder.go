package directory

import (
	"net/netip"
	"strings"
	"time"
)

// MaxForwarderAddresses is how many DNS servers a conditional forwarder has at
// most.
const MaxForwarderAddresses = 4

// Forwarder is a conditional forwarder as wanted: names in and below
// RemoteDomain are asked of Addresses. Only package service writes it.
type Forwarder struct {
	Directory    ID           `json:"Directory"`
	RemoteDomain FQDN         `json:"RemoteDomain"` // normalised, no trailing dot
	Addresses    []netip.Addr `json:"Addresses"`
	Delete       bool         `json:"Delete"`
	CreatedAt    time.Time    `json:"CreatedAt"`
}

// Key names the forwarder in the store: "d-…/corp.example.com".
func (f Forwarder) Key() string { return ForwarderKey(f.Directory, f.RemoteDomain) }

// ForwarderKey names a forwarder in the store.
func ForwarderKey(id ID, domain FQDN) string { return string(id) + "/" + string(domain) }

// ForwarderStatus is what became of a directory's forwarders as a set: they
// are handed to the DCs complete, so one status serves them all. It is keyed
// by the directory.
type ForwarderStatus struct {
	Directory ID `json:"Directory"`
	// Revision is the newest store revision that rules were drawn from. It
	// never falls, although the forwarder that was written then may be gone.
	Revision int64 `json:"Revision"`
	// Applied says for each DC up to which store revision the rules it serves
	// are current.
	Applied map[DCID]int64 `json:"Applied"`
	// Reason says why rules are not on every DC; "" when they are.
	Reason string `json:"Reason"`
	// Upstreams is of versions before ForwarderHealth, and not read any more:
	// the next write drops it.
	Upstreams map[DCID][]UpstreamHealth `json:"Upstreams,omitzero"`
}

// ForwarderHealth says how the DNS servers of one forwarder answer, per DC. It
// is keyed by the forwarder's key.
type ForwarderHealth struct {
	Servers map[DCID][]UpstreamHealth `json:"Servers"`
}

// UpstreamHealth is what a DC's forwarder knows of one DNS server.
type UpstreamHealth struct {
	Domain  FQDN       `json:"Domain"`
	Address netip.Addr `json:"Address"`
	Healthy bool       `json:"Healthy"`
	Error   string     `json:"Error"` // what the last failed query came back with; "" when healthy
	Since   time.Time  `json:"Since"`
}

// Normalise gives a domain name in the form in which it is compared and kept
// in forwarders: lower case, without the trailing dot.
func Normalise(name string) FQDN { return FQDN(strings.TrimSuffix(lower(name), ".")) }

func lower(s string) string { return strings.ToLower(s) }
