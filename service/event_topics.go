package service

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// RegisterEventTopic has changes of a directory's stage in the caller's Region
// told to a topic. Topics are made by the server's administrator, who says
// where their messages go. Registering again changes nothing.
func (s *Service) RegisterEventTopic(ctx context.Context, caller audit.Caller, in *directoryservice.RegisterEventTopicInput) (*directoryservice.RegisterEventTopicOutput, error) {
	id, name := val(in.DirectoryId), val(in.TopicName)
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryByID(caller, id)
		if err != nil {
			return err
		}
		if !slices.Contains(s.cfg.Topics, name) {
			return errs.E(errs.NotFound, "Topic %s does not exist. The server knows the topics that it was started with (--event-topic).", name)
		}
		key := directory.EventTopicKey(d.Value.ID, caller.Region, name)
		o, ok := store.EventTopics.Get(s.store, key)
		if ok && !o.Value.Delete {
			return errNothing
		}
		store.EventTopics.Put(tx, key, directory.EventTopic{
			Directory: d.Value.ID, Region: caller.Region, Name: name, CreatedAt: s.now(), Stage: d.Stage,
		}, o.Revision)
		s.audit(tx, caller, "RegisterEventTopic", id, "TopicName", name)
		return nil
	})
	if err := unlessNothing(err); err != nil {
		return nil, err
	}
	return &directoryservice.RegisterEventTopicOutput{}, nil
}

// DeregisterEventTopic ends that.
func (s *Service) DeregisterEventTopic(ctx context.Context, caller audit.Caller, in *directoryservice.DeregisterEventTopicInput) (*directoryservice.DeregisterEventTopicOutput, error) {
	id, name := val(in.DirectoryId), val(in.TopicName)
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryByID(caller, id)
		if err != nil {
			return err
		}
		o, ok := store.EventTopics.Get(s.store, directory.EventTopicKey(d.Value.ID, caller.Region, name))
		if !ok || o.Value.Delete {
			return errs.E(errs.NotFound, "Topic %s is not registered with directory %s in %s", name, id, caller.Region)
		}
		o.Value.Delete = true
		store.EventTopics.Put(tx, o.Key, o.Value, o.Revision)
		s.audit(tx, caller, "DeregisterEventTopic", id, "TopicName", name)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.DeregisterEventTopicOutput{}, nil
}

// DescribeEventTopics lists the topics of a directory, or of all directories
// of the caller in the Region, or those named.
func (s *Service) DescribeEventTopics(_ context.Context, caller audit.Caller, in *directoryservice.DescribeEventTopicsInput) (*directoryservice.DescribeEventTopicsOutput, error) {
	if in.TopicNames != nil && len(in.TopicNames) == 0 {
		return nil, errs.E(errs.Invalid, "The list of topic names must not be empty.")
	}
	if in.DirectoryId != nil {
		if _, err := s.directoryByID(caller, *in.DirectoryId); err != nil {
			return nil, err
		}
	}
	out := &directoryservice.DescribeEventTopicsOutput{EventTopics: []types.EventTopic{}}
	var seen []string
	for o := range store.EventTopics.All(s.store) {
		t := o.Value
		if t.Delete || t.Region != caller.Region || in.DirectoryId != nil && *in.DirectoryId != string(t.Directory) ||
			in.TopicNames != nil && !slices.Contains(in.TopicNames, t.Name) {
			continue
		}
		if _, err := s.directoryByID(caller, string(t.Directory)); err != nil {
			continue // somebody else's
		}
		seen = append(seen, t.Name)
		out.EventTopics = append(out.EventTopics, s.describeTopic(caller, t, store.EventTopicStatus.Peek(s.store, o.Key)))
	}
	for _, name := range in.TopicNames {
		if !slices.Contains(seen, name) {
			return nil, errs.E(errs.NotFound, "Topic %s is not registered", name)
		}
	}
	return out, nil
}

func (s *Service) describeTopic(caller audit.Caller, t directory.EventTopic, st directory.EventTopicStatus) types.EventTopic {
	state := st.State
	switch {
	case !slices.Contains(s.cfg.Topics, t.Name):
		state = directory.TopicNotFound
	case state == "":
		state = directory.TopicRegistered
	}
	return types.EventTopic{
		DirectoryId: text(t.Directory), TopicName: text(t.Name), TopicArn: text(directory.TopicARN(caller.Account, t.Region, t.Name)),
		CreatedDateTime: when(t.CreatedAt), Status: types.TopicStatus(state),
	}
}

// unlessNothing is classified but for the word that there was nothing to
// decide.
func unlessNothing(err error) error {
	if err == errNothing { //nolint:errorlint // decide gives build's error as it is
		return nil
	}
	return classified(err)
}
