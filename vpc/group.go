package vpc

import (
	"net/netip"
	"time"
)

// GroupID is "sg-" and 17 lower-case hexadecimal digits.
type GroupID string

// RuleID is "sgr-" and 17 lower-case hexadecimal digits.
type RuleID string

// Group is a security group as wanted: what it lets in and out of the network
// interfaces that are in it. What no rule allows is refused.
type Group struct {
	ID          GroupID           `json:"ID"`
	VPC         ID                `json:"VPC"`
	Region      string            `json:"Region"`
	Name        string            `json:"Name"`
	Description string            `json:"Description"`
	Rules       []Rule            `json:"Rules"`
	Tags        map[string]string `json:"Tags"`
	Default     bool              `json:"Default"`   // the group "default" of a VPC, which cannot be deleted
	Directory   string            `json:"Directory"` // the directory whose domain controllers are in it; "" for a group that a user made
	CreatedAt   time.Time         `json:"CreatedAt"`
}

// Rule allows one kind of packet from or to one peer.
type Rule struct {
	ID          RuleID            `json:"ID"`
	Egress      bool              `json:"Egress"` // allows out, to Peer; otherwise in, from it
	Protocol    Protocol          `json:"Protocol"`
	From        int               `json:"From"` // first port; ICMP: type, -1 for any; Protocol All: 0
	To          int               `json:"To"`   // last port; ICMP: code, -1 for any; Protocol All: 0
	Peer        Peer              `json:"Peer"`
	Description string            `json:"Description"`
	Tags        map[string]string `json:"Tags"`
}

// Peer is the other end of a rule: addresses, or the members of a group.
// Exactly one of both is set.
type Peer struct {
	CIDR  netip.Prefix `json:"CIDR"` // IPv4 or IPv6, without host bits
	Group GroupID      `json:"Group"`
}

// Protocol is an IP protocol's name as EC2 has it: "tcp", "udp", "icmp",
// "icmpv6", "-1" for all, else its number in decimal.
type Protocol string

// The protocols that have ports or types.
const (
	All    Protocol = "-1"
	TCP    Protocol = "tcp"
	UDP    Protocol = "udp"
	ICMP   Protocol = "icmp"
	ICMPv6 Protocol = "icmpv6"
)
