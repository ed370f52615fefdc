package main

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/engine/netns"
	"github.com/entente-ad/entente/engine/samba"
	"github.com/entente-ad/entente/internal/secret"
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
	b.add(r, r.KeysFor, 4, 4*time.Minute)
}

// channels makes secure channels to partners over connections that a filter's
// Shut lets out.
type channels struct {
	nets *netns.Engine
	dcs  *samba.Engine

	mu   sync.Mutex
	keys map[channelID]channelKey
}

type channelID struct {
	dc      directory.DCID
	partner directory.FQDN
}

// channelKey is kept in memory for a while, and not at all once it was refused:
// reading it takes a second of a domain controller.
type channelKey struct {
	key  secret.Text
	read time.Time
}

const keyFor = 5 * time.Minute

func newChannels(nets *netns.Engine, dcs *samba.Engine) *channels {
	return &channels{nets: nets, dcs: dcs, keys: map[channelID]channelKey{}}
}

// Prove is trusts.Channels. A kept key that is refused is read again once: the
// trust may have been made anew.
func (c *channels) Prove(ctx context.Context, from directory.Instance, dc trust.PartnerDC, partner directory.FQDN) (trust.VerifyResult, error) {
	id := channelID{from.DC.ID, partner}
	key, kept, err := c.key(ctx, from, id)
	if err != nil {
		return trust.VerifyResult{}, err
	}
	r, err := c.prove(ctx, from, dc, key)
	if err == nil && r.OK() {
		return r, nil
	}
	c.mu.Lock()
	delete(c.keys, id)
	c.mu.Unlock()
	if !kept || err != nil {
		return r, err
	}
	if key, _, err = c.key(ctx, from, id); err != nil {
		return trust.VerifyResult{}, err
	}
	return c.prove(ctx, from, dc, key)
}

func (c *channels) prove(ctx context.Context, from directory.Instance, dc trust.PartnerDC, key secret.Text) (trust.VerifyResult, error) {
	return lsa.ProveChannel(ctx, lsa.Config{Dial: c.nets.DialMarked(string(from.DC.ID))}, dc, lsa.Channel{
		Ours: from.Domain, Key: key,
		// Not the domain controller's own name, whose channel this would replace.
		Computer: "EN" + strings.ToUpper(strings.TrimPrefix(string(from.DC.ID), "dc-")),
	})
}

func (c *channels) key(ctx context.Context, from directory.Instance, id channelID) (key secret.Text, kept bool, err error) {
	c.mu.Lock()
	k, ok := c.keys[id]
	c.mu.Unlock()
	if ok && time.Since(k.read) < keyFor {
		return k.key, true, nil
	}
	if key, err = c.dcs.TrustKey(ctx, from, id.partner); err != nil {
		return secret.Text{}, false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys[id] = channelKey{key: key, read: time.Now()}
	return key, false, nil
}
