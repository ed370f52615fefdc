package directories

import (
	"context"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// place gives a DC its network interface and then its container. open is false
// while the interface waits for rules and routes, which reconcile/interfaces
// gives it: nothing is started before, and the caller looks again.
func (w *run) place(ctx context.Context, network vpc.Spec, inst directory.Instance) (open bool, err error) {
	if open, err = w.attach(ctx, network, inst); !open || err != nil {
		return false, err
	}
	return true, w.cfg.Engine.Start(ctx, inst)
}

// attach gives a DC its network interface and reports whether something may
// run there.
func (w *run) attach(ctx context.Context, network vpc.Spec, inst directory.Instance) (open bool, err error) {
	if err := w.cfg.Network.AttachDC(ctx, nic(network, inst)); err != nil {
		return false, err
	}
	return w.cfg.Network.Opened(ctx, string(inst.DC.ID))
}

// opening says what is waited for, and why, where reconcile/interfaces met an
// obstacle.
func (w *run) opening(ctx context.Context, closed []directory.Instance) (time.Duration, error) {
	dc := closed[0].DC.ID
	step := "waiting for the rules and routes of " + string(dc)
	if why := store.InterfaceStatus.Peek(w.store, string(dc)).Reason; why != "" {
		step += ": " + why
	}
	return whileWaiting, w.doing(ctx, step)
}

// nic is the DC's place in its VPC.
func nic(network vpc.Spec, inst directory.Instance) vpc.NIC {
	return vpc.NIC{Name: string(inst.DC.ID), VPC: network, Subnet: inst.DC.Subnet, Address: inst.DC.Address}
}
