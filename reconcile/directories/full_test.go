package directories_test

import (
	"crypto/rand"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
)

// TestADomainControllerIsKeptAliveWhileNothingCanBeWritten ends a domain
// controller while the store takes nothing.
func TestADomainControllerIsKeptAliveWhileNothingCanBeWritten(t *testing.T) {
	b := newBench(t)
	var full atomic.Bool
	b.store = storetest.Open(t, store.Config{
		Endpoints: []string{storetest.Endpoint(t)}, Prefix: "/" + rand.Text(),
		Writable: func() error {
			if full.Load() {
				return errors.New("the disk is full")
			}
			return nil
		},
	})
	b.restart()
	b.network(true)
	spec := b.wish(1)
	b.until(spec, active)
	full.Store(true)
	dc := spec.DCs[1].ID
	delete(b.world.running, dc)
	for range 10 {
		if _, err := b.r.Reconcile(t.Context(), string(spec.ID)); b.world.running[dc] {
			break
		} else if err != nil {
			t.Log(err)
		}
		b.now = b.now.Add(10 * time.Second)
	}
	if !b.world.running[dc] {
		t.Fatal("it stays down")
	}
	full.Store(false)
	b.until(spec, active)
}
