package assessment

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// Server judges one DNS server of the partner: its port, every record, and
// whether our own forwarders tell the same.
func (c Case) Server(server netip.Addr) []Validation {
	var out []Validation
	ports := c.portsAt(server, func(p trust.Port) bool { return p.From == 53 })
	out = append(out, ports...)
	silent := len(ports) > 0 && !slices.ContainsFunc(ports, func(v Validation) bool { return v.State == Success })
	if silent {
		return append(out, bad(CategoryDNS, "DNS records at "+server.String(), "DNSUnreachable",
			"No record could be asked for, since the DNS server %s does not answer. Open port 53, or name another DNS server of %s.", server, c.Partner.Domain))
	}
	for _, r := range c.records() {
		out = append(out, c.record(server, r))
	}
	return append(out, c.forwarder(server)...)
}

// records lists what was asked for, once each.
func (c Case) records() []Record {
	var list []Record
	for _, h := range c.Ours.Hosts {
		for _, a := range c.Answers[h.ID] {
			if !slices.Contains(list, a.Record) {
				list = append(list, a.Record)
			}
		}
	}
	return list
}

// answer finds what server said to dc.
func (c Case) answer(dc directory.DCID, server netip.Addr, r Record) (Answer, bool) {
	for _, a := range c.Answers[dc] {
		if a.Server == server && a.Record == r {
			return a, true
		}
	}
	return Answer{}, false
}

// record judges one record at one server, as all our domain controllers were
// told it.
func (c Case) record(server netip.Addr, r Record) Validation {
	name := r.Type + " " + r.Name
	var without []string
	var targets []string
	var first Answer
	for _, h := range c.Ours.Hosts {
		a, asked := c.answer(h.ID, server, r)
		switch {
		case !asked:
		case a.Outcome == Answered:
			targets = a.Targets
		default:
			without = append(without, h.FQDN)
			first = a
		}
	}
	switch {
	case len(without) == 0:
		return ok(CategoryDNS, name, "%s names %s.", server, list(targets))
	case first.Outcome == Unanswered:
		return bad(CategoryDNS, name, "DNSUnreachable", "%s did not answer %s when asked for it. It is needed for %s. Check that UDP and TCP 53 are open to it all the time.", server, list(without), r.For)
	case first.Outcome == Refused:
		return bad(CategoryDNS, name, "DNSRefused", "%s answered %s with %s: it does not serve the name. It is needed for %s. Name DNS servers that serve %s.", server, list(without), first.Detail, r.For, c.Partner.Domain)
	case r.Should:
		return ok(CategoryDNS, name, "%s has no such record. It helps with %s, and nothing of a trust fails without it.", server, r.For)
	}
	return bad(CategoryDNS, name, "DNSNoAnswer", "%s has no such record (%s, asked from %s). It is needed for %s. Let the partner's domain controllers register it again (Samba: samba_dnsupdate; Windows: nltest /dsregdns), or add it by hand.", server, first.Detail, list(without), r.For)
}

// forwarder compares what our domain controllers' own forwarders say with what
// the server says.
func (c Case) forwarder(server netip.Addr) []Validation {
	const name = "Conditional forwarder"
	if !c.Partner.Forwarder {
		return []Validation{ok(CategoryDNS, name, "This directory has no conditional forwarder for %s yet. CreateTrust makes one with ConditionalForwarderIpAddrs.", c.Partner.Domain)}
	}
	var wrong []string
	for _, h := range c.Ours.Hosts {
		for _, r := range c.records() {
			direct, asked := c.answer(h.ID, server, r)
			own, alsoAsked := c.answer(h.ID, netip.Addr{}, r)
			if !asked || !alsoAsked || direct.Outcome != Answered || r.Should {
				continue
			}
			if own.Outcome != Answered {
				wrong = append(wrong, fmt.Sprintf("%s on %s is told nothing of %s (%s)", "127.0.0.53", h.FQDN, r.Name, strings.TrimSpace(string(own.Outcome)+" "+own.Detail)))
			} else if !slices.Equal(own.Targets, direct.Targets) {
				wrong = append(wrong, fmt.Sprintf("for %s the forwarder of %s is told %s, and %s says %s", r.Name, h.FQDN, list(own.Targets), server, list(direct.Targets)))
			}
		}
	}
	if len(wrong) == 0 {
		return []Validation{ok(CategoryDNS, name, "The forwarders of our domain controllers tell the same as %s.", server)}
	}
	const most = 3
	more := ""
	if len(wrong) > most {
		more, wrong = fmt.Sprintf(" (and %d more)", len(wrong)-most), wrong[:most]
	}
	return []Validation{bad(CategoryDNS, name, "ForwarderDiffers", "Our domain controllers do not learn what %s says: %s%s. Let the conditional forwarder name DNS servers that all serve the same zone of %s.", server, strings.Join(wrong, "; "), more, c.Partner.Domain)}
}
