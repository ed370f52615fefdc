package service

import (
	"context"
	"slices"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/vpc"
)

// DescribeAvailabilityZonesInput is EC2's, as far as Entente has it.
type DescribeAvailabilityZonesInput struct {
	ZoneNames []string
	ZoneIds   []string
	Filters   []EC2Filter
}

// DescribeAvailabilityZonesOutput is EC2's, as far as Entente has it.
type DescribeAvailabilityZonesOutput struct {
	AvailabilityZones []EC2AvailabilityZone `xml:"availabilityZoneInfo"`
}

// EC2AvailabilityZone is an availability zone in EC2's words.
type EC2AvailabilityZone struct {
	ZoneName           string
	ZoneState          string
	RegionName         string
	ZoneId             string
	ZoneType           string
	OptInStatus        string
	GroupName          string
	NetworkBorderGroup string
}

// DescribeAvailabilityZones lists the zones of the caller's Region.
func (s *Service) DescribeAvailabilityZones(_ context.Context, caller audit.Caller, in *DescribeAvailabilityZonesInput) (*DescribeAvailabilityZonesOutput, error) {
	if !vpc.ValidRegion(caller.Region) {
		return nil, errs.E(errs.Invalid, "\"%s\" is not the name of a Region.", caller.Region)
	}
	if err := checkFilters(in.Filters, zoneFilter(EC2AvailabilityZone{})); err != nil {
		return nil, err
	}
	out := &DescribeAvailabilityZonesOutput{}
	var names, ids []string
	for _, z := range vpc.Zones(caller.Region) {
		names, ids = append(names, z.Name), append(ids, z.ID)
		zone := EC2AvailabilityZone{
			ZoneName: z.Name, ZoneState: "available", RegionName: caller.Region, ZoneId: z.ID, ZoneType: "availability-zone",
			OptInStatus: "opt-in-not-required", GroupName: caller.Region, NetworkBorderGroup: caller.Region,
		}
		named := len(in.ZoneNames)+len(in.ZoneIds) == 0 || slices.Contains(in.ZoneNames, z.Name) || slices.Contains(in.ZoneIds, z.ID)
		if named && passes(in.Filters, zoneFilter(zone)) {
			out.AvailabilityZones = append(out.AvailabilityZones, zone)
		}
	}
	for _, name := range in.ZoneNames {
		if !slices.Contains(names, name) {
			return nil, ec2Error(errs.Invalid, "InvalidParameterValue", "Invalid availability zone: [%s]", name)
		}
	}
	for _, id := range in.ZoneIds {
		if !slices.Contains(ids, id) {
			return nil, ec2Error(errs.Invalid, "InvalidParameterValue", "Invalid availability zone-id: [%s]", id)
		}
	}
	return out, nil
}

func zoneFilter(z EC2AvailabilityZone) filterValues {
	return func(name string) ([]string, bool) {
		switch name {
		case "zone-name":
			return []string{z.ZoneName}, true
		case "zone-id":
			return []string{z.ZoneId}, true
		case "zone-type":
			return []string{z.ZoneType}, true
		case "state":
			return []string{z.ZoneState}, true
		case "region-name":
			return []string{z.RegionName}, true
		case "opt-in-status":
			return []string{z.OptInStatus}, true
		case "group-name", "group-long-name":
			return []string{z.GroupName}, true
		case "network-border-group":
			return []string{z.NetworkBorderGroup}, true
		}
		return nil, name == "message" || name == "parent-zone-id" || name == "parent-zone-name"
	}
}
