package assessment

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/trust"
)

// portsAt judges the ports of one address: one line for each, or one for all
// where the same side stops every one.
func (c Case) portsAt(address netip.Addr, keep func(trust.Port) bool) []Validation {
	var out []Validation
	var tried, closed []trust.PortFinding
	for _, p := range trust.Ports() {
		if !keep(p) {
			continue
		}
		var here []trust.PortFinding
		for _, f := range c.Ports {
			if f.Address == address && f.Port == p && !f.Inbound {
				here = append(here, f)
			}
		}
		if len(here) == 0 {
			continue
		}
		tried = append(tried, here...)
		stopped := slices.DeleteFunc(slices.Clone(here), func(f trust.PortFinding) bool { return f.Side == trust.SideNone })
		closed = append(closed, stopped...)
		out = append(out, c.port(p, here, stopped))
	}
	if len(out) > 2 && len(closed) == len(tried) && oneSide(closed) {
		message, hint := trust.Sentences(closed)
		if closed[0].Cause() == condition.PortClosed {
			hint += fmt.Sprintf(" If there is no such domain controller any more, remove its records from the DNS of %s.", c.Partner.Domain)
		}
		return []Validation{bad(CategoryPorts, "Domain controller answers", string(closed[0].Cause()), "%s %s", message, hint)}
	}
	return out
}

// oneSide reports whether one side stops everything. Ports that could not be
// tried hang on the others.
func oneSide(closed []trust.PortFinding) bool {
	side := trust.SideUnknown
	for _, f := range closed {
		if f.Side == trust.SideUnknown {
			continue
		}
		here := f.Side
		if here == trust.SideHost {
			here = trust.SideBeyond // a router that gives up says so to some and not to others
		}
		if side != trust.SideUnknown && here != side {
			return false
		}
		side = here
	}
	return side != trust.SideUnknown
}

// port judges one port at one address from all our domain controllers.
func (c Case) port(p trust.Port, all, stopped []trust.PortFinding) Validation {
	name := p.Title()
	blind := slices.DeleteFunc(slices.Clone(stopped), func(f trust.PortFinding) bool { return f.Side != trust.SideUnknown })
	known := slices.DeleteFunc(slices.Clone(stopped), func(f trust.PortFinding) bool { return f.Side == trust.SideUnknown })
	switch {
	case len(stopped) == 0:
		return ok(CategoryPorts, name, "It answers %s.", c.from(all))
	case len(known) == 0 && p.From != p.To:
		return ok(CategoryPorts, name, "Not tried: %s. The line of TCP 135 says more.", blind[0].Detail)
	case len(known) == 0:
		return bad(CategoryPorts, name, "NotTried", "It could not be tried from %s: %s.", c.from(blind), blind[0].Detail)
	case p.Need == trust.NeedNone:
		message, _ := trust.Sentences(known)
		return ok(CategoryPorts, name, "%s While it is closed, it breaks %s.", message, p.Breaks)
	}
	message, hint := trust.Sentences(known)
	return bad(CategoryPorts, name, string(known[0].Cause()), "%s While it is closed, %s. %s", message, p.Breaks, hint)
}

func (c Case) from(found []trust.PortFinding) string {
	var names []string
	for _, f := range found {
		if !slices.Contains(names, f.From) {
			names = append(names, f.From)
		}
	}
	return list(names)
}

// inbound judges what our own security group lets in from one domain
// controller of the partner.
func (c Case) inbound(address netip.Addr) []Validation {
	const name = "Ports of ours for the partner"
	var closed []trust.PortFinding
	for _, f := range c.Ports {
		if f.Address == address && f.Inbound && f.Side != trust.SideNone {
			closed = append(closed, f)
		}
	}
	if len(closed) == 0 {
		return []Validation{ok(CategoryPorts, name, "Our security group lets %s in on every port that a trust needs.", address)}
	}
	message, hint := trust.Sentences(closed)
	return []Validation{bad(CategoryPorts, name, string(closed[0].Cause()), "%s %s", message, hint)}
}
