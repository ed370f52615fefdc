package main

import (
	"context"
	"log/slog"

	"github.com/entente-ad/entente/engine/netns"
	"github.com/entente-ad/entente/reconcile/interfaces"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// placed gives domain controllers their place in a VPC, with the rules and
// routes of their directory in force before anything runs there: an interface
// begins closed.
type placed struct {
	*netns.Engine
	rules *interfaces.Reconciler
}

func newPlaced(log *slog.Logger, st *store.Store, nets *netns.Engine) placed {
	return placed{nets, interfaces.New(interfaces.Config{Store: st, Network: nets, Log: log})}
}

func (p placed) AttachDC(ctx context.Context, nic vpc.NIC) error {
	if err := p.Engine.AttachDC(ctx, nic); err != nil {
		return err
	}
	return p.rules.Attached(ctx, nic.Name)
}
