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
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// AddIpRoutes gives a directory's domain controllers in the caller's Region
// ways out of private address space, and opens their security group when that
// is asked for.
func (s *Service) AddIpRoutes(ctx context.Context, caller audit.Caller, in *directoryservice.AddIpRoutesInput) (*directoryservice.AddIpRoutesOutput, error) {
	routes, err := s.newRoutes(in.IpRoutes)
	if err != nil {
		return nil, err
	}
	_, err = s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.directoryByID(caller, val(in.DirectoryId))
		if err != nil {
			return err
		}
		if err := s.changeable(d, caller.Region); err != nil {
			return err
		}
		if err := s.putRoutes(tx, d, caller.Region, routes); err != nil {
			return err
		}
		if in.UpdateSecurityGroupForDirectoryControllers {
			if err := s.openControllersGroup(tx, d.Place); err != nil {
				return err
			}
		}
		store.Directories.Expect(tx, d.Object) // it is not being deleted at the same moment
		store.IPRoutes.Counted(tx)             // of two changes at once one is told of the other
		var cidrs []string
		for _, r := range routes {
			cidrs = append(cidrs, r.CIDR.String())
		}
		s.audit(tx, caller, "AddIpRoutes", d.Key, "IpRoutes", strings.Join(cidrs, ","))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.AddIpRoutesOutput{}, nil
}

// newRoutes checks what can be checked without looking.
func (s *Service) newRoutes(in []types.IpRoute) ([]directory.IPRoute, error) {
	if len(in) == 0 {
		return nil, errs.E(errs.Invalid, "The list of IP routes must not be empty.")
	}
	if len(in) > maxIPRoutes {
		return nil, routeLimit()
	}
	var routes []directory.IPRoute
	for _, r := range in {
		cidr, err := s.parseRoute(r)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(routes, func(o directory.IPRoute) bool { return o.CIDR == cidr }) {
			return nil, errs.E(errs.Invalid, "The CIDR block %s is in the request more than once.", cidr)
		}
		routes = append(routes, directory.IPRoute{CIDR: cidr, Description: val(r.Description), AddedAt: s.now()})
	}
	return routes, nil
}

func (s *Service) parseRoute(r types.IpRoute) (netip.Prefix, error) {
	switch {
	case r.CidrIp != nil && r.CidrIpv6 != nil:
		return netip.Prefix{}, errs.E(errs.Invalid, "An IP route has either CidrIp or CidrIpv6, not both.")
	case r.CidrIp == nil && r.CidrIpv6 == nil:
		return netip.Prefix{}, errs.E(errs.Invalid, "An IP route must have CidrIp or CidrIpv6.")
	case r.CidrIpv6 != nil:
		if _, err := s.parseCIDR(*r.CidrIpv6, true); err != nil {
			return netip.Prefix{}, err
		}
		return netip.Prefix{}, errs.E(errs.Refused, "Invalid Directory network configuration for the requested CIDR IPs")
	}
	p, err := s.parseCIDR(*r.CidrIp, false)
	if err != nil {
		return p, err
	}
	if taken, ok := s.cfg.AWSRanges.Overlapping(p); ok {
		return p, errs.E(errs.Invalid, "Invalid CIDR block %s: it overlaps %s, which is in the address ranges that AWS publishes as its own. A route to them is not allowed.", p, taken)
	}
	return p, nil
}

// putRoutes writes the routes that a directory is to have in addition.
func (s *Service) putRoutes(tx *store.Txn, d found, region string, routes []directory.IPRoute) error {
	have := s.routesOf(d.Key, region)
	for _, r := range routes {
		r.Directory, r.Region = d.Value.ID, region
		if slices.ContainsFunc(have, func(o store.Object[directory.IPRoute]) bool { return o.Key == r.Key() }) {
			return errs.E(errs.Exists, "An IP route for %s already exists in directory %s.", r.CIDR, d.Key)
		}
		store.IPRoutes.Put(tx, r.Key(), r, 0)
	}
	if len(have)+len(routes) > maxIPRoutes {
		return routeLimit()
	}
	return nil
}

func routeLimit() error {
	return errs.E(errs.RouteLimit, "IP route limit exceeded. A directory may have a maximum of %d IP routes.", maxIPRoutes)
}

// openControllersGroup gives the security group of a directory's domain
// controllers the rules that UpdateSecurityGroupForDirectoryControllers stands
// for, unless somebody has changed it by hand (docs/decisions).
func (s *Service) openControllersGroup(tx *store.Txn, place directory.Region) error {
	g, ok := store.SecurityGroups.Get(s.store, string(place.SecurityGroup))
	network, _ := store.VPCs.Get(s.store, string(place.VPC))
	switch {
	case !ok:
		return errs.E(errs.Refused, "The security group %s of the directory's domain controllers does not exist.", place.SecurityGroup)
	case vpc.Customized(g.Value):
		e := errs.E(errs.Refused, "The rules of security group %s of the directory's domain controllers were changed by hand and are not overwritten.", g.Key)
		e.Hint = "Leave out UpdateSecurityGroupForDirectoryControllers, and add the rules that you need with AuthorizeSecurityGroupEgress and AuthorizeSecurityGroupIngress."
		return e
	}
	g.Value.Rules = vpc.ControllersRules(network.Value.CIDR, newRuleID)
	store.SecurityGroups.Put(tx, g.Key, g.Value, g.Revision)
	return nil
}
