package lsa

import (
	"errors"
	"regexp"
	"strings"

	"github.com/oiweiwei/go-msrpc/msrpc/dtyp"
	lsarpc "github.com/oiweiwei/go-msrpc/msrpc/lsad/lsarpc/v0"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// trustTypeUplevel is the trustType of Active Directory ([MS-ADTS] 6.1.6.7.15).
const trustTypeUplevel = 2

// The bits of trustDirection ([MS-ADTS] 6.1.6.7.12).
const (
	bitInbound  = 1
	bitOutbound = 2
)

func directionBits(d trust.Direction) uint32 {
	var bits uint32
	if d.HasIncoming() {
		bits |= bitInbound
	}
	if d.HasOutgoing() {
		bits |= bitOutbound
	}
	return bits
}

func directionOf(bits uint32) trust.Direction {
	switch bits & (bitInbound | bitOutbound) {
	case bitInbound:
		return trust.Incoming
	case bitOutbound:
		return trust.Outgoing
	case bitInbound | bitOutbound:
		return trust.TwoWay
	}
	return ""
}

func text(s *dtyp.UnicodeString) string {
	if s == nil {
		return ""
	}
	return s.Buffer
}

func wide(s string) *dtyp.UnicodeString { return &dtyp.UnicodeString{Buffer: s} }

func fqdn(s *dtyp.UnicodeString) directory.FQDN { return directory.Normalise(text(s)) }

func sidText(s *dtyp.SID) string {
	if s == nil || s.IDAuthority == nil {
		return ""
	}
	return s.String()
}

// domainSID is what a domain's SID looks like ([MS-DTYP] 2.4.2.4).
var domainSID = regexp.MustCompile(`^S-1-5-21-[0-9]{1,10}-[0-9]{1,10}-[0-9]{1,10}$`)

var errNotDomainSID = errors.New("not the SID of a domain")

func parseDomainSID(s string) (*dtyp.SID, error) {
	if !domainSID.MatchString(s) {
		return nil, errNotDomainSID
	}
	return dtyp.ParseSID(s)
}

// wireTDO is t as LSARPC carries it.
func wireTDO(t trust.TDO) (*lsarpc.TrustedDomainInformationEx, error) {
	sid, err := parseDomainSID(t.SID)
	if err != nil {
		return nil, err
	}
	return &lsarpc.TrustedDomainInformationEx{
		Name:            wide(string(t.DNSName)),
		FlatName:        wide(string(t.NetBIOSName)),
		SID:             sid,
		TrustDirection:  directionBits(t.Direction),
		TrustType:       trustTypeUplevel,
		TrustAttributes: uint32(t.Attributes),
	}, nil
}

// tdoOf is the opposite of wireTDO.
func tdoOf(w *lsarpc.TrustedDomainInformationEx) trust.TDO {
	if w == nil {
		return trust.TDO{}
	}
	attributes := trust.Attributes(w.TrustAttributes)
	return trust.TDO{
		DNSName:     fqdn(w.Name),
		NetBIOSName: directory.NetBIOSName(strings.ToUpper(text(w.FlatName))),
		SID:         sidText(w.SID),
		Direction:   directionOf(w.TrustDirection),
		Type:        trust.TypeOf(attributes),
		Attributes:  attributes,
	}
}
