package trust

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/entente-ad/entente/directory"
)

// Facts fill the slots of the words: who asked whom, and what came back.
// Empty facts leave their half sentence out.
type Facts struct {
	Remote         directory.FQDN // the partner
	Ours           directory.FQDN // our own domain
	DC             string         // our DC that looked
	Partner        string         // the partner's DC that was asked, with its address
	Servers        []netip.Addr   // DNS servers of the conditional forwarder
	Skew           time.Duration  // the partner's clock minus ours
	Direction      Direction      // ours
	TheirDirection Direction      // as the partner's side has it
	Type           Type           // ours
	TheirType      Type           // as the partner's side has it
	Other          string         // what clashes
	Status         string         // "WERR_ACCESS_DENIED (5)"
	Detail         string         // what came back, in the engine's words
	Hint           string         // the engine's advice, in place of ours
	Closed         []PortFinding  // what stops packets between both sides
	Works          bool           // the trust works in spite of it
}

func (f Facts) dc() string {
	if f.DC == "" {
		return "This directory"
	}
	return "Domain controller " + f.DC
}

// us is dc within a sentence.
func (f Facts) us() string { return within(f.dc()) }

func (f Facts) partner() string {
	if f.Partner == "" {
		return "The domain controller of " + string(f.Remote)
	}
	return "The partner's domain controller " + f.Partner
}

// them is partner within a sentence.
func (f Facts) them() string { return within(f.partner()) }

func within(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// question says which DNS servers were asked for what.
func (f Facts) question() string {
	return fmt.Sprintf("%s on port 53 for _ldap._tcp.dc._msdcs.%s", f.servers(), f.Remote)
}

func (f Facts) servers() string {
	list := make([]string, len(f.Servers))
	for i, a := range f.Servers {
		list[i] = a.String()
	}
	switch len(list) {
	case 0:
		return "its DNS servers"
	case 1:
		return "the conditional forwarder's DNS server " + list[0]
	}
	return "the conditional forwarder's DNS servers " + strings.Join(list, ", ")
}

// detail is what came back, where that is short enough for brackets.
func (f Facts) detail() string {
	if f.Detail == "" {
		return f.status()
	}
	return " (" + f.Detail + ")"
}

func (f Facts) status() string {
	if f.Status == "" {
		return ""
	}
	return " (" + f.Status + ")"
}

func (f Facts) other(or string) string {
	if f.Other == "" {
		return or
	}
	return f.Other
}

func (f Facts) theirType() string {
	if f.TheirType == "" {
		return "of the other type"
	}
	return string(f.TheirType)
}

// skew is rounded: a reason that changed with each look would be written anew
// with each.
func (f Facts) skew() string {
	d, way := f.Skew, "ahead of"
	if d < 0 {
		d, way = -d, "behind"
	}
	return fmt.Sprintf("%d minutes %s ours", int(d.Round(time.Minute)/time.Minute), way)
}
