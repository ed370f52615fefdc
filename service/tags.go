package service

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// newTags checks a request's tags and gives them as a map, nil for none.
func newTags(list []types.Tag) (map[string]string, error) {
	var tags map[string]string
	for _, t := range list {
		key, value := val(t.Key), val(t.Value)
		if err := directory.CheckTag(key, value); err != nil {
			return nil, err
		}
		if _, twice := tags[key]; twice {
			return nil, errs.E(errs.Invalid, "Tag key \"%s\" is given twice.", key)
		}
		if tags == nil {
			tags = map[string]string{}
		}
		tags[key] = value
	}
	return tags, nil
}

// AddTagsToResource sets tags of a directory; a key that exists gets the new
// value. In every Region it has tags of its own.
func (s *Service) AddTagsToResource(ctx context.Context, caller audit.Caller, in *directoryservice.AddTagsToResourceInput) (*directoryservice.AddTagsToResourceOutput, error) {
	added, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	err = s.changeTags(ctx, caller, "AddTagsToResource", val(in.ResourceId), slices.Sorted(maps.Keys(added)), func(tags map[string]string) error {
		maps.Copy(tags, added)
		if len(tags) > s.cfg.Limits.Tags {
			return errs.E(errs.TagLimit, "Tag limit exceeded")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &directoryservice.AddTagsToResourceOutput{}, nil
}

// RemoveTagsFromResource takes tags of a directory away; keys that it does not
// have are no error.
func (s *Service) RemoveTagsFromResource(ctx context.Context, caller audit.Caller, in *directoryservice.RemoveTagsFromResourceInput) (*directoryservice.RemoveTagsFromResourceOutput, error) {
	err := s.changeTags(ctx, caller, "RemoveTagsFromResource", val(in.ResourceId), in.TagKeys, func(tags map[string]string) error {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &directoryservice.RemoveTagsFromResourceOutput{}, nil
}

func (s *Service) changeTags(ctx context.Context, caller audit.Caller, operation, id string, keys []string, change func(map[string]string) error) error {
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryByID(caller, id)
		if err != nil {
			return err
		}
		tags := maps.Clone(d.Place.Tags)
		if tags == nil {
			tags = map[string]string{}
		}
		if err := change(tags); err != nil {
			return err
		}
		d.Value.ChangePlace(caller.Region, func(r *directory.Region) { r.Tags = tags })
		store.Directories.Put(tx, id, d.Value, d.Revision)
		s.audit(tx, caller, operation, id, "TagKeys", strings.Join(keys, ","))
		return nil
	})
	return classified(err)
}

// ListTagsForResource lists the tags of a directory, by key, all at once:
// there are at most 50, and AWS reserves Limit and NextToken.
func (s *Service) ListTagsForResource(_ context.Context, caller audit.Caller, in *directoryservice.ListTagsForResourceInput) (*directoryservice.ListTagsForResourceOutput, error) {
	d, err := s.directoryByID(caller, val(in.ResourceId))
	if err != nil {
		return nil, err
	}
	if val(in.NextToken) != "" {
		return nil, errs.E(errs.InvalidNextToken, "Invalid value passed for the NextToken parameter.")
	}
	out := &directoryservice.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, key := range slices.Sorted(maps.Keys(d.Place.Tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: new(key), Value: new(d.Place.Tags[key])})
	}
	return out, nil
}
