package trusts

import (
	"context"
	"strings"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// prove makes a secure channel to the partner in place of our DC, whose own
// way is closed.
func (p *pass) prove(ctx context.Context, dc *ourDC, i int) error {
	v := &trust.Verdict{DC: dc.DC.ID, At: p.r.cfg.Now()}
	target, ok := p.partnerDC()
	var err error
	switch {
	case !ok:
		err = errs.E(errs.Unavailable, "no domain controller of %s answers", p.spec.Value.Remote)
	case p.r.cfg.Channels == nil:
		err = errs.E(errs.Internal, "there is no way to make a secure channel to %s", p.spec.Value.Remote)
	default:
		v.Partner = strings.ToLower(target.Host)
		v.Result, err = p.r.cfg.Channels.Prove(ctx, dc.Instance, target, p.spec.Value.Remote)
	}
	if err != nil {
		f := p.fault(err)
		v.Error, v.Cause = f.Detail, f.Cause
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen.DCs[i].Verdict = v
	return err
}

// ntlmOpen lists the DCs that could pass NTLM logons of the partner's users
// on, by what is in force on their network interfaces.
func (r *Reconciler) ntlmOpen(t trust.Spec, w world) []string {
	partner := store.TrustStatus.Peek(r.cfg.Store, string(t.ID)).Partner
	if !t.Restricts() || partner == nil {
		return nil
	}
	var hosts []string
	for _, inst := range w.directory.Members(w.status) {
		st, ok := store.InterfaceStatus.Get(r.cfg.Store, string(inst.DC.ID))
		if !ok || !trust.Shuts(st.Value.Filter, *partner) {
			hosts = append(hosts, inst.FQDN())
		}
	}
	return hosts
}
