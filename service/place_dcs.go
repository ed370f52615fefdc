package service

import (
	"net/netip"
	"slices"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// placeDCs chooses n more domain controllers of a directory in one of its
// Regions: names that nobody has, and the first free addresses, in the subnet
// that has fewest of them so far.
func (s *Service) placeDCs(spec directory.Spec, place directory.Region, n int) ([]directory.DC, error) {
	net, ok := store.VPCs.Get(s.store, string(place.VPC))
	if !ok {
		return nil, errs.E(errs.Refused, "Invalid VPC ID.")
	}
	region := place.Name
	if region == spec.Region {
		region = ""
	}
	var dcs []directory.DC
	for range n {
		subnet, ok := net.Value.SubnetByID(emptiest(place.Subnets, append(spec.DCsIn(place.Name), dcs...)))
		if !ok {
			return nil, errs.E(errs.Refused, "Subnet %s does not exist in %s any more.", place.Subnets, place.VPC)
		}
		address, err := vpc.Lease(subnet.CIDR, func(a netip.Addr) bool {
			taken := slices.ContainsFunc(dcs, func(dc directory.DC) bool { return dc.Address == a })
			return taken || s.store.Claimed(directory.ClaimAddress(a)) != ""
		})
		if err != nil {
			return nil, errs.E(errs.Refused, "Subnet %s has no free IP address left.", subnet.ID)
		}
		dcs = append(dcs, directory.DC{
			ID: directory.NewDCID(random5()), Node: s.cfg.Node, HostName: s.hostName(spec, dcs),
			Subnet: subnet.ID, AZ: subnet.AZ, Address: address, Region: region,
		})
	}
	return dcs, nil
}

// emptiest is the subnet with the fewest domain controllers, the first of
// several.
func emptiest(subnets []vpc.SubnetID, dcs []directory.DC) vpc.SubnetID {
	var best vpc.SubnetID
	least := -1
	for _, id := range subnets {
		n := 0
		for _, dc := range dcs {
			if dc.Subnet == id && !dc.Delete {
				n++
			}
		}
		if least < 0 || n < least {
			best, least = id, n
		}
	}
	return best
}

func (s *Service) hostName(spec directory.Spec, others []directory.DC) string {
	for {
		name := directory.NewHostName(random9())
		inUse := slices.ContainsFunc(others, func(dc directory.DC) bool { return dc.HostName == name })
		if !inUse && name != string(spec.ShortName) && s.store.Claimed(directory.ClaimHost(name)) == "" {
			return name
		}
	}
}
