package console

import (
	"context"
	"time"

	"testing"

	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// TestTheKeyboardAlone goes through the console without a pointer. Its server
// has no domain controllers: what becomes of the trust is said by this test.
func TestTheKeyboardAlone(t *testing.T) {
	node := browserTools(t)
	settings, s := seededStore(t, 2, 2, 2)
	st := stage{extra: settings, world: map[string]func(context.Context) error{
		"new trust is verified": func(ctx context.Context) error {
			tx := s.Begin()
			for o := range store.Trusts.All(s) {
				if o.Value.Remote == "keyboard.example.net" {
					store.TrustStatus.Put(tx, string(o.Value.ID), trust.Status{State: trust.Verified, StateSince: time.Now()}, 0)
				}
			}
			_, err := tx.Commit(ctx)
			return err
		},
	}}
	st.tell(t, node, "keyboard.ts")
}
