package console

import (
	"context"
	"testing"
	"time"

	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/tests/seeded"
	"github.com/entente-ad/entente/trust"
)

// TestTheKeyboardAlone goes through the console without a pointer. Its server
// has no domain controllers: what becomes of the trust is said by this test.
func TestTheKeyboardAlone(t *testing.T) {
	node := browserTools(t)
	server := seeded.Serve(t, seeded.World{Directories: 2, Trusts: 2, Tags: 2})
	st := stage{extra: server.Settings(), more: map[string]func(context.Context, question) error{
		"new trust is verified": func(ctx context.Context, q question) error {
			tx := server.Store.Begin()
			for o := range store.Trusts.All(server.Store) {
				if string(o.Value.Remote) == q.Text {
					store.TrustStatus.Put(tx, string(o.Value.ID), trust.Status{State: trust.Verified, StateSince: time.Now()}, 0)
				}
			}
			_, err := tx.Commit(ctx)
			return err
		},
	}}
	st.extra["shots"] = shots(t)
	st.tell(t, node, "keyboard.ts")
}
