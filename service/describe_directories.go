package service

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// DescribeDirectories lists the caller's directories in the Region, or those
// named.
func (s *Service) DescribeDirectories(_ context.Context, caller audit.Caller, in *directoryservice.DescribeDirectoriesInput) (*directoryservice.DescribeDirectoriesOutput, error) {
	if in.DirectoryIds != nil && len(in.DirectoryIds) == 0 {
		return nil, errs.E(errs.Invalid, "The list of directory ids must not be empty.")
	}
	all, err := s.directories(caller, in.DirectoryIds)
	if err != nil {
		return nil, err
	}
	bind := paging.Bind(append([]string{caller.Account, caller.Region, "DescribeDirectories"}, in.DirectoryIds...)...)
	page, next, err := paging.Page(all, func(f found) string { return f.Key }, val(in.Limit), val(in.NextToken), bind, s.cfg.TokenKey)
	if err != nil {
		return nil, err
	}
	out := &directoryservice.DescribeDirectoriesOutput{DirectoryDescriptions: []types.DirectoryDescription{}, NextToken: text(next)}
	for _, f := range page {
		out.DirectoryDescriptions = append(out.DirectoryDescriptions, describeDirectory(caller.Region, f))
	}
	return out, nil
}

// directories gives the directories named, or all when ids is nil, by id.
func (s *Service) directories(caller audit.Caller, ids []string) ([]found, error) {
	var list []found
	for _, id := range sortedSet(ids) {
		f, err := s.directoryByID(caller, id)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	if ids != nil {
		return list, nil
	}
	for o := range store.Directories.All(s.store) {
		if !mine(caller, o.Value) {
			continue
		}
		if f := s.join(caller, o); f.Stage != directory.StageDeleted {
			list = append(list, f)
		}
	}
	return list, nil
}

func sortedSet(ids []string) []string { return slices.Compact(slices.Sorted(slices.Values(ids))) }

// describeDirectory describes a directory as one of its Regions has it.
func describeDirectory(region string, f found) types.DirectoryDescription {
	spec, alias := f.Value, f.Place.Alias
	if alias == "" {
		alias = string(spec.ID)
	}
	d := types.DirectoryDescription{
		DirectoryId: text(spec.ID), Type: types.DirectoryTypeMicrosoftAd,
		Name: text(spec.GivenName), ShortName: text(shortName(spec)), Description: text(spec.Description),
		Edition: types.DirectoryEdition(spec.Edition), Size: size(spec.Edition),
		Alias: text(alias), AccessUrl: text(strings.ToLower(alias) + ".awsapps.com"),
		Stage: types.DirectoryStage(f.Stage), StageReason: text(stageReason(f, region)),
		StageLastUpdatedDateTime: when(firstTime(stageSince(f, region), f.Place.AddedAt)), LaunchTime: when(f.Place.AddedAt),
		DesiredNumberOfDomainControllers: new(int32(spec.Desired(region))),
		NetworkType:                      types.NetworkTypeIpv4Only,
		RegionsInfo:                      &types.RegionsInfo{PrimaryRegion: text(spec.Region), AdditionalRegions: []string{}},
		VpcSettings: &types.DirectoryVpcSettingsDescription{
			VpcId: text(f.Place.VPC), SecurityGroupId: text(f.Place.SecurityGroup)},
	}
	for _, r := range spec.Additional {
		d.RegionsInfo.AdditionalRegions = append(d.RegionsInfo.AdditionalRegions, r.Name)
	}
	for _, dc := range answering(f, region) {
		d.DnsIpAddrs = append(d.DnsIpAddrs, dc.Address.String())
	}
	for _, id := range f.Place.Subnets {
		d.VpcSettings.SubnetIds = append(d.VpcSettings.SubnetIds, string(id))
		d.VpcSettings.AvailabilityZones = append(d.VpcSettings.AvailabilityZones, zoneOf(spec, id))
	}
	return d
}

// answering are the domain controllers that clients in a Region are to ask:
// all that are to be there while the Region is being set up, and afterwards
// those that have been.
func answering(f found, region string) []directory.DC {
	var list []directory.DC
	for i, dc := range f.Value.DCsIn(region) {
		st, _ := f.Status.DCByID(dc.ID)
		if !dc.Delete && (st.State.Up() || i < directory.MinDCs) {
			list = append(list, dc)
		}
	}
	return list
}

// stageSince is when the stage in the Region came about.
func stageSince(f found, region string) time.Time {
	if region == f.Value.Region {
		return f.Status.StageSince
	}
	st, _ := f.Status.RegionByName(region)
	return st.Since
}

// shortName is the NetBIOS name as its caller spelled it: clients compare.
func shortName(spec directory.Spec) string {
	if spec.GivenShort != "" {
		return spec.GivenShort
	}
	return string(spec.ShortName)
}

func size(e directory.Edition) types.DirectorySize {
	if e == directory.Standard {
		return types.DirectorySizeSmall
	}
	return types.DirectorySizeLarge
}

// stageReason is the reconciler's reason, or what is being done meanwhile.
func stageReason(f found, region string) string {
	if region != f.Value.Region {
		st, _ := f.Status.RegionByName(region)
		return st.Reason
	}
	switch {
	case f.Stage == directory.StageDeleting && f.Status.Stage != directory.StageDeleting:
		return ""
	case f.Status.StageReason != "" || f.Stage == directory.StageActive:
		return f.Status.StageReason
	}
	return f.Status.Step
}

func zoneOf(spec directory.Spec, id vpc.SubnetID) string {
	for _, dc := range spec.DCs {
		if dc.Subnet == id {
			return dc.AZ
		}
	}
	return ""
}
