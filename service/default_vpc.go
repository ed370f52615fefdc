package service

import (
	"context"
	"net/netip"
	"strings"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// The uniqueness keys of VPCs: one default VPC per Region, and no range twice.
const (
	claimDefaultVPC = "vpc-default/" // and the Region
	claimCIDR       = "vpc-cidr/"    // and the range
)

// defaultVPC gives the default VPC of the caller's Region, which the first
// call that looks for it creates (decision 12).
func (s *Service) defaultVPC(ctx context.Context, caller audit.Caller) (vpc.Spec, error) {
	if !vpc.ValidRegion(caller.Region) {
		return vpc.Spec{}, errs.E(errs.Invalid, "\"%s\" is not the name of a Region.", caller.Region)
	}
	for try := 0; ; try++ {
		if spec, ok := s.findDefaultVPC(caller.Region); ok {
			return spec, nil
		}
		spec, err := s.createDefaultVPC(ctx, caller)
		_, taken := takenBy(err, "vpc-")
		switch {
		case err == nil:
			return spec, nil
		case !taken || try == maxTries:
			return vpc.Spec{}, classified(err)
		}
	}
}

func (s *Service) findDefaultVPC(region string) (vpc.Spec, bool) {
	for o := range store.VPCs.All(s.store) {
		if o.Value.Default && o.Value.Region == region && !o.Value.Delete {
			return o.Value, true
		}
	}
	return vpc.Spec{}, false
}

func (s *Service) createDefaultVPC(ctx context.Context, caller audit.Caller) (spec vpc.Spec, err error) {
	_, err = s.decide(ctx, func(tx *store.Txn) error {
		cidr, err := vpc.Choose(s.cfg.VPCPool, append(s.cfg.Avoid(), s.claimedRanges()...))
		if err != nil {
			e := errs.Wrap(err, errs.Refused, "No default VPC can be made in %s: %s.", caller.Region, err)
			e.Hint = "Give `entente serve` another --vpc-pool."
			return e
		}
		subnets := [2]vpc.SubnetID{vpc.SubnetID("subnet-" + hex17()), vpc.SubnetID("subnet-" + hex17())}
		spec = vpc.Spec{
			ID: vpc.ID("vpc-" + hex17()), Region: caller.Region, CIDR: cidr, Default: true,
			Subnets: vpc.Layout(caller.Region, cidr, subnets), CreatedAt: s.now(), DNSHostnames: true,
		}
		tx.Claim(claimDefaultVPC+caller.Region, string(spec.ID))
		tx.Claim(claimCIDR+cidr.String(), string(spec.ID))
		store.VPCs.Put(tx, string(spec.ID), spec, 0)
		s.putDefaultGroup(tx, spec)
		s.audit(tx, caller, "CreateDefaultVpc", string(spec.ID), "CidrBlock", cidr.String())
		return nil
	})
	return spec, err
}

func (s *Service) claimedRanges() []netip.Prefix {
	var ranges []netip.Prefix
	for key := range s.store.Claims(claimCIDR) {
		if p, err := netip.ParsePrefix(strings.TrimPrefix(key, claimCIDR)); err == nil {
			ranges = append(ranges, p)
		}
	}
	return ranges
}
