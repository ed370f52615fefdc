package directory

import (
	"net/netip"
	"slices"
	"time"

	"github.com/entente-ad/entente/vpc"
)

// How far a directory reaches (AWS's quotas).
const (
	MaxRegions = 5  // the primary one included
	MinDCs     = 2  // domain controllers in each Region
	MaxDCs     = 20 // the same
)

// Region is a directory's place in one Region: its primary one, or one that
// AddRegion added.
type Region struct {
	Name          string            `json:"Name"` // "eu-west-1"
	VPC           vpc.ID            `json:"VPC"`
	Subnets       []vpc.SubnetID    `json:"Subnets"`       // two, in two availability zones
	SecurityGroup vpc.GroupID       `json:"SecurityGroup"` // of the domain controllers there
	Alias         string            `json:"Alias"`         // "" means the directory id
	Tags          map[string]string `json:"Tags"`
	AddedAt       time.Time         `json:"AddedAt"`
	Delete        bool              `json:"Delete"` // no longer wanted
}

// Places lists the directory's Regions, the primary one first.
func (s Spec) Places() []Region {
	primary := Region{
		Name: s.Region, VPC: s.VPC, Subnets: s.Subnets, SecurityGroup: s.SecurityGroup, Alias: s.Alias, Tags: s.Tags, AddedAt: s.CreatedAt,
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

// ChangePlace changes what belongs to one Region alone: alias, tags and
// security group, or, in an additional Region, that it is to go. It reports
// whether the directory is in that Region.
func (s *Spec) ChangePlace(region string, change func(*Region)) bool {
	place, ok := s.Place(region)
	if !ok {
		return false
	}
	change(&place)
	if region == s.Region {
		s.SecurityGroup, s.Alias, s.Tags = place.SecurityGroup, place.Alias, place.Tags
		return true
	}
	s.Additional = slices.Clone(s.Additional)
	i := slices.IndexFunc(s.Additional, func(r Region) bool { return r.Name == region })
	s.Additional[i] = place
	return true
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

// Staying are the domain controllers that are not to go.
func (s Spec) Staying() []DC {
	return slices.DeleteFunc(slices.Clone(s.DCs), func(dc DC) bool { return dc.Delete })
}

// Desired counts the domain controllers wanted in a Region.
func (s Spec) Desired(region string) int {
	n := 0
	for _, dc := range s.DCsIn(region) {
		if !dc.Delete {
			n++
		}
	}
	return n
}

// PlaceOf is the place of a domain controller.
func (s Spec) PlaceOf(dc DC) Region {
	place, _ := s.Place(s.RegionOf(dc))
	return place
}

// Members are the domain controllers that make up the domain at this moment,
// the PDC emulator first: those wanted that have been brought up, whether they
// answer or not. One that is being made, or is to go, is none of them.
func (s Spec) Members(status Status) []Instance {
	var list []Instance
	for i, inst := range s.Instances() {
		st, _ := status.DCByID(inst.DC.ID)
		if i == 0 || st.State.Up() && !inst.DC.Delete {
			list = append(list, inst)
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
	Name       string    `json:"Name"`
	Stage      Stage     `json:"Stage"`
	Reason     string    `json:"Reason"`
	Since      time.Time `json:"Since"`
	LaunchTime time.Time `json:"LaunchTime"` // when it became Active first
}

// RegionByName finds what became of an additional Region; ok is false when
// nothing has yet.
func (s Status) RegionByName(name string) (st RegionStatus, ok bool) {
	i := slices.IndexFunc(s.Regions, func(r RegionStatus) bool { return r.Name == name })
	if i < 0 {
		return RegionStatus{}, false
	}
	return s.Regions[i], true
}

// StageIn is the stage that callers in a Region are told. A Region that is no
// longer wanted is Deleting from the moment RemoveRegion answers.
func StageIn(spec Spec, status Status, region string) Stage {
	if region == spec.Region {
		return Now(spec, status)
	}
	place, ok := spec.Place(region)
	st, known := status.RegionByName(region)
	switch {
	case !ok:
		return StageDeleted
	case place.Delete || spec.Delete:
		return StageDeleting
	case !known || st.Stage == "":
		return StageRequested
	}
	return st.Stage
}

// Site is a Region as Active Directory sees it: the addresses that are there
// and the domain controllers known to be, by NetBIOS host name.
type Site struct {
	Region   string
	Prefixes []netip.Prefix
	Hosts    []string
}
