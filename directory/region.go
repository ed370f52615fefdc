package directory

import (
	"slices"
	"time"

	"github.com/entente-ad/entente/vpc"
)

// Region is a directory's place in one Region: its primary one, or one that
// AddRegion added.
type Region struct {
	Name          string // "eu-west-1"
	VPC           vpc.ID
	Subnets       []vpc.SubnetID // two, in two availability zones
	SecurityGroup vpc.GroupID    // of the domain controllers there
	Tags          map[string]string
	AddedAt       time.Time
	Delete        bool // no longer wanted
}

// Places lists the directory's Regions, the primary one first.
func (s Spec) Places() []Region {
	primary := Region{
		Name: s.Region, VPC: s.VPC, Subnets: s.Subnets, SecurityGroup: s.SecurityGroup, Tags: s.Tags, AddedAt: s.CreatedAt,
	}
	return append([]Region{primary}, s.Additional...)
}

// Place finds the directory's place in a Region.
func (s Spec) Place(region string) (Region, bool) {
	places := s.Places()
	i := slices.IndexFunc(places, func(r Region) bool { return r.Name == region })
	if i < 0 {
		return Region{}, false
	}
	return places[i], true
}

// DCsIn lists the domain controllers in a Region, those that are to go
// included.
func (s Spec) DCsIn(region string) []DC {
	var list []DC
	for _, dc := range s.DCs {
		if s.RegionOf(dc) == region {
			list = append(list, dc)
		}
	}
	return list
}

// RegionOf is the Region that a domain controller is in.
func (s Spec) RegionOf(dc DC) string {
	if dc.Region == "" {
		return s.Region
	}
	return dc.Region
}

// RegionStatus is what became of an additional Region.
type RegionStatus struct {
	Name       string
	Stage      Stage
	Reason     string
	Since      time.Time
	LaunchTime time.Time // when it became Active first
}
