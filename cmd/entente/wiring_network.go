package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/entente-ad/entente/engine/netns"
	"github.com/entente-ad/entente/internal/awsranges"
	"github.com/entente-ad/entente/reconcile/interfaces"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// awsOwn reads AWS's own address ranges from a file that a newer list was made
// into, or gives the list that was built in.
func awsOwn(file string) (awsranges.List, error) {
	if file == "" {
		return awsranges.BuiltIn()
	}
	l, err := awsranges.Read(file)
	if err != nil {
		return l, fmt.Errorf("--aws-ip-ranges: %w", err)
	}
	return l, nil
}

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
