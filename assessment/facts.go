package assessment

import (
	"net/netip"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// Record is one DNS record that must resolve (or should).
type Record struct {
	Name   string // without a trailing dot
	Type   string // "SRV" or "A"
	For    string // what needs it
	Should bool   // its absence is told, and fails nothing
}

// Records lists the records of a domain that must resolve from each of our
// domain controllers. guid, the domain's, is "" while it is not known.
func Records(domain, forest directory.FQDN, guid string) []Record {
	d, f := string(domain), string(forest)
	if f == "" {
		f = d
	}
	list := []Record{
		{"_ldap._tcp.dc._msdcs." + d, "SRV", "finding domain controllers; creating and verifying the trust", false},
		{"_ldap._tcp.pdc._msdcs." + d, "SRV", "finding the PDC emulator, where trusts are created and passwords are rolled", false},
		{"_ldap._tcp.Default-First-Site-Name._sites.dc._msdcs." + d, "SRV", "choosing a domain controller of a site", true},
		{"_ldap._tcp." + d, "SRV", "finding LDAP servers", false},
		{"_kerberos._tcp.dc._msdcs." + d, "SRV", "finding the KDC as Windows does", false},
		{"_kerberos._tcp." + d, "SRV", "finding the KDC as Linux and Java do", false},
		{"_kerberos._udp." + d, "SRV", "finding the KDC as Linux and Java do, over UDP", false},
		{"_kpasswd._tcp." + d, "SRV", "changing passwords", false},
		{"_kpasswd._udp." + d, "SRV", "changing passwords, over UDP", false},
		{"_gc._tcp." + f, "SRV", "searching the whole forest", false},
		{"gc._msdcs." + f, "A", "searching the whole forest", true},
	}
	if guid != "" {
		list = append(list, Record{"_ldap._tcp." + guid + ".domains._msdcs." + f, "SRV", "finding the domain after it was renamed", true})
	}
	return list
}

// Answer is what came of one DNS question from one of our domain controllers.
type Answer struct {
	Record
	Server  netip.Addr // zero: our domain controller's own forwarder
	Outcome DNSOutcome
	Targets []string // sorted: "host:port" of SRV, addresses of A
	Detail  string   // what came back, where there is no answer
}

// DNSOutcome is how a DNS question ended.
type DNSOutcome string

// The outcomes.
const (
	Answered    DNSOutcome = "Answered"
	NoRecord    DNSOutcome = "NoRecord"    // the server knows no such name, or no record of it
	Refused     DNSOutcome = "Refused"     // the server answers, but not for this domain
	Unanswered  DNSOutcome = "Unanswered"  // nothing came back
	NoForwarder DNSOutcome = "NoForwarder" // our own forwarder has no rule for the domain
)

// Look is what one domain controller of the partner told one of ours. What
// could not be learned is nil or "", and the error beside it says why.
type Look struct {
	From    directory.DCID
	Host    string
	Address netip.Addr

	Ping      *Ping
	Clock     *Clock
	Levels    *Levels
	SMB       *SMB
	SMBError  string
	Kerberos  *Kerberos
	Identity  *trust.Identity // by a null session
	Anonymous Anonymous
	SID       string // by a null session or by LDAP
	Partner   trust.PartnerSide

	Start, End time.Time
}

// Ping is the answer to an LDAP ping.
type Ping struct {
	Domain, Forest directory.FQDN
	GUID           string
	NetBIOSDomain  string
	NetBIOSHost    string
	PDC            bool
}

// Clock is the partner's clock minus ours.
type Clock struct {
	Skew time.Duration
	By   string // "LDAP", "Kerberos" or "SMB"
}

// Levels are functional levels: 0 is Windows 2000, 2 Windows Server 2003, 3
// 2008, 4 2008 R2, 7 2016, 10 2025 ([MS-ADTS] 6.1.4.2).
type Levels struct{ Domain, Forest, Controller int }

// SMB is what the server agreed to.
type SMB struct {
	Dialect         uint16 // 0x0311 is 3.1.1
	SigningEnabled  bool
	SigningRequired bool
	Encryption      bool
}

// Kerberos is what the KDC takes.
type Kerberos struct {
	AES, RC4 bool
	Stranger bool   // it does not know its own host's account in the domain
	Detail   string // what it said, where it does not take AES
}

// Anonymous says how named pipes treat callers without an account.
type Anonymous struct {
	Tried   bool
	Refused bool // as such; another failure says nothing of it
	Detail  string
}

// Accounts is what was seen of the partner's accounts with an account.
type Accounts struct {
	Looked    bool
	NoPreauth []string // names of accounts without Kerberos pre-authentication, bounded
	More      bool     // there are more
	Why       string   // why it was not looked
}
