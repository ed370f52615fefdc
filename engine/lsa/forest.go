package lsa

import (
	"context"
	"errors"
	"fmt"

	lsarpc "github.com/oiweiwei/go-msrpc/msrpc/lsad/lsarpc/v0"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// ForestInfo reads the forest trust information of a trust; nil when it has
// none (LsarQueryForestTrustInformation, [MS-LSAD] 3.1.4.7.11).
func (c *Conn) ForestInfo(ctx context.Context, name directory.FQDN) ([]trust.ForestRecord, error) {
	var records []trust.ForestRecord
	err := c.lsaCall(ctx, "read the forest trust information of "+string(name), func(ctx context.Context) error {
		var err error
		records, err = c.forestInfo(ctx, name)
		return err
	})
	return records, err
}

func (c *Conn) forestInfo(ctx context.Context, name directory.FQDN) ([]trust.ForestRecord, error) {
	answer, err := c.client.QueryForestTrustInformation(ctx, &lsarpc.QueryForestTrustInformationRequest{
		Policy:            c.policy,
		TrustedDomainName: lsaString(string(name)),
		HighestRecordType: lsarpc.ForestTrustRecordTypeDomainInfo,
	})
	switch status := typedNT(err); {
	case errors.Is(status, StatusNotFound):
		return nil, nil
	case errors.Is(status, StatusNoSuchDomain):
		return nil, StatusObjectNameNotFound
	case err != nil:
		return nil, err
	}
	return recordsOf(answer.ForestTrustInfo), nil
}

// SetForestInfo replaces the forest trust information of a trust, at the PDC
// emulator (LsarSetForestTrustInformation, [MS-LSAD] 3.1.4.7.12). A suffix
// that another trust or our own forest has already is errs.Exists: it would
// be stored, but not routed.
func (c *Conn) SetForestInfo(ctx context.Context, name directory.FQDN, records []trust.ForestRecord) error {
	step := "set the forest trust information of " + string(name)
	wire, err := wireRecords(records)
	if err != nil {
		return errs.E(errs.Invalid, "cannot %s: %s: %v", step, c.target.at(portSMB), err)
	}
	var collisions []string
	err = c.lsaCall(ctx, step, func(ctx context.Context) error {
		answer, err := c.client.SetForestTrustInformation(ctx, &lsarpc.SetForestTrustInformationRequest{
			Policy:            c.policy,
			TrustedDomainName: lsaString(string(name)),
			HighestRecordType: lsarpc.ForestTrustRecordTypeDomainInfo,
			ForestTrustInfo:   wire,
		})
		if err != nil {
			return err
		}
		if answer.CollisionInfo != nil {
			for _, e := range answer.CollisionInfo.Entries {
				if e != nil && int(e.Index) < len(records) {
					collisions = append(collisions, fmt.Sprintf("%s (taken by %s)", recordName(records[e.Index]), text(e.Name.UnicodeString())))
				}
			}
		}
		return nil
	})
	if err == nil && len(collisions) > 0 {
		return errs.E(errs.Exists, "cannot %s: %s: these names are routed elsewhere: %v", step, c.target.at(portSMB), collisions)
	}
	return err
}

func recordName(r trust.ForestRecord) string {
	if r.Kind == trust.DomainInfo {
		return r.DNSName
	}
	return r.Name
}

func lsaString(s string) *lsarpc.UnicodeString { return (*lsarpc.UnicodeString)(wide(s)) }

// wireRecords is records as LSARPC carries them ([MS-LSAD] 2.2.7.21-25).
func wireRecords(records []trust.ForestRecord) (*lsarpc.ForestTrustInformation, error) {
	entries := make([]*lsarpc.ForestTrustRecord, 0, len(records))
	for _, r := range records {
		e := &lsarpc.ForestTrustRecord{
			Flags:           r.Flags,
			ForestTrustType: lsarpc.ForestTrustRecordType(r.Kind),
		}
		switch r.Kind {
		case trust.TopLevelName, trust.TopLevelNameEx:
			e.ForestTrustData = &lsarpc.ForestTrustRecord_ForestTrustData{
				Value: &lsarpc.ForestTrustData_TopLevelName{TopLevelName: lsaString(r.Name)},
			}
		case trust.DomainInfo:
			sid, err := parseDomainSID(r.SID)
			if err != nil {
				return nil, fmt.Errorf("%q is %w", r.SID, err)
			}
			e.ForestTrustData = &lsarpc.ForestTrustRecord_ForestTrustData{
				Value: &lsarpc.ForestTrustData_DomainInfo{DomainInfo: &lsarpc.ForestTrustDomainInfo{
					SID: sid, DNSName: lsaString(r.DNSName), NetBIOSName: lsaString(r.NetBIOS),
				}},
			}
		default:
			return nil, fmt.Errorf("forest record kind %d is not known", r.Kind)
		}
		entries = append(entries, e)
	}
	return &lsarpc.ForestTrustInformation{RecordCount: uint32(len(entries)), Entries: entries}, nil
}

// recordsOf is the opposite of wireRecords. Kinds that are not known are left out.
func recordsOf(w *lsarpc.ForestTrustInformation) []trust.ForestRecord {
	if w == nil {
		return nil
	}
	var records []trust.ForestRecord
	for _, e := range w.Entries {
		if e == nil || e.ForestTrustData == nil {
			continue
		}
		r := trust.ForestRecord{Kind: trust.ForestRecordKind(e.ForestTrustType), Flags: e.Flags}
		switch v := e.ForestTrustData.GetValue().(type) {
		case *lsarpc.UnicodeString:
			r.Name = text(v.UnicodeString())
		case *lsarpc.ForestTrustDomainInfo:
			r.SID, r.DNSName, r.NetBIOS = sidText(v.SID), text(v.DNSName.UnicodeString()), text(v.NetBIOSName.UnicodeString())
		default:
			continue
		}
		records = append(records, r)
	}
	return records
}
