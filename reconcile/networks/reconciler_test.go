package networks_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/reconcile/networks"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/vpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const id = vpc.ID("vpc-0123456789abcdef0")

// engine keeps networks in memory. The next call fails with fail, with half
// after having done its work.
type engine struct {
	networks map[vpc.ID]vpc.Spec
	fail     error
	half     bool
}

func (e *engine) do(work func()) error {
	err := e.fail
	e.fail = nil
	if err == nil || e.half {
		work()
	}
	return err
}

func (e *engine) Apply(_ context.Context, spec vpc.Spec) error {
	return e.do(func() { e.networks[spec.ID] = spec })
}

func (e *engine) Remove(_ context.Context, id vpc.ID) error {
	return e.do(func() { delete(e.networks, id) })
}

type world struct {
	*testing.T
	store  *store.Store
	engine *engine
	rec    *networks.Reconciler
}

const home = "d-0123456789" // a directory in the VPC

func newWorld(t *testing.T) *world {
	w := &world{T: t, store: storetest.New(t), engine: &engine{networks: map[vpc.ID]vpc.Spec{}}}
	w.rec = networks.New(networks.Config{Store: w.store, Engine: w.engine, Log: storetest.Log(t)})
	w.write(func(tx *store.Txn) {
		tx.Claim("vpc-default/us-east-1", string(id))
		tx.Claim("vpc-cidr/10.128.0.0/16", string(id))
		store.VPCs.Put(tx, string(id), vpc.Spec{ID: id, Region: "us-east-1", CIDR: netip.MustParsePrefix("10.128.0.0/16")}, 0)
		store.Directories.Put(tx, home, directory.Spec{ID: home, VPC: id}, 0)
	})
	return w
}

func (w *world) write(change func(tx *store.Txn)) {
	w.Helper()
	tx := w.store.Begin()
	change(tx)
	storetest.Commit(w, tx)
}

// settle reconciles all keys until a round succeeds.
func (w *world) settle() {
	w.Helper()
	for range 5 {
		ok := true
		for _, key := range w.rec.Keys() {
			_, err := w.rec.Reconcile(w.Context(), key)
			ok = ok && err == nil
		}
		if ok {
			return
		}
	}
	w.Fatal("does not settle")
}

// leave makes the directory gone.
func (w *world) leave() {
	w.Helper()
	o, _ := store.Directories.Get(w.store, home)
	w.write(func(tx *store.Txn) { store.Directories.Delete(tx, o.Key, o.Revision) })
}

func (w *world) unwanted() {
	w.Helper()
	o, _ := store.VPCs.Get(w.store, string(id))
	o.Value.Delete = true
	w.write(func(tx *store.Txn) { store.VPCs.Put(tx, o.Key, o.Value, o.Revision) })
}

func (w *world) status() vpc.Status {
	o, _ := store.VPCStatus.Get(w.store, string(id))
	return o.Value
}

func TestAWantedNetworkIsMadeAndMadeAgain(t *testing.T) {
	w := newWorld(t)
	w.settle()
	if _, there := w.engine.networks[id]; !there || w.status() != (vpc.Status{Ready: true}) {
		t.Fatalf("networks %v, status %+v", w.engine.networks, w.status())
	}
	clear(w.engine.networks) // a reboot
	written := w.store.Revision()
	w.settle()
	if _, there := w.engine.networks[id]; !there {
		t.Error("not made again")
	}
	if w.store.Revision() != written {
		t.Error("status written without news")
	}
}

func TestAFailureIsToldAndHeals(t *testing.T) {
	w := newWorld(t)
	w.engine.fail = &errs.Error{Kind: errs.Refused, Message: "The range overlaps.", Hint: "Use another.", Err: errors.New("private")}
	w.settle()
	if got := w.status(); got.Ready || got.Reason != "The range overlaps. Use another." {
		t.Errorf("status %+v", got)
	}
	w.settle()
	if got := w.status(); !got.Ready || got.Reason != "" {
		t.Errorf("status %+v", got)
	}
}

func TestAnUnwantedNetworkGoesOnceItsDirectoriesHave(t *testing.T) {
	t.Run("failed, not done", func(t *testing.T) { removal(t, false) })
	t.Run("failed, but done", func(t *testing.T) { removal(t, true) })
}

func removal(t *testing.T, half bool) {
	w := newWorld(t)
	w.settle()
	w.unwanted()
	w.settle()
	if _, there := w.engine.networks[id]; !there || !strings.Contains(w.status().Reason, home) {
		t.Fatalf("networks %v, status %+v", w.engine.networks, w.status())
	}

	w.leave()
	if keys := w.rec.KeysFor(store.Change{Table: store.Directories.Name(), Key: home}); len(keys) != 1 || keys[0] != string(id) {
		t.Errorf("a directory's going concerns %q", keys)
	}
	w.engine.fail, w.engine.half = errors.New("killed"), half
	w.settle()
	if len(w.engine.networks) > 0 || len(w.rec.Keys()) > 0 || len(w.store.Claims("vpc-")) > 0 {
		t.Errorf("left: networks %v, keys %q, claims %v", w.engine.networks, w.rec.Keys(), w.store.Claims("vpc-"))
	}
}

func TestANetworkIsThereWhileADirectoryIsInTheVPC(t *testing.T) {
	w := newWorld(t)
	w.settle()
	concerns := func() []string {
		return w.rec.KeysFor(store.Change{Table: store.Directories.Name(), Key: home})
	}
	if keys := concerns(); len(keys) != 1 || keys[0] != string(id) {
		t.Errorf("a directory's coming concerns %q", keys)
	}
	w.leave()
	if keys := concerns(); len(keys) != 1 {
		t.Errorf("a directory's going concerns %q", keys)
	}
	w.engine.fail = errors.New("killed")
	w.settle()
	if _, there := w.engine.networks[id]; there || w.status().Ready || len(concerns()) > 0 {
		t.Errorf("networks %v, status %+v, concerns %q", w.engine.networks, w.status(), concerns())
	}
	written := w.store.Revision()
	w.settle()
	if w.store.Revision() != written {
		t.Error("status written without news")
	}
	other := directory.Spec{ID: "d-0000000001", VPC: "vpc-1", Additional: []directory.Region{{Name: "eu-west-1", VPC: id}}}
	w.write(func(tx *store.Txn) { store.Directories.Put(tx, string(other.ID), other, 0) })
	w.settle()
	if _, there := w.engine.networks[id]; !there || !w.status().Ready {
		t.Error("no network for an additional Region")
	}
}
