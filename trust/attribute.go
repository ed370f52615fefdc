package trust

import (
	"net/netip"
	"slices"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/vpc"
)

// Outcome is what came of trying a port from inside a domain controller's
// network.
type Outcome string

// The outcomes.
const (
	PortAnswers     Outcome = "Answers"
	PortRefused     Outcome = "Refused"     // a reset, or ICMP port unreachable
	PortSilent      Outcome = "Silent"      // nothing came back in time
	PortUnreachable Outcome = "Unreachable" // ICMP says that the host or the network is not there
	PortNoRoute     Outcome = "NoRoute"     // the kernel knew no way
	PortForbidden   Outcome = "Forbidden"   // a filter on our own side refused it
	PortUntried     Outcome = "Untried"     // it could not be tried; Detail says why
)

// PortProbe is one port, tried from one domain controller of ours.
type PortProbe struct {
	DC      directory.DCID
	From    string     // that domain controller's name
	Host    string     // the partner's domain controller; "" for a DNS server that is only an address
	Address netip.Addr // where it was tried
	Port    Port
	Number  int // the port's number: one of the range where the line is one
	Outcome Outcome
	Detail  string // what came back, where that says more
}

// Side says where a packet ends.
type Side string

// The sides.
const (
	SideNone     Side = ""         // it gets through
	SideGroup    Side = "group"    // our own security group has no rule for it
	SideRoute    Side = "route"    // our domain controllers have no route
	SideListener Side = "listener" // the host answers, nothing listens on the port
	SideBeyond   Side = "beyond"   // a firewall beyond us, or on the partner
	SideHost     Side = "host"     // the host or its network is not there
	SideUnknown  Side = "unknown"  // not tried
)

// PortFinding is a port that does not let through what a trust needs, and who
// stops it.
type PortFinding struct {
	PortProbe
	Side      Side
	Inbound   bool         // from the partner to us
	Directory directory.ID // ours
	Group     vpc.GroupID  // of our domain controller
}

// Cause is the finding's cause.
func (f PortFinding) Cause() condition.Cause {
	switch f.Side {
	case SideGroup:
		return condition.SecurityGroup
	case SideRoute:
		return condition.NoRoute
	default:
		return condition.PortClosed
	}
}

// Wall is what stands around one domain controller of ours.
type Wall struct {
	Directory directory.ID
	Group     vpc.GroupID
	Known     bool // Status is what is in force; else nothing of ours is blamed
	Status    vpc.InterfaceStatus
}

// WallOf is what stands around a domain controller of dir. status is what is in
// force on its network interface; known says that there is one.
func WallOf(dir directory.Spec, dc directory.DC, status vpc.InterfaceStatus, known bool) Wall {
	w := Wall{Directory: dir.ID, Known: known && status.Reason == "", Status: status}
	if place, ok := dir.Place(dir.RegionOf(dc)); ok {
		w.Group = place.SecurityGroup
	}
	return w
}

// Attribute says which side stops what a probe tried. What is in force at our
// own side counts more than what came back: a packet that no rule of ours lets
// out never got to anybody else.
func (w Wall) Attribute(p PortProbe) PortFinding {
	f := PortFinding{PortProbe: p, Directory: w.Directory, Group: w.Group}
	switch {
	case p.Outcome == PortAnswers:
		return f
	case w.Known && !vpc.Routed(w.Status.Routes, p.Address):
		f.Side = SideRoute
	case w.Known && !w.allows(true, p.Port, p.Number, p.Address):
		f.Side = SideGroup
	case p.Outcome == PortNoRoute:
		f.Side = SideRoute
	case p.Outcome == PortForbidden:
		f.Side = SideGroup
	case p.Outcome == PortRefused:
		f.Side = SideListener
	case p.Outcome == PortUnreachable:
		f.Side = SideHost
	case p.Outcome == PortUntried:
		f.Side = SideUnknown
	default:
		f.Side = SideBeyond
	}
	return f
}

// allows asks the filter in force about one number of a port, or about the ends
// of its range where none was tried.
func (w Wall) allows(egress bool, p Port, number int, peer netip.Addr) bool {
	numbers := []int{number}
	if number == 0 {
		numbers = []int{p.From, p.To}
	}
	for _, n := range numbers {
		if _, ok := w.Status.Filter.Allows(egress, p.Protocol, peer, n); !ok {
			return false
		}
	}
	return true
}

// Closes lists the ports of a target that our own side keeps one of our domain
// controllers from reaching. It is computed from what is in force: no answer
// has to be waited for to know it.
func (w Wall) Closes(dc directory.DCID, from string, t PortTarget) []PortFinding {
	var found []PortFinding
	for _, p := range t.Ports() {
		f := w.Attribute(PortProbe{DC: dc, From: from, Host: t.Host, Address: t.Address, Port: p, Outcome: PortUntried})
		if f.ours() {
			found = append(found, f)
		}
	}
	return found
}

// ours reports whether our own side stops it.
func (f PortFinding) ours() bool { return f.Side == SideRoute || f.Side == SideGroup }

// Inbound lists the ports of ours that our own security group closes to a
// domain controller of the partner. It is computed, since nobody can knock from
// there.
func (w Wall) Inbound(dc directory.DCID, from string, host string, peer netip.Addr) []PortFinding {
	if !w.Known {
		return nil
	}
	var found []PortFinding
	for _, p := range Ports() {
		if p.Need != NeedNone && !w.allows(false, p, 0, peer) {
			found = append(found, PortFinding{
				PortProbe: PortProbe{DC: dc, From: from, Host: host, Address: peer, Port: p, Outcome: PortForbidden},
				Side:      SideGroup, Inbound: true, Directory: w.Directory, Group: w.Group,
			})
		}
	}
	return found
}

// PortTarget is where ports are tried.
type PortTarget struct {
	Host    string // "" for a DNS server that is only an address
	Address netip.Addr
	DNSOnly bool // only DNS is asked of it
}

// Ports are the lines of the table that are tried at the target.
func (t PortTarget) Ports() []Port {
	list := Ports()
	if t.DNSOnly {
		list = slices.DeleteFunc(list, func(p Port) bool { return p.From != dnsPort })
	}
	return list
}

// Unsure lists the targets at which trying once more may tell more: a port that
// a trust needs kept silent although another one answered, and nothing of our
// own side stops it. One lost packet closes no port; where all are silent, none
// was lost.
func Unsure(found []PortFinding, targets []PortTarget) []PortTarget {
	var list []PortTarget
	for _, t := range targets {
		answers := slices.ContainsFunc(found, func(f PortFinding) bool { return f.Address == t.Address && f.Outcome == PortAnswers })
		if answers && slices.ContainsFunc(found, func(f PortFinding) bool {
			return f.Address == t.Address && f.Port.Need != NeedNone && !f.ours() && (f.Outcome == PortSilent || f.Outcome == PortUntried)
		}) {
			list = append(list, t)
		}
	}
	return list
}
