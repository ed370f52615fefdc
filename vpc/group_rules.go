package vpc

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/entente-ad/entente/internal/errs"
)

// MaxRules is how many rules a group may have, inbound and outbound each, as
// at EC2.
const MaxRules = 60

// DefaultGroup is the group "default" that every VPC has: its members reach
// each other, and everything goes out.
func DefaultGroup(id GroupID, s Spec, newRuleID func() RuleID) Group {
	return Group{
		ID: id, VPC: s.ID, Region: s.Region, Name: "default", Description: "default VPC security group", Default: true, CreatedAt: s.CreatedAt,
		Rules: []Rule{{ID: newRuleID(), Protocol: All, Peer: Peer{Group: id}}, outbound(newRuleID)},
	}
}

// FirstRules are those that a group has when a user makes it: everything goes
// out.
func FirstRules(newRuleID func() RuleID) []Rule { return []Rule{outbound(newRuleID)} }

func outbound(newRuleID func() RuleID) Rule {
	return Rule{ID: newRuleID(), Egress: true, Protocol: All, Peer: Peer{CIDR: netip.PrefixFrom(netip.IPv4Unspecified(), 0)}}
}

// CheckGroupName applies EC2's rules for a group's name and description. The
// error has EC2's code.
func CheckGroupName(name, description string) error {
	switch {
	case name == "":
		return ec2("MissingParameter", "The request must contain the parameter GroupName")
	case description == "":
		return ec2("MissingParameter", "The request must contain the parameter GroupDescription")
	case strings.HasPrefix(strings.ToLower(name), "sg-"):
		return ec2("InvalidParameterValue", "Value (%s) for parameter GroupName is invalid. Group names may not be in the format sg-*.", printable(name))
	case strings.EqualFold(name, "default"):
		return ec2("InvalidParameterValue", "Cannot use reserved security group name: %s", name)
	case !plainText(name) || strings.TrimSpace(name) != name:
		return ec2("InvalidParameterValue", "Value (%s) for parameter GroupName is invalid. Valid names are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*", printable(name))
	case !plainText(description):
		return ec2("InvalidParameterValue", "Value (%s) for parameter GroupDescription is invalid. Invalid security group description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*", printable(description))
	}
	return nil
}

// Authorize adds rules, all or none. The error has EC2's code.
func (g *Group) Authorize(rules []Rule) error {
	all := slices.Clone(g.Rules)
	for i, r := range rules {
		if slices.ContainsFunc(rules[:i], r.Same) {
			return ec2("InvalidParameterValue", "The same permission must not appear multiple times")
		}
		if slices.ContainsFunc(all[:len(g.Rules)], r.Same) {
			return duplicate(r)
		}
		all = append(all, r)
	}
	if err := checkCount(all); err != nil {
		return err
	}
	g.Rules = all
	return nil
}

// duplicate is EC2's error, with errs.Exists.
func duplicate(r Rule) error {
	e := errs.E(errs.Exists, "the specified rule \"%s\" already exists", r)
	e.Code = "InvalidPermission.Duplicate"
	return e
}

func checkCount(rules []Rule) error {
	n := map[bool]int{}
	for _, r := range rules {
		if n[r.Egress]++; n[r.Egress] > MaxRules {
			return ec2("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")
		}
	}
	return nil
}

// Revoke takes the rules away that allow the same, and gives those that it
// took and those of the wanted that there are not.
func (g *Group) Revoke(rules []Rule) (revoked, unknown []Rule) {
	kept := slices.Clone(g.Rules)
	for _, r := range rules {
		i := slices.IndexFunc(kept, r.Same)
		if i < 0 {
			unknown = append(unknown, r)
			continue
		}
		revoked = append(revoked, kept[i])
		kept = slices.Delete(kept, i, i+1)
	}
	g.Rules = kept
	return revoked, unknown
}

// RuleByID finds a rule of the group; -1 when there is none.
func (g Group) RuleByID(id RuleID) int {
	return slices.IndexFunc(g.Rules, func(r Rule) bool { return r.ID == id })
}

// Modify replaces what one rule allows and its description; its id and tags
// stay. The error has EC2's code.
func (g *Group) Modify(i int, r Rule) error {
	for j, other := range g.Rules {
		if j != i && r.Same(other) {
			return duplicate(r)
		}
	}
	g.Rules = slices.Clone(g.Rules)
	r.ID, r.Tags = g.Rules[i].ID, g.Rules[i].Tags
	g.Rules[i] = r
	return nil
}

// RefersTo reports whether a rule of the group has another group as its peer.
func (g Group) RefersTo(id GroupID) bool {
	return slices.ContainsFunc(g.Rules, func(r Rule) bool { return r.Peer.Group == id })
}

// String gives a rule in the words of EC2's messages: "peer: 10.0.0.0/8, TCP,
// from port: 22, to port: 22, ALLOW".
func (r Rule) String() string {
	peer := string(r.Peer.Group)
	if r.Peer.CIDR.IsValid() {
		peer = r.Peer.CIDR.String()
	}
	switch {
	case r.Protocol == All:
		return "peer: " + peer + ", ALL, ALLOW"
	case r.Protocol == TCP || r.Protocol == UDP:
		return fmt.Sprintf("peer: %s, %s, from port: %d, to port: %d, ALLOW", peer, strings.ToUpper(string(r.Protocol)), r.From, r.To)
	case r.Protocol.HasPorts():
		return fmt.Sprintf("peer: %s, %s, type: %d, code: %d, ALLOW", peer, strings.ToUpper(string(r.Protocol)), r.From, r.To)
	}
	return "peer: " + peer + ", protocol: " + string(r.Protocol) + ", ALLOW"
}
