package vpc

import (
	"net/netip"
	"time"
)

// NewControllersGroup is the group that a directory's domain controllers of
// one Region are in, with the rules that AWS gave it when the page "Creating a
// trust relationship" was written: everything that clients of a directory need
// comes in from anywhere, and nothing goes out but to the group itself. A rule
// for the self-managed network is the reader's own step.
func NewControllersGroup(id GroupID, vpc ID, region, directoryID string, now time.Time, newRuleID func() RuleID) Group {
	return Group{
		ID: id, VPC: vpc, Region: region, Directory: directoryID, CreatedAt: now,
		Name:        directoryID + "_controllers",
		Description: "AWS created security group for " + directoryID + " directory controllers",
		Rules:       numbered(controllersDefaults(id), newRuleID),
	}
}

// OpenRules let everything in and out.
func OpenRules(newRuleID func() RuleID) []Rule {
	anywhere := Peer{CIDR: netip.MustParsePrefix("0.0.0.0/0")}
	return numbered([]Rule{{Protocol: All, Peer: anywhere}, {Egress: true, Protocol: All, Peer: anywhere}}, newRuleID)
}

// controllersDefaults are the rules of a group of domain controllers that
// nobody has changed.
func controllersDefaults(id GroupID) []Rule {
	anywhere := netip.MustParsePrefix("0.0.0.0/0")
	return append(controllersIngress(Peer{CIDR: anywhere}), selfRules(id)...)
}

// ControllersRules are the rules that UpdateSecurityGroupForDirectoryControllers
// sets: what a directory serves comes in from cidr, the VPC's range, and
// everything goes out to anywhere of the same family.
func ControllersRules(cidr netip.Prefix, newRuleID func() RuleID) []Rule {
	return numbered(controllersRules(cidr), newRuleID)
}

func controllersRules(cidr netip.Prefix) []Rule {
	anywhere := netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	if cidr.Addr().Is6() {
		anywhere = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	return append(controllersIngress(Peer{CIDR: cidr}), Rule{Egress: true, Protocol: All, Peer: Peer{CIDR: anywhere}})
}

// controllersIngress opens what a domain controller serves to one peer.
func controllersIngress(peer Peer) []Rule {
	icmp := ICMP
	if peer.CIDR.Addr().Is6() {
		icmp = ICMPv6
	}
	rules := []Rule{{Protocol: icmp, From: -1, To: -1, Peer: peer}}
	for _, port := range []int{53, 88, 389, 445, 464} { // DNS, Kerberos, LDAP, SMB, password change
		rules = append(rules,
			Rule{Protocol: TCP, From: port, To: port, Peer: peer},
			Rule{Protocol: UDP, From: port, To: port, Peer: peer})
	}
	return append(rules,
		Rule{Protocol: UDP, From: 123, To: 123, Peer: peer}, // time
		Rule{Protocol: UDP, From: 138, To: 138, Peer: peer}, // NetLogon datagrams
		Rule{Protocol: TCP, From: 135, To: 135, Peer: peer}, // RPC endpoint mapper
		Rule{Protocol: TCP, From: 636, To: 636, Peer: peer}, // LDAPS
		Rule{Protocol: TCP, From: 1024, To: 65535, Peer: peer},
		Rule{Protocol: TCP, From: 3268, To: 3269, Peer: peer}) // global catalog
}

// selfRules open a group to its own members.
func selfRules(id GroupID) []Rule {
	self := Peer{Group: id}
	return []Rule{{Protocol: All, Peer: self}, {Egress: true, Protocol: All, Peer: self}}
}

// Customized reports whether somebody has changed a group's rules by hand: they
// are neither a new directory's, nor those of ControllersRules, with or without
// the group itself as a peer. Descriptions and tags do not count.
func Customized(g Group) bool {
	if sameRules(g.Rules, controllersDefaults(g.ID)) {
		return false
	}
	self := selfRules(g.ID)
	var others []Rule
	for _, r := range g.Rules {
		if !r.Same(self[0]) && !r.Same(self[1]) {
			others = append(others, r)
		}
	}
	for _, r := range others {
		if !r.Egress && r.Peer.CIDR.IsValid() {
			return !sameRules(others, controllersRules(r.Peer.CIDR))
		}
	}
	return true
}

// sameRules compares what two sets of rules allow; no rule is in a set twice.
func sameRules(a, b []Rule) bool {
	if len(a) != len(b) {
		return false
	}
	have := map[what]bool{}
	for _, r := range a {
		have[r.what()] = true
	}
	for _, r := range b {
		if !have[r.what()] {
			return false
		}
	}
	return true
}

func numbered(rules []Rule, newRuleID func() RuleID) []Rule {
	for i := range rules {
		rules[i].ID = newRuleID()
	}
	return rules
}
