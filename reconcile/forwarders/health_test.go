package forwarders_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
)

// TestOneServersHealthIsWrittenAlone, however many forwarders there are.
func TestOneServersHealthIsWrittenAlone(t *testing.T) {
	w := newWorld(t)
	domains := []directory.FQDN{"corp.example", "lab.example", "dev.example"}
	for _, d := range domains {
		w.want(d, false)
	}
	w.reconcile()
	if again := w.reconcile(); again <= 0 {
		t.Error("nobody looks again")
	}
	health := func(d directory.FQDN) directory.ForwarderHealth {
		return store.ForwarderHealth.Peek(w.store, directory.ForwarderKey(id, d))
	}
	for _, d := range domains {
		for _, dc := range []directory.DCID{one, two} {
			if s := health(d).Servers[dc]; len(s) != 1 || !s[0].Healthy {
				t.Errorf("%s on %s: %v", d, dc, s)
			}
		}
	}
	written := map[string]int{}
	w.store.Subscribe(t.Context(), func(c store.Change) { written[c.Table+" "+c.Key]++ })
	w.engine.silent = map[directory.FQDN]bool{"lab.example": true}
	w.reconcile()
	w.reconcile()
	if key := store.ForwarderHealth.Name() + " " + directory.ForwarderKey(id, "lab.example"); len(written) != 1 || written[key] != 1 {
		t.Errorf("written: %v", written)
	}
	if s := health("lab.example").Servers[one]; len(s) != 1 || s[0].Healthy {
		t.Errorf("%v", s)
	}
	w.engine.deaf = errors.New("socket closed")
	w.reconcile()
	if s := health("lab.example").Servers[one]; len(s) != 1 || s[0].Healthy {
		t.Errorf("a domain controller that did not tell: %v", s)
	}
	w.engine.deaf = nil
	w.engine.down[one] = true
	w.reconcile()
	if s := health("lab.example").Servers; len(s[one]) != 0 || len(s[two]) != 1 {
		t.Errorf("one that is down: %v", s)
	}
	w.want("lab.example", true)
	w.reconcile()
	if _, there := store.ForwarderHealth.Get(w.store, directory.ForwarderKey(id, "lab.example")); there {
		t.Error("the health of a forwarder outlives it")
	}
}

// TestAForwarderThatGoesMeanwhileLeavesNoHealth, as when its directory's own
// reconciler removes it.
func TestAForwarderThatGoesMeanwhileLeavesNoHealth(t *testing.T) {
	w := newWorld(t)
	w.want("corp.example", false)
	w.reconcile()
	key := directory.ForwarderKey(id, "corp.example")
	var once sync.Once
	w.engine.asked = func() {
		once.Do(func() {
			f, _ := store.Forwarders.Get(w.store, key)
			w.write(func(tx *store.Txn) { store.Forwarders.Delete(tx, key, f.Revision) })
		})
	}
	w.reconcile()
	if h, there := store.ForwarderHealth.Get(w.store, key); there {
		t.Errorf("%+v is left", h.Value)
	}
}
