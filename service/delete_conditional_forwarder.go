package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
)

// DeleteConditionalForwarder takes a conditional forwarder away, also from
// under a trust, and answers when no domain controller that runs serves it.
func (s *Service) DeleteConditionalForwarder(ctx context.Context, caller audit.Caller, in *directoryservice.DeleteConditionalForwarderInput) (*directoryservice.DeleteConditionalForwarderOutput, error) {
	err := s.changeForwarder(ctx, caller, forwarderCall{
		operation: "DeleteConditionalForwarder",
		directory: in.DirectoryId, domain: in.RemoteDomainName,
		change: func(old directory.Forwarder, ok bool, _ []string, d directory.Spec) (directory.Forwarder, error) {
			if !ok {
				return old, noForwarder(d.ID, old.RemoteDomain)
			}
			old.Delete = true
			return old, nil
		},
	})
	if err != nil {
		return nil, err
	}
	return &directoryservice.DeleteConditionalForwarderOutput{}, nil
}
