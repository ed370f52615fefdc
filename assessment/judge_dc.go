package assessment

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/trust"
)

// Controller judges one domain controller of the partner. first says that it is
// the one that speaks for the whole domain.
func (c Case) Controller(address netip.Addr, first bool) []Validation {
	out := c.portsAt(address, func(trust.Port) bool { return true })
	if len(out) == 1 && out[0].State == Failed {
		return out // nobody there
	}
	out = append(out, c.inbound(address)...)
	look, seen := c.look(address)
	if !seen {
		return out
	}
	for _, judge := range []func(Look) (Validation, bool){
		c.clock, c.hostClash, c.overlap, c.dialect, c.signing, c.sealing, c.aes, c.pipes,
	} {
		if v, said := judge(look); said {
			out = append(out, v)
		}
	}
	if !first {
		return out
	}
	for _, judge := range []func(Look) (Validation, bool){
		c.singleLabel, c.dnsName, c.netbiosName, c.accountName, c.sid, c.forestRoot, c.domainLevel, c.forestLevel, c.partnerSide, c.preauth,
	} {
		if v, said := judge(look); said {
			out = append(out, v)
		}
	}
	return out
}

// look joins what the address told all our domain controllers: the most that
// one of them was told, and the worst clock.
func (c Case) look(address netip.Addr) (Look, bool) {
	var best Look
	found := false
	for _, h := range c.Ours.Hosts {
		l, ok := c.Looks[address][h.ID]
		if !ok {
			continue
		}
		if !found {
			best, found = l, true
			continue
		}
		best.Ping, best.Levels, best.SMB, best.Kerberos = either(best.Ping, l.Ping), either(best.Levels, l.Levels), either(best.SMB, l.SMB), either(best.Kerberos, l.Kerberos)
		best.Identity = either(best.Identity, l.Identity)
		if best.SID == "" {
			best.SID = l.SID
		}
		if !best.Partner.Known {
			best.Partner = l.Partner
		}
		if !best.Anonymous.Tried || l.Anonymous.Tried && !l.Anonymous.Refused {
			best.Anonymous = l.Anonymous
		}
		if best.Clock == nil || l.Clock != nil && l.Clock.Skew.Abs() > best.Clock.Skew.Abs() {
			best.Clock = l.Clock
		}
	}
	return best, found
}

func either[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

// warnSkew is a difference that Kerberos bears and that will grow.
const warnSkew = time.Minute

func (c Case) clock(l Look) (Validation, bool) {
	const name = "Clocks agree"
	if l.Clock == nil {
		return Validation{}, false
	}
	skew, way := l.Clock.Skew, "ahead of"
	if skew < 0 {
		skew, way = -skew, "behind"
	}
	told := fmt.Sprintf("The clock of %s is %s %s ours (asked by %s)", l.Host, skew, way, l.Clock.By)
	if skew > warnSkew {
		return bad(CategoryTime, name, string(condition.ClockSkew),
			"%s. Kerberos refuses tickets from 5 minutes on, and says so in no clear words. Let both sides take their time from good NTP servers.", told), true
	}
	return ok(CategoryTime, name, "%s.", told), true
}

func (c Case) hostClash(l Look) (Validation, bool) {
	const name = "Host name of the domain controller"
	short, _, _ := strings.Cut(strings.ToUpper(l.Host), ".")
	if l.Ping != nil && l.Ping.NetBIOSHost != "" {
		short = l.Ping.NetBIOSHost
	}
	for _, h := range c.Ours.Hosts {
		if own, _, _ := strings.Cut(strings.ToUpper(h.FQDN), "."); own == short {
			return bad(CategoryIdentity, name, string(condition.HostNameClash),
				"A domain controller of this directory is called %s too. Secure channels are kept by host name alone. Give the partner's domain controller another host name.", short), true
		}
	}
	for _, o := range c.Ours.Others {
		if o.DNSName != c.Partner.Domain && slices.Contains(o.Hosts, short) {
			return bad(CategoryIdentity, name, string(condition.HostNameClash),
				"A domain controller of %s, which this directory trusts too, is called %s as well. Samba keeps secure channels by host name alone, so the two partners would take turns. Give one of them another host name.", o.DNSName, short), true
		}
	}
	return ok(CategoryIdentity, name, "No other domain controller that this directory knows is called %s.", short), true
}

func (c Case) overlap(l Look) (Validation, bool) {
	const name = "Address outside our networks"
	for _, r := range c.Ours.Ranges {
		if r.Contains(l.Address) {
			return bad(CategoryPorts, name, "AddressOverlap",
				"%s lies in %s, the range of a VPC of this directory, so packets to it may never leave the VPC. Use a VPC whose range does not overlap the partner's networks.", l.Address, r), true
		}
	}
	return ok(CategoryPorts, name, "%s is in none of the directory's VPCs.", l.Address), true
}

func (c Case) pipes(l Look) (Validation, bool) {
	const name = "Named pipes without an account"
	switch {
	case !l.Anonymous.Tried:
		return Validation{}, false
	case l.Anonymous.Refused:
		return bad(CategorySecurity, name, string(condition.PipeAccessDenied),
			"%s refuses the named pipes lsarpc, netlogon and samr to callers without an account (%s). Trusts cannot be verified then. Allow them in the policy \"Network access: Named Pipes that can be accessed anonymously\" (Samba: restrict anonymous = 0).", l.Host, l.Anonymous.Detail), true
	}
	return ok(CategorySecurity, name, "%s opens lsarpc to callers without an account.", l.Host), true
}
