package directories

import (
	"context"
	"errors"

	"github.com/entente-ad/entente/internal/errs"
)

// cable puts running domain controllers back into their network when it went
// from under them: a router that was lost took their interfaces with it, and
// its successor has none of them. Attaching again leaves alone what is so
// already. Samba notices nothing; its sockets wait for the address. It is done
// at once for a DC that does not answer, and now and then for one that does,
// which may answer only itself.
func (w *run) cable(ctx context.Context, looks []look) error {
	var all error
	for _, l := range looks {
		network, ready := w.network(l.inst)
		if !ready {
			continue
		}
		m := w.memory.dc(l.inst.DC.ID)
		if !l.seen.Running || l.probe == nil && w.now.Sub(m.cabled) < recable {
			continue
		}
		err := w.cfg.Network.AttachDC(ctx, nic(network, l.inst))
		switch {
		case err == nil:
			m.cabled = w.now
		case errs.KindOf(err) == errs.Unavailable:
			// The network comes first; reconcile/networks is at it.
		default:
			all = errors.Join(all, err)
		}
	}
	return all
}
