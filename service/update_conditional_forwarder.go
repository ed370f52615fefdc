package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
)

// UpdateConditionalForwarder replaces the addresses of a conditional forwarder
// and answers when the domain controllers that run serve it. Writing the same
// addresses again empties their caches.
func (s *Service) UpdateConditionalForwarder(ctx context.Context, caller audit.Caller, in *directoryservice.UpdateConditionalForwarderInput) (*directoryservice.UpdateConditionalForwarderOutput, error) {
	err := s.changeForwarder(ctx, caller, forwarderCall{
		operation: "UpdateConditionalForwarder",
		directory: in.DirectoryId, domain: in.RemoteDomainName, addrs: in.DnsIpAddrs, addrs6: in.DnsIpv6Addrs,
		change: func(old directory.Forwarder, ok bool, addresses []string, d directory.Spec) (directory.Forwarder, error) {
			if !ok {
				return old, noForwarder(d.ID, old.RemoteDomain)
			}
			addrs, err := directory.ParseForwarderAddresses(addresses, d.DCs)
			old.Addresses = addrs
			return old, err
		},
	})
	if err != nil {
		return nil, err
	}
	return &directoryservice.UpdateConditionalForwarderOutput{}, nil
}
