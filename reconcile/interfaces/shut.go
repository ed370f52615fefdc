package interfaces

import (
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

// shut is what selective authentication of the directory's trusts closes on
// the way out (trust.Shut).
func (p *pass) shut() []vpc.Match {
	var list []trust.Spec
	for o := range store.Trusts.All(p.store) {
		if o.Value.Directory == p.spec.ID {
			list = append(list, o.Value)
		}
	}
	return trust.Shut(list, func(id trust.ID) trust.Status { return store.TrustStatus.Peek(p.store, string(id)) })
}

// shutting tells whose way out a change of a trust or of what is known of its
// partner concerns. One that is gone does not say whose it was.
func (r *Reconciler) shutting(spec bool, key string) []string {
	if o, ok := store.Trusts.Get(r.store, key); ok {
		if spec || o.Value.SelectiveAuth {
			return []string{string(o.Value.Directory)}
		}
		return nil
	}
	return r.Keys()
}
