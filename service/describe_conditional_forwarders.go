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
	"github.com/entente-ad/entente/trust"
)

// DescribeConditionalForwarders lists the conditional forwarders of a
// directory, or those for the domains named, in any spelling.
func (s *Service) DescribeConditionalForwarders(_ context.Context, caller audit.Caller, in *directoryservice.DescribeConditionalForwardersInput) (*directoryservice.DescribeConditionalForwardersOutput, error) {
	if in.RemoteDomainNames != nil && len(in.RemoteDomainNames) == 0 {
		return nil, errs.E(errs.Invalid, "The list of remote domain names must not be empty.")
	}
	d, err := s.directoryByID(caller, val(in.DirectoryId))
	if err != nil {
		return nil, err
	}
	out := &directoryservice.DescribeConditionalForwardersOutput{ConditionalForwarders: []types.ConditionalForwarder{}}
	if in.RemoteDomainNames == nil {
		for o := range store.Forwarders.All(s.store) {
			if o.Value.Directory == d.Value.ID && !o.Value.Delete {
				out.ConditionalForwarders = append(out.ConditionalForwarders, describeForwarder(o.Value))
			}
		}
		return out, nil
	}
	var wanted []directory.FQDN
	for _, name := range in.RemoteDomainNames {
		remote, err := trust.ParseRemote(name)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, remote)
	}
	slices.Sort(wanted)
	for _, remote := range slices.Compact(wanted) {
		o, ok := store.Forwarders.Get(s.store, directory.ForwarderKey(d.Value.ID, remote))
		if !ok || o.Value.Delete {
			return nil, noForwarder(d.Value.ID, remote)
		}
		out.ConditionalForwarders = append(out.ConditionalForwarders, describeForwarder(o.Value))
	}
	return out, nil
}

func describeForwarder(f directory.Forwarder) types.ConditionalForwarder {
	return types.ConditionalForwarder{
		RemoteDomainName: text(f.RemoteDomain), DnsIpAddrs: addressTexts(f.Addresses), ReplicationScope: types.ReplicationScopeDomain,
	}
}
