package service

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/entente-ad/entente/internal/errs"
)

// EC2Tag is a tag in EC2's requests and answers. A Value that is nil was not
// given: DeleteTags then takes any.
type EC2Tag struct {
	Key   string
	Value *string
}

// EC2TagSpecification are tags for something that a request creates.
type EC2TagSpecification struct {
	ResourceType string
	Tags         []EC2Tag
}

// Lengths and numbers of EC2's tags.
const (
	maxEC2TagKey   = 128
	maxEC2TagValue = 256
	maxEC2Tags     = 50
)

// specified gives the tags that a request has for what it creates.
func specified(list []EC2TagSpecification, kind string) (map[string]string, error) {
	var tags map[string]string
	for _, spec := range list {
		if spec.ResourceType != kind {
			return nil, ec2Error(errs.Invalid, "InvalidParameterValue", "'%s' is not a valid taggable resource type for this operation.", shorten(spec.ResourceType))
		}
		for _, t := range spec.Tags {
			if _, twice := tags[t.Key]; twice {
				return nil, ec2Error(errs.Invalid, "InvalidParameterValue", "Duplicate tag key '%s' specified.", shorten(t.Key))
			}
			if tags == nil {
				tags = map[string]string{}
			}
			tags[t.Key] = val(t.Value)
		}
	}
	return tags, checkEC2Tags(tags)
}

// checkEC2Tags applies EC2's rules to all tags of one object.
func checkEC2Tags(tags map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		switch {
		case key == "":
			return ec2Error(errs.Invalid, "InvalidParameterValue", "Tag key cannot be empty")
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return ec2Error(errs.Invalid, "InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")
		case utf8.RuneCountInString(key) > maxEC2TagKey:
			return ec2Error(errs.Invalid, "InvalidParameterValue", "Tag key exceeds the maximum length of %d characters", maxEC2TagKey)
		case utf8.RuneCountInString(tags[key]) > maxEC2TagValue:
			return ec2Error(errs.Invalid, "InvalidParameterValue", "Tag value exceeds the maximum length of %d characters", maxEC2TagValue)
		}
	}
	if len(tags) > maxEC2Tags {
		return ec2Error(errs.TagLimit, "TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
	}
	return nil
}

// ec2Tags lists tags by key.
func ec2Tags(tags map[string]string) []EC2Tag {
	var list []EC2Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, EC2Tag{Key: key, Value: new(tags[key])})
	}
	return list
}
