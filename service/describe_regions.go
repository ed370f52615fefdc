package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/vpc"
)

// DescribeRegions lists the Regions of a directory, the primary one first, or
// the one named, if it is one of them.
func (s *Service) DescribeRegions(_ context.Context, caller audit.Caller, in *directoryservice.DescribeRegionsInput) (*directoryservice.DescribeRegionsOutput, error) {
	d, err := s.replicated(caller, val(in.DirectoryId))
	if err != nil {
		return nil, err
	}
	var places []directory.Region
	for _, place := range d.Value.Places() {
		if in.RegionName == nil || place.Name == *in.RegionName {
			places = append(places, place)
		}
	}
	bind := paging.Bind(caller.Account, caller.Region, "DescribeRegions", d.Key, val(in.RegionName))
	page, next, err := paging.Page(places, func(r directory.Region) string { return orderOf(d.Value, r) }, 0, val(in.NextToken), bind, s.cfg.TokenKey)
	if err != nil {
		return nil, err
	}
	out := &directoryservice.DescribeRegionsOutput{RegionsDescription: []types.RegionDescription{}, NextToken: text(next)}
	for _, place := range page {
		out.RegionsDescription = append(out.RegionsDescription, describeRegion(d, place))
	}
	return out, nil
}

// orderOf sorts Regions by the time at which they came, the primary one first.
func orderOf(d directory.Spec, r directory.Region) string {
	if r.Name == d.Region {
		return "0"
	}
	return "1" + r.AddedAt.UTC().Format("2006-01-02T15:04:05.000000000Z") + r.Name
}

func describeRegion(d found, place directory.Region) types.RegionDescription {
	kind, since, launched := types.RegionTypeAdditional, place.AddedAt, place.AddedAt
	if place.Name == d.Value.Region {
		kind = types.RegionTypePrimary
		since = firstTime(d.Status.StageSince, place.AddedAt)
	}
	if st, ok := d.Status.RegionByName(place.Name); ok {
		since, launched = firstTime(st.Since, since), firstTime(st.LaunchTime, launched)
	}
	return types.RegionDescription{
		DirectoryId: text(d.Value.ID), RegionName: text(place.Name), RegionType: kind,
		Status:                           types.DirectoryStage(directory.StageIn(d.Value, d.Status, place.Name)),
		DesiredNumberOfDomainControllers: new(int32(d.Value.Desired(place.Name))),
		VpcSettings:                      &types.DirectoryVpcSettings{VpcId: text(place.VPC), SubnetIds: texts(place.Subnets)},
		LaunchTime:                       when(launched), StatusLastUpdatedDateTime: when(since), LastUpdatedDateTime: when(since),
	}
}

func texts(ids []vpc.SubnetID) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = string(id)
	}
	return list
}
