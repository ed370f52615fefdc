package main

import (
	"context"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/engine/samba"
	"github.com/entente-ad/entente/reconcile/selective"
	"github.com/entente-ad/entente/trust"
)

// policies makes selective authentication on our domain controllers.
type policies struct {
	dcs  *samba.Engine
	ours sides
}

func (p policies) Apply(ctx context.Context, dc directory.Instance, access trust.Access) (selective.Outcome, error) {
	out, err := p.dcs.Selective(ctx, dc, samba.SelectiveAccess{Enforce: access.Enforced(), Open: access.Open})
	return selective.Outcome(out), err
}

func (p policies) Replicate(ctx context.Context, from, to directory.Instance) error {
	return p.dcs.ReplicatePolicies(ctx, from, to)
}

func (p policies) USN(ctx context.Context, dc directory.Instance) (int64, error) {
	return lsa.HighestUSN(ctx, p.ours.target(dc))
}

// addSelective joins the loop that keeps partners' users out.
func (b *built) addSelective(dcs *samba.Engine, ours sides) {
	r := selective.New(selective.Config{Store: b.store, Engine: policies{dcs, ours}, Log: b.log})
	b.add(r, r.KeysFor, 4)
}
