package service

import (
	"context"
	"slices"
	"strings"

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
		out.DirectoryDescriptions = append(out.DirectoryDescriptions, describeDirectory(f))
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
		if f := s.join(o); f.Stage != directory.StageDeleted {
			list = append(list, f)
		}
	}
	return list, nil
}

func sortedSet(ids []string) []string { return slices.Compact(slices.Sorted(slices.Values(ids))) }

func describeDirectory(f found) types.DirectoryDescription {
	spec, status := f.Value, f.Status
	alias := spec.Alias
	if alias == "" {
		alias = string(spec.ID)
	}
	d := types.DirectoryDescription{
		DirectoryId: text(spec.ID), Type: types.DirectoryTypeMicrosoftAd,
		Name: text(spec.GivenName), ShortName: text(shortName(spec)), Description: text(spec.Description),
		Edition: types.DirectoryEdition(spec.Edition), Size: size(spec.Edition),
		Alias: text(alias), AccessUrl: text(strings.ToLower(alias) + ".awsapps.com"),
		Stage: types.DirectoryStage(f.Stage), StageReason: text(stageReason(f)),
		StageLastUpdatedDateTime: when(status.StageSince), LaunchTime: when(spec.CreatedAt),
		DesiredNumberOfDomainControllers: new(int32(len(spec.DCs))),
		NetworkType:                      types.NetworkTypeIpv4Only,
		RegionsInfo:                      &types.RegionsInfo{PrimaryRegion: text(spec.Region), AdditionalRegions: []string{}},
		VpcSettings:                      &types.DirectoryVpcSettingsDescription{VpcId: text(spec.VPC)},
	}
	if d.StageLastUpdatedDateTime == nil {
		d.StageLastUpdatedDateTime = when(spec.CreatedAt)
	}
	for _, dc := range spec.DCs {
		d.DnsIpAddrs = append(d.DnsIpAddrs, dc.Address.String())
	}
	for _, id := range spec.Subnets {
		d.VpcSettings.SubnetIds = append(d.VpcSettings.SubnetIds, string(id))
		d.VpcSettings.AvailabilityZones = append(d.VpcSettings.AvailabilityZones, zoneOf(spec, id))
	}
	return d
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
func stageReason(f found) string {
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
