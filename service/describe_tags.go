package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/store"
)

// DescribeTagsInput is EC2's.
type DescribeTagsInput struct {
	Filters    []EC2Filter
	MaxResults *int32
	NextToken  *string
}

// DescribeTagsOutput is EC2's.
type DescribeTagsOutput struct {
	Tags      []EC2TagDescription
	NextToken *string
}

// EC2TagDescription is a tag with what has it.
type EC2TagDescription struct {
	Key          string
	ResourceId   string
	ResourceType string
	Value        *string
}

// DescribeTags lists the tags of all that has some in the caller's Region.
func (s *Service) DescribeTags(_ context.Context, caller audit.Caller, in *DescribeTagsInput) (*DescribeTagsOutput, error) {
	if err := checkFilters(in.Filters, tagFilter(EC2TagDescription{})); err != nil {
		return nil, err
	}
	var list []EC2TagDescription
	add := func(kind, id string, tags map[string]string) {
		for key, value := range tags {
			t := EC2TagDescription{Key: key, ResourceId: id, ResourceType: kind, Value: &value}
			if passes(in.Filters, tagFilter(t)) {
				list = append(list, t)
			}
		}
	}
	for o := range store.VPCs.All(s.store) {
		if o.Value.Region != caller.Region || o.Value.Delete {
			continue
		}
		add("vpc", o.Key, o.Value.Tags)
		for _, n := range o.Value.Subnets {
			add("subnet", string(n.ID), n.Tags)
		}
	}
	for o := range store.SecurityGroups.All(s.store) {
		if o.Value.Region != caller.Region {
			continue
		}
		add("security-group", o.Key, o.Value.Tags)
		for _, r := range o.Value.Rules {
			add("security-group-rule", string(r.ID), r.Tags)
		}
	}
	p := page{"DescribeTags", nil, in.Filters, in.MaxResults, in.NextToken}
	out := &DescribeTagsOutput{}
	var err error
	out.Tags, out.NextToken, err = cut(s, caller, p, list, func(t EC2TagDescription) string { return t.ResourceId + "\x00" + t.Key })
	return out, err
}

func tagFilter(t EC2TagDescription) filterValues {
	return withTags(map[string]string{t.Key: val(t.Value)}, table(map[string][]string{
		"key":           {t.Key},
		"value":         {val(t.Value)},
		"resource-id":   {t.ResourceId},
		"resource-type": {t.ResourceType},
	}))
}
