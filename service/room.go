package service

import (
	"net/netip"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// roomOnHost refuses a VPC for a directory that this host can have no network
// for: VPCs may overlap, their networks on one host may not. One that has a
// directory already has its network.
func (s *Service) roomOnHost(v vpc.Spec) error {
	var networks []vpc.Spec
	for o := range store.VPCs.All(s.store) {
		switch {
		case !s.inhabited(o.Value.ID):
		case o.Value.ID == v.ID:
			return nil
		default:
			networks = append(networks, o.Value)
		}
	}
	var host []netip.Prefix
	if !store.VPCStatus.Peek(s.store, string(v.ID)).Ready { // else the host has the range itself
		host = s.cfg.Avoid()
	}
	if err := vpc.CheckRoom(v, host, networks); err != nil {
		e := errs.E(errs.Refused, "No network can be made for this VPC on the server's host: %s.", err)
		e.Hint = "Specify subnets of a VPC with another range."
		return e
	}
	return nil
}

// inhabited reports whether a directory is in the VPC.
func (s *Service) inhabited(id vpc.ID) bool {
	for o := range store.Directories.All(s.store) {
		for _, place := range o.Value.Places() {
			if place.VPC == id {
				return true
			}
		}
	}
	return false
}
