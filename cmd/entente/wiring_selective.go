package main

import (
	"context"
	"strings"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/engine/netns"
	"github.com/entente-ad/entente/engine/samba"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/reconcile/selective"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// policies makes selective authentication on our domain controllers.
type policies struct {
	dcs  *samba.Engine
	ours sides
}

func (p policies) Apply(ctx context.Context, dc directory.Instance, access trust.Access, after string) (selective.Outcome, error) {
	out, err := p.dcs.Selective(ctx, dc, samba.SelectiveAccess{Enforce: access.Enforced(), Open: access.Open}, after)
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
	b.add(r, r.KeysFor, 4, 4*time.Minute)
}

// channels makes secure channels to partners over connections that a filter's
// Shut lets out.
type channels struct {
	nets *netns.Engine
	keys *lsa.ChannelKeys
}

// Prove is trusts.Channels.
func (c channels) Prove(ctx context.Context, from directory.Instance, dc trust.PartnerDC, partner directory.FQDN) (trust.VerifyResult, error) {
	return c.keys.Prove(ctx, from, partner, func(ctx context.Context, key secret.Text) (trust.VerifyResult, error) {
		return lsa.ProveChannel(ctx, lsa.Config{Dial: c.nets.DialMarked(string(from.DC.ID))}, dc, lsa.Channel{
			Ours: from.Domain, Key: key,
			// Not the domain controller's own name, whose channel this would replace.
			Computer: "EN" + strings.ToUpper(strings.TrimPrefix(string(from.DC.ID), "dc-")),
		})
	})
}

// forgetKeys has keys of trusts leave the memory with their trusts, and all of
// them at the end.
func forgetKeys(st *store.Store, keys *lsa.ChannelKeys) func(context.Context) error {
	return func(ctx context.Context) error {
		st.Subscribe(ctx, func(c store.Change) {
			if c.Table == store.Trusts.Name() {
				keys.Keep(func(id directory.ID, partner directory.FQDN) bool { return trusted(st, id, partner) })
			}
		})
		<-ctx.Done()
		keys.Close()
		return nil
	}
}

// trusted tells whether a directory is to have a trust with a partner.
func trusted(st *store.Store, id directory.ID, partner directory.FQDN) bool {
	for o := range store.Trusts.All(st) {
		if o.Value.Directory == id && o.Value.Remote == partner && !o.Value.Delete {
			return true
		}
	}
	return false
}
