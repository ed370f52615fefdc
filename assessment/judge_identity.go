package assessment

import (
	"strings"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// forest reports whether a forest trust is meant.
func (c Case) forest() bool { return c.Partner.Type != trust.External }

func (c Case) singleLabel(Look) (Validation, bool) {
	const name = "Name of more than one label"
	if !strings.Contains(string(c.Partner.Domain), ".") {
		return bad(CategoryIdentity, name, "SingleLabel", "%s is a single-label domain name. Trusts with such domains are refused here, as at AWS. The domain has to be renamed or replaced.", c.Partner.Domain), true
	}
	return ok(CategoryIdentity, name, "%s has more than one label.", c.Partner.Domain), true
}

func (c Case) dnsName(l Look) (Validation, bool) {
	const name = "DNS name of the domain"
	switch {
	case l.Ping == nil:
		return Validation{}, false
	case l.Ping.Domain != c.Partner.Domain:
		return bad(CategoryIdentity, name, string(condition.NameClash), "Domain controllers of %s call themselves %s. Assess and trust the domain by that name.", c.Partner.Domain, l.Ping.Domain), true
	case directory.Below(l.Ping.Domain, c.Ours.DNSName) || directory.Below(c.Ours.DNSName, l.Ping.Domain):
		return bad(CategoryIdentity, name, string(condition.NameClash), "The names %s and %s overlap: one is the other or lies in it. Names of both sides must be apart.", c.Partner.Domain, c.Ours.DNSName), true
	}
	return ok(CategoryIdentity, name, "%s does not overlap %s.", c.Partner.Domain, c.Ours.DNSName), true
}

// netbios is the partner's short name.
func netbios(l Look) string {
	if l.Identity != nil && l.Identity.NetBIOSName != "" {
		return strings.ToUpper(string(l.Identity.NetBIOSName))
	}
	if l.Ping != nil {
		return strings.ToUpper(l.Ping.NetBIOSDomain)
	}
	return ""
}

func (c Case) netbiosName(l Look) (Validation, bool) {
	const name = "NetBIOS name of the domain"
	short := netbios(l)
	if short == "" {
		return Validation{}, false
	}
	if strings.EqualFold(short, string(c.Ours.NetBIOSName)) {
		return bad(CategoryIdentity, name, string(condition.NameClash), "Both domains have the NetBIOS name %s, so neither side can hold a trust with the other. Create this directory with another ShortName.", short), true
	}
	for _, o := range c.Ours.Others {
		if o.DNSName != c.Partner.Domain && strings.EqualFold(short, string(o.NetBIOSName)) {
			return bad(CategoryIdentity, name, string(condition.NameClash), "%s, which this directory has a trust with, has the NetBIOS name %s too. One of the two trusts cannot be.", o.DNSName, short), true
		}
	}
	return ok(CategoryIdentity, name, "%s is free here.", short), true
}

// accountName looks for an account of ours where the trust's own would be.
func (c Case) accountName(l Look) (Validation, bool) {
	const name = "Name of the trust's account"
	short := netbios(l)
	switch {
	case short == "" || strings.EqualFold(short, string(c.Ours.NetBIOSName)):
		return Validation{}, false
	case c.Ours.Taken != "":
		return bad(CategoryIdentity, name, string(condition.NameClash), "This directory has an account %s already, which the trust's account would be called. Rename or delete the computer of that name.", c.Ours.Taken), true
	}
	return ok(CategoryIdentity, name, "No account of this directory is called %s$.", short), true
}

func (c Case) sid(l Look) (Validation, bool) {
	const name = "SID of the domain"
	if l.SID == "" {
		return Validation{}, false
	}
	if l.SID == c.Ours.SID {
		return bad(CategoryIdentity, name, string(condition.NameClash), "Both domains have the SID %s: one is a copy of the other. Such domains cannot trust each other.", l.SID), true
	}
	for _, o := range c.Ours.Others {
		if o.DNSName != c.Partner.Domain && o.SID == l.SID {
			return bad(CategoryIdentity, name, string(condition.NameClash), "%s, which this directory has a trust with, has the SID %s too: one is a copy of the other.", o.DNSName, l.SID), true
		}
	}
	return ok(CategoryIdentity, name, "%s is its own.", l.SID), true
}

func (c Case) forestRoot(l Look) (Validation, bool) {
	const name = "Root of its forest"
	switch {
	case l.Ping == nil || !c.forest():
		return Validation{}, false
	case l.Ping.Forest != l.Ping.Domain:
		return bad(CategoryIdentity, name, string(condition.NotForestRoot), "%s is a domain of the forest %s. A forest trust joins two forest roots: trust %s, or create an external trust.", l.Ping.Domain, l.Ping.Forest, l.Ping.Forest), true
	}
	return ok(CategoryIdentity, name, "%s is the root of its forest.", l.Ping.Domain), true
}

// partnerSide judges what the partner holds of a trust with us, as far as it
// tells.
func (c Case) partnerSide(l Look) (Validation, bool) {
	const name = "The partner's side of the trust"
	s, p := l.Partner, c.Partner
	switch {
	case !s.Known:
		return Validation{}, false
	case s.TDO == nil && p.Trust != "":
		return bad(CategoryTrust, name, string(condition.PartnerSideMissing), "%s holds no trust with %s. Create its side, with the same trust password and the direction %q.", p.Domain, c.Ours.DNSName, p.Direction.Complement()), true
	case s.TDO == nil:
		return ok(CategoryTrust, name, "%s holds no trust with %s yet.", p.Domain, c.Ours.DNSName), true
	case p.Type != "" && trust.TypeOf(s.TDO.Attributes) != p.Type:
		return bad(CategoryTrust, name, string(condition.TypeMismatch), "%s holds its side as a trust of type %s, and ours is or will be of type %s. Create both sides with one type.", p.Domain, trust.TypeOf(s.TDO.Attributes), p.Type), true
	case p.Direction != "" && s.TDO.Direction != p.Direction.Complement():
		return bad(CategoryTrust, name, string(condition.DirectionMismatch), "%s holds its side with the direction %q. To %q of ours belongs %q there: the two directions do not complement each other. Change one of them.", p.Domain, s.TDO.Direction, p.Direction, p.Direction.Complement()), true
	}
	return ok(CategoryTrust, name, "%s holds its side: type %s, %q.", p.Domain, trust.TypeOf(s.TDO.Attributes), s.TDO.Direction), true
}

// preauth judges the accounts, where they could be looked at.
func (c Case) preauth(Look) (Validation, bool) {
	const name = "Kerberos pre-authentication"
	a := c.Accounts
	switch {
	case a == nil || !a.Looked:
		return Validation{}, false
	case len(a.NoPreauth) > 0:
		more := ""
		if a.More {
			more = " and others"
		}
		return bad(CategoryAccounts, name, "PreauthenticationOff", "Kerberos pre-authentication is switched off for %s%s. Anybody can try passwords of these accounts without being noticed, and AWS asks for it on every account. Clear \"Do not require Kerberos preauthentication\" on them (userAccountControl 0x400000).", list(a.NoPreauth), more), true
	}
	return ok(CategoryAccounts, name, "Every account of %s requires it.", c.Partner.Domain), true
}
