package service

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/store"
)

// CreateLogSubscription has the security logs of a directory's domain
// controllers in the caller's Region forwarded to a log group. Log groups are
// made by the server's administrator, who says where their records go.
func (s *Service) CreateLogSubscription(ctx context.Context, caller audit.Caller, in *directoryservice.CreateLogSubscriptionInput) (*directoryservice.CreateLogSubscriptionOutput, error) {
	id, group := val(in.DirectoryId), val(in.LogGroupName)
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryByID(caller, id)
		if err != nil {
			return err
		}
		key := directory.LogSubscriptionKey(d.Value.ID, caller.Region)
		o, ok := store.LogSubscriptions.Get(s.store, key)
		switch {
		case !slices.Contains(s.cfg.LogGroups, group):
			return errs.E(errs.NotFound, "Log group %s does not exist. The server knows the log groups that it was started with (--log-group).", group)
		case ok && o.Value.Delete:
			return errs.E(errs.Refused, "The former log subscription of directory %s in %s is being deleted. Retry the operation in a moment.", id, caller.Region)
		case ok:
			return errs.E(errs.Exists, "Directory %s has a log subscription in %s already, to log group %s. It can have one per Region.", id, caller.Region, o.Value.Group)
		}
		store.LogSubscriptions.Put(tx, key, directory.LogSubscription{Directory: d.Value.ID, Region: caller.Region, Group: group, CreatedAt: s.now()}, 0)
		s.audit(tx, caller, "CreateLogSubscription", id, "LogGroupName", group)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.CreateLogSubscriptionOutput{}, nil
}

// DeleteLogSubscription ends that.
func (s *Service) DeleteLogSubscription(ctx context.Context, caller audit.Caller, in *directoryservice.DeleteLogSubscriptionInput) (*directoryservice.DeleteLogSubscriptionOutput, error) {
	id := val(in.DirectoryId)
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryByID(caller, id)
		if err != nil {
			return err
		}
		o, ok := store.LogSubscriptions.Get(s.store, directory.LogSubscriptionKey(d.Value.ID, caller.Region))
		if !ok || o.Value.Delete {
			return errs.E(errs.NotFound, "Directory %s has no log subscription in %s", id, caller.Region)
		}
		o.Value.Delete = true
		store.LogSubscriptions.Put(tx, o.Key, o.Value, o.Revision)
		s.audit(tx, caller, "DeleteLogSubscription", id)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.DeleteLogSubscriptionOutput{}, nil
}

// ListLogSubscriptions lists the subscription of a directory, or those of all
// directories of the caller, in the caller's Region.
func (s *Service) ListLogSubscriptions(_ context.Context, caller audit.Caller, in *directoryservice.ListLogSubscriptionsInput) (*directoryservice.ListLogSubscriptionsOutput, error) {
	if in.DirectoryId != nil {
		if _, err := s.directoryByID(caller, *in.DirectoryId); err != nil {
			return nil, err
		}
	}
	var all []directory.LogSubscription
	for o := range store.LogSubscriptions.All(s.store) {
		sub := o.Value
		if sub.Delete || sub.Region != caller.Region || in.DirectoryId != nil && *in.DirectoryId != string(sub.Directory) {
			continue
		}
		if _, err := s.directoryByID(caller, string(sub.Directory)); err == nil {
			all = append(all, sub)
		}
	}
	bind := paging.Bind(caller.Account, caller.Region, "ListLogSubscriptions", val(in.DirectoryId))
	page, next, err := paging.Page(all, func(l directory.LogSubscription) string { return string(l.Directory) }, val(in.Limit), val(in.NextToken), bind, s.cfg.TokenKey)
	if err != nil {
		return nil, err
	}
	out := &directoryservice.ListLogSubscriptionsOutput{LogSubscriptions: make([]types.LogSubscription, 0, len(page)), NextToken: text(next)}
	for _, sub := range page {
		out.LogSubscriptions = append(out.LogSubscriptions, types.LogSubscription{
			DirectoryId: text(sub.Directory), LogGroupName: text(sub.Group), SubscriptionCreatedDateTime: when(sub.CreatedAt),
		})
	}
	return out, nil
}
