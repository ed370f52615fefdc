package directories_test

import (
	"context"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// began lets the reconciler look until an operation hangs. Its contexts end
// with the returned function, as when the loop stops.
func (b *bench) began(ctx context.Context, spec directory.Spec, op string) {
	b.t.Helper()
	for range 50 {
		b.onceIn(ctx, spec)
		b.world.mu.Lock()
		n := b.world.began[op]
		b.world.mu.Unlock()
		if n > 0 {
			return
		}
	}
	b.t.Fatalf("%s was never begun", op)
}

func (b *bench) onceIn(ctx context.Context, spec directory.Spec) {
	again, err := b.r.Reconcile(ctx, string(spec.ID))
	if err != nil {
		again = time.Second
	}
	b.now = b.now.Add(again)
}

// Whatever hangs in one domain controller, the other one's end is shown and
// repaired within the looks that it takes anyhow.
func TestAJobThatHangsKeepsNobodyFromBeingRepaired(t *testing.T) {
	resets := func(b *bench, spec directory.Spec) {
		b.commit(func(tx *store.Txn) { tx.SetSecret(directory.SecretPasswordReset(spec.ID), secret.New("New-1")) })
		b.change(spec, func(s *directory.Spec) { s.PasswordReset = directory.PasswordReset{Serial: 1, User: "bob"} })
	}
	loses := func(b *bench, spec directory.Spec) {
		delete(b.world.running, spec.DCs[0].ID)
		delete(b.world.database, spec.DCs[0].ID)
	}
	for _, c := range []struct {
		op    string
		begin func(*bench, directory.Spec)
	}{
		{"password", resets},
		{"replicate", resets},
		{"computer", func(b *bench, spec directory.Spec) {
			b.commit(func(tx *store.Txn) { tx.SetSecret(directory.SecretComputer(spec.ID), secret.New("New-1")) })
			b.change(spec, func(s *directory.Spec) { s.Computer = directory.Computer{Serial: 1, Name: "PC1"} })
		}},
		{"join", loses},
		{"meet", loses},
		{"start H10", func(b *bench, spec directory.Spec) { delete(b.world.running, spec.DCs[0].ID) }},
	} {
		t.Run(c.op, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.network(true)
			spec := b.wish(1)
			b.until(spec, active)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			b.world.hangs[c.op] = true
			c.begin(b, spec)
			b.began(ctx, spec, c.op)
			dies := spec.DCs[1].ID
			b.world.mu.Lock()
			delete(b.world.running, dies)
			b.world.mu.Unlock()
			shown, running := false, false
			for range 6 {
				b.onceIn(ctx, spec)
				st, _ := b.status(spec).DCByID(dies)
				shown = shown || st.State == directory.DCImpaired
				b.world.mu.Lock()
				running = b.world.running[dies]
				b.world.mu.Unlock()
				if running {
					break
				}
			}
			if !shown || !running {
				t.Fatalf("shown: %v, started again: %v; %+v", shown, running, b.status(spec))
			}
		})
	}
}

// A directory whose creation hangs can be deleted.
func TestADirectoryThatHangsInItsCreationIsDeleted(t *testing.T) {
	for _, op := range []string{"provision", "join", "meet"} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.network(true)
			spec := b.wish(1)
			b.world.hangs[op] = true
			b.began(t.Context(), spec, op)
			b.change(spec, func(s *directory.Spec) { s.Delete = true })
			for range 20 {
				b.once(spec)
				if _, there := store.Directories.Get(b.store, string(spec.ID)); !there {
					return
				}
			}
			t.Fatalf("still there: %+v", b.status(spec))
		})
	}
}
