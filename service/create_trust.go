package service

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// CreateTrust writes our side of a trust as wanted, with its password and,
// when addresses are given, its conditional forwarder. Nobody speaks to the
// partner before the answer.
func (s *Service) CreateTrust(ctx context.Context, caller audit.Caller, in *directoryservice.CreateTrustInput) (*directoryservice.CreateTrustOutput, error) {
	if err := offered(in); err != nil {
		return nil, err
	}
	password := secret.New(val(in.TrustPassword))
	if err := trust.CheckPassword(password); err != nil {
		return nil, err
	}
	id := trust.NewID(random5())
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryInPrimary(caller, val(in.DirectoryId), errs.Unsupported)
		if err != nil {
			return err
		}
		spec, err := trust.NewSpec(trust.New{
			ID: id, Own: d.Value, RemoteName: val(in.RemoteDomainName),
			Direction: trust.Direction(in.TrustDirection), Type: trust.Type(in.TrustType),
			Selective: in.SelectiveAuth == types.SelectiveAuthEnabled, Now: s.now(),
		})
		if err != nil {
			return err
		}
		if err := s.trustFits(d, spec); err != nil {
			return err
		}
		if err := s.forwarderForTrust(tx, d.Value, spec, in.ConditionalForwarderIpAddrs); err != nil {
			return err
		}
		claim := trust.Claim(spec)
		tx.Claim(claim.Key, claim.Owner)
		store.Trusts.Put(tx, string(id), spec, 0)
		tx.SetSecret(trust.SecretPassword(id), password)
		store.Directories.Expect(tx, d.Object) // it is not being deleted at the same moment
		store.Trusts.Counted(tx)               // no other trust fills its quota
		s.audit(tx, caller, "CreateTrust", string(id),
			"DirectoryId", d.Key, "RemoteDomainName", spec.RemoteDomainName, "TrustDirection", string(spec.Direction),
			"TrustType", string(spec.Type), "SelectiveAuth", string(selectiveAuth(spec)),
			"ConditionalForwarderIpAddrs", strings.Join(in.ConditionalForwarderIpAddrs, ","))
		return nil
	})
	if _, taken := takenBy(err, "trust/"); taken {
		return nil, s.trustExists(val(in.DirectoryId), val(in.RemoteDomainName))
	}
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.CreateTrustOutput{TrustId: text(id)}, nil
}

// offered refuses what the API knows and Entente does not do.
func offered(in *directoryservice.CreateTrustInput) error {
	switch {
	case len(in.ConditionalForwarderIpv6Addrs) > 0:
		return errs.E(errs.Unsupported, "IPv6 addresses of conditional forwarders are not supported: domain controllers have IPv4 addresses only. Use ConditionalForwarderIpAddrs.")
	case in.SelectiveAuth != "":
		_, err := wantsSelective(in.SelectiveAuth)
		return err
	}
	return nil
}

// trustFits applies the rules about a new trust that need the store: the
// directory works, the pair has none yet, the quota is not used up.
func (s *Service) trustFits(d found, spec trust.Spec) error {
	if !d.usable() {
		return d.notUsable(errs.Refused)
	}
	if s.store.Claimed(trust.ClaimPair(spec.Directory, spec.Remote)) != "" {
		return s.trustExists(d.Key, spec.RemoteDomainName)
	}
	if !spec.Direction.HasOutgoing() {
		return nil
	}
	outgoing := 0
	for o := range store.Trusts.All(s.store) {
		if o.Value.Directory == spec.Directory && o.Value.Direction.HasOutgoing() {
			outgoing++
		}
	}
	if outgoing >= s.cfg.Limits.OutgoingTrusts {
		return errs.E(errs.Refused, "Trust limit exceeded. Directory %s has %d trusts with an outgoing direction, which is as many as this installation allows per directory. Incoming trusts are not counted.", d.Key, outgoing)
	}
	return nil
}

// trustExists says which trust the pair has already.
func (s *Service) trustExists(id, remote string) error {
	name := directory.Normalise(remote)
	e := errs.E(errs.Exists, "A trust between directory %s and domain %s already exists.", id, name)
	owner := s.store.Claimed(trust.ClaimPair(directory.ID(id), name))
	if o, ok := store.Trusts.Get(s.store, owner); ok {
		e.Message = "A trust between directory " + id + " and domain " + string(name) + " already exists: " + owner + "."
		if o.Value.Delete {
			e.Hint = "It is being deleted. Retry when DescribeTrusts no longer shows it."
		}
	}
	return e
}

// forwarderForTrust adds the conditional forwarder of a new trust to its
// transaction. An equal one is used as it is; another one is not overwritten,
// since somebody may depend on it.
func (s *Service) forwarderForTrust(tx *store.Txn, d directory.Spec, spec trust.Spec, addresses []string) error {
	if len(addresses) == 0 {
		return nil
	}
	addrs, err := directory.ParseForwarderAddresses(addresses, d.DCs)
	if err != nil {
		return err
	}
	fwd := directory.Forwarder{Directory: d.ID, RemoteDomain: spec.Remote, Addresses: addrs, CreatedAt: spec.CreatedAt}
	old, ok := store.Forwarders.Get(s.store, fwd.Key())
	switch {
	case ok && !old.Value.Delete && sameAddresses(old.Value.Addresses, addrs):
		return nil
	case ok && !old.Value.Delete:
		return errs.E(errs.Exists, "A conditional forwarder for domain %s already exists in directory %s, with the DNS server addresses %s. Leave out the addresses to use it, or change it with UpdateConditionalForwarder first.",
			spec.Remote, d.ID, joinAddresses(old.Value.Addresses))
	}
	store.Forwarders.Put(tx, fwd.Key(), fwd, old.Revision)
	return nil
}

func sameAddresses(a, b []netip.Addr) bool {
	byAddress := func(x, y netip.Addr) int { return x.Compare(y) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), byAddress), slices.SortedFunc(slices.Values(b), byAddress))
}

func joinAddresses(list []netip.Addr) string { return strings.Join(addressTexts(list), ", ") }

func addressTexts(list []netip.Addr) []string {
	texts := make([]string, len(list))
	for i, a := range list {
		texts[i] = a.String()
	}
	return texts
}
