package vpc

import "net/netip"

// Filter is what the security groups of one network interface come to, with
// groups as peers replaced by their members' addresses. engine/netns gives it
// to the kernel whole, in one transaction.
type Filter struct {
	Ingress []Accept `json:"Ingress"`
	Egress  []Accept `json:"Egress"`

	// Always are addresses that no rule closes, in either direction: the other
	// domain controllers of the same directory. It is the management path of
	// Entente, as AWS's controllers have an interface of their own for it.
	Always []netip.Addr `json:"Always"`

	// Shut closes the way out to everything but sockets that carry Mark, before
	// any rule is asked.
	Shut []Match `json:"Shut"`
}

// Accept is one rule of a group as one interface has it.
type Accept struct {
	Match
	Rule  RuleID  `json:"Rule"`
	Group GroupID `json:"Group"`
}

// Match is a kind of packet and where it goes to or comes from.
type Match struct {
	Protocol Protocol       `json:"Protocol"`
	From     int            `json:"From"` // as Rule
	To       int            `json:"To"`
	Prefixes []netip.Prefix `json:"Prefixes"` // of either family; empty matches nothing
}

// Mark is the socket mark (SO_MARK) of Entente's own connections that Shut
// does not stop.
const Mark = 0x454e54

// InterfaceStatus is what is in force on the network interface of one domain
// controller, keyed by its id. Only reconcile/interfaces writes it.
type InterfaceStatus struct {
	DC       string         `json:"DC"`
	Filter   Filter         `json:"Filter"`
	Routes   []netip.Prefix `json:"Routes"`   // added to Private by AddIpRoutes
	Revision int64          `json:"Revision"` // of the newest store change that it was drawn from
	Reason   string         `json:"Reason"`   // why what is wanted is not in force; "" when it is
}
