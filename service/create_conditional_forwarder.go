package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
)

// CreateConditionalForwarder adds a conditional forwarder and answers when the
// domain controllers that run serve it.
func (s *Service) CreateConditionalForwarder(ctx context.Context, caller audit.Caller, in *directoryservice.CreateConditionalForwarderInput) (*directoryservice.CreateConditionalForwarderOutput, error) {
	err := s.changeForwarder(ctx, caller, forwarderCall{
		operation: "CreateConditionalForwarder",
		directory: in.DirectoryId, domain: in.RemoteDomainName, addrs: in.DnsIpAddrs, addrs6: in.DnsIpv6Addrs,
		change: func(old directory.Forwarder, ok bool, addresses []string, d directory.Spec) (directory.Forwarder, error) {
			if ok {
				return old, errs.E(errs.Exists, "A conditional forwarder for domain %s already exists in directory %s", old.RemoteDomain, d.ID)
			}
			if directory.Below(old.RemoteDomain, d.Name) {
				return old, errs.E(errs.Invalid, "Invalid remote domain name. %s belongs to %s, the name of this directory, whose own DNS servers answer for it.", old.RemoteDomain, d.Name)
			}
			addrs, err := directory.ParseForwarderAddresses(addresses, d.DCs)
			return directory.Forwarder{Directory: d.ID, RemoteDomain: old.RemoteDomain, Addresses: addrs, CreatedAt: s.now()}, err
		},
	})
	if err != nil {
		return nil, err
	}
	return &directoryservice.CreateConditionalForwarderOutput{}, nil
}
