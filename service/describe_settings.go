package service

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/store"
)

// allowedValues is JSON inside a string, as AWS sends it.
const allowedValues = `["Enable","Disable"]`

// DescribeSettings lists a directory's settings, or those whose last request
// is in one state.
func (s *Service) DescribeSettings(_ context.Context, caller audit.Caller, in *directoryservice.DescribeSettingsInput) (*directoryservice.DescribeSettingsOutput, error) {
	d, err := s.here(caller, val(in.DirectoryId))
	if err != nil {
		return nil, err
	}
	wish, _ := store.Settings.Get(s.store, d.Key)
	status, _ := store.ConfigStatus.Get(s.store, d.Key)
	var all []types.SettingEntry
	for _, set := range directory.Settings() {
		if !set.Known() {
			continue // Samba does not have it at all
		}
		e := settingEntry(set, d.Value, wish.Value, status.Value)
		if in.Status == "" || in.Status == e.RequestStatus {
			all = append(all, e)
		}
	}
	bind := paging.Bind(caller.Account, caller.Region, "DescribeSettings", d.Key, string(in.Status))
	if _, _, err := paging.Page(all, func(e types.SettingEntry) string { return val(e.Name) }, 0, val(in.NextToken), bind, s.cfg.TokenKey); err != nil {
		return nil, err
	}
	if all == nil {
		all = []types.SettingEntry{}
	}
	return &directoryservice.DescribeSettingsOutput{DirectoryId: text(d.Key), SettingEntries: all}, nil
}

func settingEntry(set directory.Setting, d directory.Spec, wish directory.SettingsSpec, st directory.ConfigStatus) types.SettingEntry {
	e := types.SettingEntry{
		Name: text(set.Name), Type: text(set.Type), AllowedValues: text(allowedValues), DataType: text("Enum"),
		AppliedValue: text(set.Default), RequestStatus: types.DirectoryConfigurationStatusDefault,
	}
	if value, ok := st.Applied[set.Name]; ok {
		e.AppliedValue = text(value)
	}
	asked, ok := wish.Wishes[set.Name]
	if !ok {
		return e
	}
	e.RequestedValue, e.LastRequestedDateTime = text(asked.Value), when(asked.At)
	e.RequestDetailedStatus = map[string]types.DirectoryConfigurationStatus{}
	overall, message := directory.SettingUpdated, ""
	for _, place := range d.Places() {
		state, reason := regionState(asked, st.Regions[place.Name])
		e.RequestDetailedStatus[place.Name] = types.DirectoryConfigurationStatus(state)
		if rank(state) > rank(overall) {
			overall, message = state, reason
		}
	}
	e.RequestStatus, e.RequestStatusMessage = types.DirectoryConfigurationStatus(overall), text(message)
	if overall == directory.SettingUpdated {
		e.LastUpdatedDateTime = when(newer(asked.At, st.Since))
	}
	return e
}

// regionState is what became of a wish in a Region.
func regionState(asked directory.SettingWish, region directory.RegionConfig) (directory.SettingState, string) {
	switch {
	case region.Serial >= asked.Serial:
		return directory.SettingUpdated, ""
	case region.State == directory.SettingUpdated || region.State == "":
		return directory.SettingRequested, ""
	}
	return region.State, region.Reason
}

// rank orders the states of Regions: the whole is what the worst one is.
func rank(s directory.SettingState) int {
	switch s {
	case directory.SettingFailed:
		return 3
	case directory.SettingUpdating:
		return 2
	case directory.SettingRequested:
		return 1
	default:
		return 0
	}
}

func newer(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
