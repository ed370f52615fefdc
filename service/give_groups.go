package service

import (
	"context"
	"errors"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// GiveGroups puts each directory that was made before there were security
// groups into one of its own in each of its Regions, which lets everything
// through, as the directory had it. It is called at the start, before rules
// come into force: without a group nothing is let through.
func (s *Service) GiveGroups(ctx context.Context) error {
	for o := range store.Directories.All(s.store) {
		_, err := s.decide(ctx, func(tx *store.Txn) error { return s.giveGroups(tx, o.Key) })
		if err != nil && !errors.Is(err, errNothing) {
			return err
		}
	}
	return nil
}

func (s *Service) giveGroups(tx *store.Txn, key string) error {
	d, ok := store.Directories.Get(s.store, key)
	if !ok {
		return errNothing
	}
	given := false
	for _, place := range d.Value.Places() {
		if place.SecurityGroup != "" {
			continue
		}
		g := vpc.NewControllersGroup(newGroupID(), place.VPC, place.Name, key, s.now(), newRuleID)
		g.Rules = vpc.OpenRules(newRuleID)
		d.Value.ChangePlace(place.Name, func(r *directory.Region) { r.SecurityGroup = g.ID })
		store.SecurityGroups.Put(tx, string(g.ID), g, 0)
		s.audit(tx, ownCaller(d.Value), "CreateSecurityGroup", string(g.ID), "GroupName", g.Name, "VpcId", string(g.VPC))
		given = true
	}
	if !given {
		return errNothing
	}
	store.Directories.Put(tx, key, d.Value, d.Revision)
	return nil
}
