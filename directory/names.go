package directory

import (
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/entente-ad/entente/internal/errs"
)

// Lengths of a managed directory's names, in characters.
const (
	MinNameLength    = 2
	MaxNameLength    = 64
	MaxNetBIOSLength = 15
	maxLabelLength   = 63 // RFC 1035 2.3.4
)

// nameRule starts AWS's own refusal of a directory name; what is wrong with
// this one follows.
const nameRule = "Invalid directory name. The directory name must be between 2 and 64 characters, contain only alphanumeric characters, dots and hyphens, and begin and end with an alphanumeric character."

// ParseName checks the DNS name of a new directory and gives it in lower case.
// The error is an errs.Invalid.
func ParseName(s string) (FQDN, error) {
	if len(s) < MinNameLength || len(s) > MaxNameLength {
		return "", errs.E(errs.Invalid, "%s This one has %d.", nameRule, len(s))
	}
	if problem := NameProblem(s); problem != "" {
		return "", errs.E(errs.Invalid, "%s %s", nameRule, problem)
	}
	return FQDN(lower(s)), nil
}

// NameProblem says in a sentence why s cannot be the name of an AD domain
// (RFC 1123 2.1 labels, at least two of them), "" when it can. It takes no
// trailing dot. The API's own pattern is wider: it lets backslashes and single
// labels pass.
func NameProblem(s string) string {
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if problem := labelProblem(label); problem != "" {
			return problem
		}
	}
	last := labels[len(labels)-1]
	switch {
	case len(labels) < 2:
		return "A name of a single label, such as \"" + s + "\", is not supported: it needs at least two labels, such as corp.example.com."
	case strings.Trim(last, "0123456789") == "":
		return "The last label, \"" + last + "\", must not be a number: such a name is read as an address."
	}
	return ""
}

func labelProblem(label string) string {
	switch {
	case label == "":
		return "It has an empty label: two dots follow one another, or a dot is first or last."
	case strings.ContainsFunc(label, notHostCharacter):
		return "The label \"" + printable(label) + "\" holds a character other than letters, digits and hyphens."
	case len(label) > maxLabelLength:
		return "The label \"" + label[:maxLabelLength] + "…\" is longer than 63 characters."
	case label[0] == '-' || label[len(label)-1] == '-':
		return "The label \"" + label + "\" begins or ends with a hyphen."
	}
	return ""
}

func notHostCharacter(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
}

// printable keeps control characters and bytes that are no UTF-8 out of a
// message.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, s)
}

// Below reports whether name is domain or a name in it. Both are normalised.
func Below(name, domain FQDN) bool {
	return name == domain || strings.HasSuffix(string(name), "."+string(domain))
}

// DefaultNetBIOS derives a NetBIOS domain name from the first label of name.
func DefaultNetBIOS(name FQDN) NetBIOSName {
	label, _, _ := strings.Cut(string(name), ".")
	label = label[:min(len(label), MaxNetBIOSLength)]
	return NetBIOSName(strings.ToUpper(strings.TrimRight(label, "-")))
}

// ParseNetBIOS checks a NetBIOS domain name and gives it in upper case.
// Windows takes more characters; letters, digits and hyphens are those that
// every tool of a partner takes too. The error is an errs.Invalid.
func ParseNetBIOS(s string) (NetBIOSName, error) {
	up := strings.ToUpper(s)
	const rule = "Invalid directory short name (NetBIOS name). "
	switch {
	case s == "" || len(s) > MaxNetBIOSLength:
		return "", errs.E(errs.Invalid, rule+"It must have between 1 and %d characters; this one has %d.", MaxNetBIOSLength, len(s))
	case strings.ContainsFunc(s, notHostCharacter):
		return "", errs.E(errs.Invalid, rule+"\"%s\" holds a character other than letters, digits and hyphens.", printable(s))
	case s[0] == '-' || s[len(s)-1] == '-':
		return "", errs.E(errs.Invalid, rule+"\"%s\" begins or ends with a hyphen.", s)
	case slices.Contains(reservedNetBIOS, up):
		return "", errs.E(errs.Invalid, rule+"\"%s\" is a name that Windows reserves. Specify another one as ShortName.", s)
	}
	return NetBIOSName(up), nil
}

// reservedNetBIOS are the names of one word that Windows reserves (Microsoft
// support article 909264, "Naming conventions in Active Directory").
var reservedNetBIOS = []string{
	"ANONYMOUS", "BATCH", "BUILTIN", "DIALUP", "GATEWAY", "INTERACTIVE", "INTERNET", "LOCAL", "LOCALHOST",
	"NETWORK", "NULL", "PROXY", "RESTRICTED", "SELF", "SERVER", "SERVICE", "SYSTEM", "USERS", "WORLD",
}

// ParseForwarderAddress reads the address of a DNS server as the API's IpAddr
// shape gives it. That shape lets leading zeros pass, which some programs read
// as octal numbers, so they are refused here. The error is an errs.Invalid.
func ParseForwarderAddress(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	switch {
	case err != nil || !a.Is4():
		return netip.Addr{}, errs.E(errs.Invalid, "\"%s\" is not an IPv4 address in plain notation, such as 192.0.2.53: four numbers from 0 to 255 without leading zeros.", printable(s))
	case a.IsUnspecified(), a.IsLoopback(), a.IsMulticast(), a.IsLinkLocalUnicast(), a.As4()[0] == 0, a.As4()[0] >= 240:
		return netip.Addr{}, errs.E(errs.Invalid, "%s cannot be the address of a DNS server that the domain controllers reach: it is an unspecified, loopback, link-local, multicast or reserved address.", s)
	}
	return a, nil
}

// ParseForwarderAddresses reads the addresses of a conditional forwarder: one
// to four, each once, none of them a domain controller of the directory
// itself. The error is an errs.Invalid.
func ParseForwarderAddresses(list []string, dcs []DC) ([]netip.Addr, error) {
	switch n := len(list); {
	case n == 0:
		return nil, errs.E(errs.Invalid, "At least one DNS server address must be specified.")
	case n > MaxForwarderAddresses:
		return nil, errs.E(errs.Invalid, "A conditional forwarder has at most %d DNS server addresses; %d were given.", MaxForwarderAddresses, n)
	}
	var addrs []netip.Addr
	for _, s := range list {
		a, err := ParseForwarderAddress(s)
		if err != nil {
			return nil, err
		}
		if slices.Contains(addrs, a) {
			return nil, errs.E(errs.Invalid, "The DNS server address %s is given twice.", a)
		}
		for _, dc := range dcs {
			if dc.Address == a {
				return nil, errs.E(errs.Invalid, "%s is a domain controller of this directory: queries would go round in a circle.", a)
			}
		}
		addrs = append(addrs, a)
	}
	return addrs, nil
}
