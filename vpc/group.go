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
	ID          GroupID
	VPC         ID
	Region      string
	Name        string
	Description string
	Rules       []Rule
	Tags        map[string]string
	Default     bool   // the group "default" of a VPC, which cannot be deleted
	Directory   string // the directory whose domain controllers are in it; "" for a group that a user made
	CreatedAt   time.Time
}

// Rule allows one kind of packet from or to one peer.
type Rule struct {
	ID          RuleID
	Egress      bool // allows out, to Peer; otherwise in, from it
	Protocol    Protocol
	From, To    int // ports, both included; ICMP: type and code, -1 for any; Protocol All: 0
	Peer        Peer
	Description string
	Tags        map[string]string
}

// Peer is the other end of a rule: addresses, or the members of a group.
// Exactly one of both is set.
type Peer struct {
	CIDR  netip.Prefix // IPv4 or IPv6, without host bits
	Group GroupID
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
