package trust

import (
	"fmt"
	"strings"

	"github.com/entente-ad/entente/vpc"
)

// Need says what for a trust needs a port.
type Need int

// The needs, from the most to the least.
const (
	NeedVerify Need = iota // without it the trust cannot be created or verified
	NeedDaily              // without it the trust verifies, and something that people do fails
	NeedNone               // shown by an assessment; nothing of a trust hangs on it
)

// Port is one line of the table of ports: what a domain controller of the
// partner answers on.
type Port struct {
	Protocol vpc.Protocol // vpc.TCP or vpc.UDP
	From, To int          // equal, but for the range of dynamic ports
	Service  string       // "Kerberos"
	Need     Need
	Breaks   string // what does not work while it is closed, a clause without a full stop
}

// DynamicFrom and DynamicTo bound the ports that RPC services are given
// (Windows since 2008, Samba since 4.7).
const (
	DynamicFrom = 49152
	DynamicTo   = 65535
)

// Ports is the table of ports from our domain controllers to the partner's. It
// is measured against Samba 4.22 where that is possible (docs/ports.md is made
// of it); what only Windows needs is said.
func Ports() []Port {
	return []Port{
		{vpc.UDP, 53, 53, "DNS", NeedDaily, "names of the partner are asked for over TCP, later; with TCP 53 closed too nothing of the trust works"},
		{vpc.TCP, 53, 53, "DNS", NeedDaily, "DNS answers that are too long for UDP are lost, as those of domains with many domain controllers are; with UDP 53 closed too nothing of the trust works"},
		{vpc.TCP, 88, 88, "Kerberos", NeedDaily, "the trust verifies, but users get no tickets for services of the partner"},
		{vpc.UDP, 88, 88, "Kerberos", NeedDaily, "Kerberos clients that begin with UDP wait before they get a ticket"},
		{vpc.UDP, 123, 123, "NTP", NeedNone, "nothing of a trust as long as both sides keep time"},
		{vpc.TCP, 135, 135, "RPC endpoint mapper", NeedDaily, "NETLOGON has to fall back to named pipes; partners that do not serve them (Windows with hardened pipes) refuse logons by NTLM and verification"},
		{vpc.UDP, 389, 389, "LDAP ping", NeedVerify, "no domain controller of the partner is accepted, so verification and logons by NTLM fail"},
		{vpc.TCP, 389, 389, "LDAP", NeedDaily, "users and groups of the partner cannot be searched"},
		{vpc.TCP, 445, 445, "SMB", NeedDaily, "the partner cannot be asked who it is, names of its users are not found, and NETLOGON works only where TCP 139 or dynamic ports are open"},
		{vpc.TCP, 464, 464, "Kerberos password change", NeedDaily, "users of the partner cannot change their passwords from here"},
		{vpc.UDP, 464, 464, "Kerberos password change", NeedDaily, "users of the partner cannot change their passwords from here with clients that use UDP"},
		{vpc.TCP, 636, 636, "LDAPS", NeedNone, "nothing of a trust; searches with LDAP over TLS fail"},
		{vpc.TCP, 3268, 3268, "global catalog", NeedDaily, "searches of the partner's whole forest fail, and pickers of users stay empty"},
		{vpc.TCP, 3269, 3269, "global catalog over TLS", NeedNone, "nothing of a trust; searches of the global catalog over TLS fail"},
		{vpc.TCP, DynamicFrom, DynamicTo, "RPC, dynamic ports", NeedDaily, "NETLOGON has to fall back to named pipes; partners that do not serve them (Windows with hardened pipes) refuse logons by NTLM and verification"},
	}
}

// PortOf finds the table's line for a protocol and a number.
func PortOf(p vpc.Protocol, number int) (Port, bool) {
	for _, port := range Ports() {
		if port.Protocol == p && port.From <= number && number <= port.To {
			return port, true
		}
	}
	return Port{}, false
}

// String is the port as people say it: "TCP 445", "TCP 49152-65535".
func (p Port) String() string {
	s := fmt.Sprintf("%s %d", strings.ToUpper(string(p.Protocol)), p.From)
	if p.To != p.From {
		s += fmt.Sprintf("-%d", p.To)
	}
	return s
}

// Title is the port with what it is for: "TCP 445 (SMB)".
func (p Port) Title() string { return p.String() + " (" + p.Service + ")" }
