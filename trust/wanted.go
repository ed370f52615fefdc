package trust

import "github.com/entente-ad/entente/directory"

// Wanted is our own trusted-domain object for a partner, as it is created.
func Wanted(spec Spec, partner Identity) TDO {
	return TDO{
		DNSName: spec.Remote, NetBIOSName: partner.NetBIOSName, SID: partner.SID,
		Direction: spec.Direction, Type: spec.Type, Attributes: AttributesFor(spec.Type),
	}
}

// ForestRecords is the forest trust information of a forest with one domain:
// its name suffix and its root domain ([MS-LSAD] 2.2.7.21). Samba up to 4.22
// stores none by itself, and without it routes no names to the partner.
func ForestRecords(partner Identity) []ForestRecord {
	suffix := partner.Forest
	if suffix == "" {
		suffix = partner.DNSName
	}
	return []ForestRecord{
		{Kind: TopLevelName, Name: string(directory.Normalise(string(suffix)))},
		{Kind: DomainInfo, SID: partner.SID, DNSName: string(partner.DNSName), NetBIOS: string(partner.NetBIOSName)},
	}
}
