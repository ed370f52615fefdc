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
	Directory    ID
	RemoteDomain FQDN // normalised, no trailing dot
	Addresses    []netip.Addr
	Delete       bool
	CreatedAt    time.Time
}

// Key names the forwarder in the store: "d-…/corp.example.com".
func (f Forwarder) Key() string { return ForwarderKey(f.Directory, f.RemoteDomain) }

// ForwarderKey names a forwarder in the store.
func ForwarderKey(id ID, domain FQDN) string { return string(id) + "/" + string(domain) }

// ForwarderStatus is what became of a directory's forwarders as a set: they
// are handed to the DCs complete, so one status serves them all. It is keyed
// by the directory.
type ForwarderStatus struct {
	Directory ID
	// Revision is the newest store revision that rules were drawn from. It
	// never falls, although the forwarder that was written then may be gone.
	Revision int64
	// Applied says for each DC up to which store revision the rules it serves
	// are current.
	Applied map[DCID]int64
	// Upstreams says how each DNS server answers, per DC.
	Upstreams map[DCID][]UpstreamHealth
	// Reason says why rules are not on every DC; "" when they are.
	Reason string
}

// UpstreamHealth is what a DC's forwarder knows of one DNS server.
type UpstreamHealth struct {
	Domain  FQDN
	Address netip.Addr
	Healthy bool
	Error   string // what the last failed query came back with; "" when healthy
	Since   time.Time
}

// Normalise gives a domain name in the form in which it is compared and kept
// in forwarders: lower case, without the trailing dot.
func Normalise(name string) FQDN { return FQDN(strings.TrimSuffix(lower(name), ".")) }

func lower(s string) string { return strings.ToLower(s) }
