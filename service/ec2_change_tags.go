package service

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// EC2TagsInput is the input of EC2's CreateTags and DeleteTags.
type EC2TagsInput struct {
	Resources []string `form:"ResourceId"`
	Tags      []EC2Tag
}

// maxTagged is how many objects one call takes; EC2 takes 1000, etcd fewer in
// one transaction.
const maxTagged = 100

// CreateTags sets tags of objects, all of the request or none; a key that
// exists gets the new value.
func (s *Service) CreateTags(ctx context.Context, caller audit.Caller, in *EC2TagsInput) (*EC2Return, error) {
	if len(in.Tags) == 0 {
		return nil, required("tagSet", "")
	}
	return s.changeEC2Tags(ctx, caller, "CreateTags", in, func(tags map[string]string) error {
		for _, t := range in.Tags {
			tags[t.Key] = val(t.Value)
		}
		return checkEC2Tags(tags)
	})
}

// DeleteTags takes tags of objects away: those with the keys given, and the
// values where they are given; all when no key is.
func (s *Service) DeleteTags(ctx context.Context, caller audit.Caller, in *EC2TagsInput) (*EC2Return, error) {
	return s.changeEC2Tags(ctx, caller, "DeleteTags", in, func(tags map[string]string) error {
		if len(in.Tags) == 0 {
			clear(tags)
		}
		for _, t := range in.Tags {
			if have, ok := tags[t.Key]; ok && (t.Value == nil || *t.Value == have) {
				delete(tags, t.Key)
			}
		}
		return nil
	})
}

func (s *Service) changeEC2Tags(ctx context.Context, caller audit.Caller, operation string, in *EC2TagsInput, change func(map[string]string) error) (*EC2Return, error) {
	if len(in.Resources) == 0 {
		return nil, required("resourceIdSet", "")
	}
	ids := slices.Compact(slices.Sorted(slices.Values(in.Resources)))
	if len(ids) > maxTagged {
		return nil, ec2Error(errs.Invalid, "InvalidParameterValue", "A call may name %d resources at most.", maxTagged)
	}
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		t := &tagged{service: s, caller: caller, vpcs: map[string]store.Object[vpc.Spec]{}, groups: map[string]store.Object[vpc.Group]{}}
		for _, id := range ids {
			if err := t.change(id, change); err != nil {
				return err
			}
		}
		t.put(tx)
		var keys []string
		for _, tag := range in.Tags {
			keys = append(keys, tag.Key)
		}
		s.audit(tx, caller, operation, strings.Join(ids, ","), "TagKeys", strings.Join(keys, ","))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &EC2Return{Return: true}, nil
}

// tagged collects what one call changes: several subnets are in one VPC, and
// several rules in one group.
type tagged struct {
	service *Service
	caller  audit.Caller
	vpcs    map[string]store.Object[vpc.Spec]
	groups  map[string]store.Object[vpc.Group]
}

func (t *tagged) put(tx *store.Txn) {
	for key, o := range t.vpcs {
		store.VPCs.Put(tx, key, o.Value, o.Revision)
	}
	for key, o := range t.groups {
		store.SecurityGroups.Put(tx, key, o.Value, o.Revision)
	}
}

// change changes the tags of one object.
func (t *tagged) change(id string, change func(map[string]string) error) error {
	kind, _, _ := strings.Cut(id, "-")
	switch kind {
	case "vpc":
		o, ok := t.vpcs[id]
		if !ok {
			var err error
			if o, err = t.service.vpcByID(t.caller, id); err != nil {
				return err
			}
		}
		err := changeTagsOf(&o.Value.Tags, change)
		t.vpcs[id] = o
		return err
	case "subnet":
		return t.changeSubnet(id, change)
	case "sg":
		o, ok := t.groups[id]
		if !ok {
			var err error
			if o, err = t.service.groupByID(t.caller, id); err != nil {
				return err
			}
		}
		err := changeTagsOf(&o.Value.Tags, change)
		t.groups[id] = o
		return err
	case "sgr":
		return t.changeRule(id, change)
	case "eni", "rtb", "acl":
		return unsupported("The resource %s comes and goes with what it belongs to, and takes no tags. VPCs, subnets, security groups and their rules do.", shorten(id))
	}
	return ec2Error(errs.Invalid, "InvalidID", "The ID '%s' is not valid", shorten(id))
}

func (t *tagged) changeSubnet(id string, change func(map[string]string) error) error {
	o, at, err := t.service.subnetByID(t.caller, id)
	if err != nil {
		return err
	}
	if had, ok := t.vpcs[o.Key]; ok {
		o = had
	}
	err = changeTagsOf(&o.Value.Subnets[at].Tags, change)
	t.vpcs[o.Key] = o
	return err
}

func (t *tagged) changeRule(id string, change func(map[string]string) error) error {
	for o := range store.SecurityGroups.All(t.service.store) {
		at := o.Value.RuleByID(vpc.RuleID(id))
		if at < 0 || o.Value.Region != t.caller.Region {
			continue
		}
		own, ok := t.groups[o.Key]
		if !ok {
			own, _ = store.SecurityGroups.Get(t.service.store, o.Key)
		}
		if at = own.Value.RuleByID(vpc.RuleID(id)); at < 0 {
			break // gone meanwhile
		}
		err := changeTagsOf(&own.Value.Rules[at].Tags, change)
		t.groups[o.Key] = own
		return err
	}
	return ec2Error(errs.NotFound, "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '%s' does not exist", shorten(id))
}

func changeTagsOf(tags *map[string]string, change func(map[string]string) error) error {
	changed := maps.Clone(*tags)
	if changed == nil {
		changed = map[string]string{}
	}
	*tags = changed
	return change(changed)
}
