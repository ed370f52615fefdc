package directories_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/reconcile/directories"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/vpc"
)

// world is an engine, a network and a prober in memory. It behaves: what is
// not running answers nothing.
type world struct {
	mu       sync.Mutex
	running  map[directory.DCID]bool
	released map[directory.DCID]bool // by those that stay
	database map[directory.DCID]bool
	attached map[string]bool
	closed   bool                    // interfaces wait for rules and routes
	silent   map[directory.DCID]bool // runs, but does not answer
	late     map[string]int          // how many probes of a host fail before it answers
	probed   []string                // the hosts, in the order of probes
	met      bool
	sites    []string                // Regions that are AD sites
	domain   map[directory.DCID]bool // who is known as a domain controller
	users    map[string]string
	calls    []string
	fail     map[string]int   // operation → how many of the next calls fail, without having done anything
	answer   map[string]error // operation → its answer
	hangs    map[string]bool  // operations that do not return before their context ends
	began    map[string]int   // how many of those there were
}

// hang blocks as an operation does that never ends; its caller's end ends it.
func (w *world) hang(ctx context.Context, op string) {
	w.mu.Lock()
	hangs := w.hangs[op]
	if hangs {
		w.began[op]++
	}
	w.mu.Unlock()
	if hangs {
		<-ctx.Done()
	}
}

func newWorld() *world {
	return &world{running: map[directory.DCID]bool{}, released: map[directory.DCID]bool{}, database: map[directory.DCID]bool{}, attached: map[string]bool{},
		silent: map[directory.DCID]bool{}, users: map[string]string{}, domain: map[directory.DCID]bool{}, fail: map[string]int{}, answer: map[string]error{},
		hangs: map[string]bool{}, began: map[string]int{}}
}

// begin locks and says whether the operation fails.
func (w *world) begin(op string) (func(), error) {
	w.mu.Lock()
	w.calls = append(w.calls, op)
	if w.fail[op] > 0 {
		w.fail[op]--
		return w.mu.Unlock, fmt.Errorf("%s: out of order", op)
	}
	return w.mu.Unlock, w.answer[op]
}

func (w *world) AttachDC(_ context.Context, nic vpc.NIC) error {
	unlock, err := w.begin("attach")
	defer unlock()
	w.attached[nic.Name] = true
	return err
}

func (w *world) Opened(_ context.Context, name string) (bool, error) {
	unlock, err := w.begin("opened")
	defer unlock()
	return w.attached[name] && !w.closed, err
}

func (w *world) DetachDC(_ context.Context, name string) error {
	unlock, err := w.begin("detach")
	defer unlock()
	delete(w.attached, name)
	return err
}

func (w *world) Start(ctx context.Context, inst directory.Instance) error {
	w.hang(ctx, "start "+inst.DC.HostName)
	unlock, err := w.begin("start")
	defer unlock()
	if err == nil && (!w.attached[string(inst.DC.ID)] || w.closed) {
		err = errors.New("start: no network")
	}
	if err == nil {
		w.running[inst.DC.ID] = true
	}
	return err
}

func (w *world) Stop(_ context.Context, dc directory.DCID) error {
	unlock, err := w.begin("stop")
	defer unlock()
	delete(w.running, dc)
	delete(w.silent, dc)
	return err
}

func (w *world) Remove(_ context.Context, dc directory.DCID) error {
	unlock, err := w.begin("remove")
	defer unlock()
	if err == nil {
		delete(w.running, dc)
		delete(w.database, dc)
	}
	return err
}

func (w *world) Observe(_ context.Context, dc directory.DCID) directory.DCSeen {
	w.mu.Lock()
	defer w.mu.Unlock()
	return directory.DCSeen{Running: w.running[dc], Provisioned: w.database[dc], LastLog: []string{"last words of " + string(dc)}}
}

func (w *world) NewCA(directory.FQDN, time.Time) (secret.Text, error) { return secret.New("ca"), nil }

func (w *world) Provision(ctx context.Context, inst directory.Instance, _, _ secret.Text) (string, error) {
	w.hang(ctx, "provision")
	unlock, err := w.begin("provision")
	defer unlock()
	if err != nil || !w.running[inst.DC.ID] {
		return "", errors.Join(err, errors.New("not provisioned"))
	}
	w.database[inst.DC.ID] = true
	return "S-1-5-21-1-2-3", nil
}

func (w *world) Populate(_ context.Context, _ directory.Instance, admin secret.Text) error {
	unlock, err := w.begin("populate")
	defer unlock()
	w.users["Admin"] = admin.Reveal()
	return err
}

func (w *world) Join(ctx context.Context, inst, from directory.Instance, sites []directory.Site, _, _ secret.Text) error {
	w.hang(ctx, "join")
	if err := w.Sites(ctx, from, sites, nil); err != nil {
		return err
	}
	unlock, err := w.begin("join")
	defer unlock()
	if err == nil && (!w.database[from.DC.ID] || !w.running[from.DC.ID]) {
		err = errors.New("join: nobody to join")
	}
	if err == nil {
		w.database[inst.DC.ID], w.domain[inst.DC.ID] = true, true
	}
	return err
}

func (w *world) JoinAll(ctx context.Context, hub directory.Instance, fresh []directory.Instance, sites []directory.Site, ca, administrator secret.Text) map[directory.DCID]error {
	failed := map[directory.DCID]error{}
	for _, inst := range fresh {
		if err := w.Join(ctx, inst, hub, sites, ca, administrator); err != nil {
			failed[inst.DC.ID] = err
		}
	}
	return failed
}

func (w *world) Sites(_ context.Context, _ directory.Instance, wanted, gone []directory.Site) error {
	unlock, err := w.begin("sites")
	defer unlock()
	if err == nil {
		for _, g := range gone {
			w.sites = slices.DeleteFunc(w.sites, func(s string) bool { return s == g.Region })
		}
		for _, s := range wanted {
			if !slices.Contains(w.sites, s.Region) {
				w.sites = append(w.sites, s.Region)
			}
		}
	}
	return err
}

func (w *world) Meet(_ context.Context, _ directory.Instance, fresh, _ []directory.Instance, _ string) error {
	unlock, err := w.begin("greet")
	defer unlock()
	for _, inst := range fresh {
		if !w.running[inst.DC.ID] || !w.domain[inst.DC.ID] {
			err = errors.Join(err, fmt.Errorf("greet: %s is not there", inst.DC.ID))
		}
	}
	return err
}

func (w *world) EnterNames(context.Context, directory.Instance) error {
	unlock, err := w.begin("names")
	defer unlock()
	return err
}

func (w *world) Release(_ context.Context, _, leaving []directory.Instance, _ []directory.Site) error {
	unlock, err := w.begin("release")
	defer unlock()
	for _, inst := range leaving {
		w.released[inst.DC.ID] = err == nil
	}
	return err
}

func (w *world) Demote(_ context.Context, inst, partner directory.Instance, _ secret.Text) error {
	unlock, err := w.begin("demote")
	defer unlock()
	if err == nil && (!w.running[inst.DC.ID] || !w.running[partner.DC.ID]) {
		err = errors.New("demote: nobody there")
	}
	if err == nil && !w.released[inst.DC.ID] {
		err = errors.New("demote: others still have links to it")
	}
	return err
}

func (w *world) RemoveDead(_ context.Context, _, dead directory.Instance) error {
	unlock, err := w.begin("expel")
	defer unlock()
	if err == nil && w.running[dead.DC.ID] {
		err = errors.New("expel: it runs")
	}
	if err == nil && !w.released[dead.DC.ID] {
		err = errors.New("expel: others still have links to it")
	}
	if err == nil {
		delete(w.domain, dead.DC.ID)
	}
	return err
}

func (w *world) Part(_ context.Context, _ directory.Instance, _, gone []directory.Instance) error {
	unlock, err := w.begin("part")
	defer unlock()
	for _, inst := range gone {
		if w.domain[inst.DC.ID] {
			err = errors.Join(err, fmt.Errorf("part: %s is still known", inst.DC.ID))
		}
	}
	return err
}

func (w *world) AfterJoin(ctx context.Context, _ []directory.Instance) error {
	w.hang(ctx, "meet")
	unlock, err := w.begin("meet")
	defer unlock()
	w.met = true
	return err
}

func (w *world) SetPassword(ctx context.Context, _ directory.Instance, user string, password secret.Text) error {
	w.hang(ctx, "password")
	unlock, err := w.begin("password")
	defer unlock()
	if err == nil {
		w.users[user] = password.Reveal()
	}
	return err
}

func (w *world) CreateComputer(ctx context.Context, _ directory.Instance, wish directory.Computer, password secret.Text) (string, error) {
	w.hang(ctx, "computer")
	unlock, err := w.begin("computer")
	defer unlock()
	if err != nil {
		return "", err
	}
	w.users[wish.Name+"$"] = password.Reveal()
	return "S-1-5-21-1-2-3-1104", nil
}

func (w *world) ReplicateDomain(ctx context.Context, _, _ directory.Instance) error {
	w.hang(ctx, "replicate")
	unlock, err := w.begin("replicate")
	defer unlock()
	return err
}

func (w *world) Probe(_ context.Context, inst directory.Instance, _ secret.Text) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.probed = append(w.probed, inst.DC.HostName)
	if !w.running[inst.DC.ID] || !w.database[inst.DC.ID] || w.silent[inst.DC.ID] || !w.attached[string(inst.DC.ID)] {
		return errors.New("LDAP does not answer")
	}
	if w.late[inst.DC.HostName] > 0 {
		w.late[inst.DC.HostName]--
		return errors.New("LDAP does not answer yet")
	}
	return nil
}

// bench drives a Reconciler by hand, on a clock that goes only when told.
type bench struct {
	t     *testing.T
	store *store.Store
	world *world
	r     *directories.Reconciler
	now   time.Time
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, store: storetest.New(t), world: newWorld(), now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	b.restart()
	return b
}

// restart forgets everything that is not in the store, as a crash does.
func (b *bench) restart() {
	b.r = directories.New(directories.Config{Store: b.store, Engine: b.world, Network: b.world, Prober: b.world,
		Log: slog.New(slog.NewTextHandler(b.t.Output(), nil)), Now: func() time.Time { return b.now }})
}

func (b *bench) commit(f func(tx *store.Txn)) {
	b.t.Helper()
	tx := b.store.Begin()
	f(tx)
	storetest.Commit(b.t, tx)
}

// network makes a VPC that is ready or not.
func (b *bench) network(ready bool) {
	b.t.Helper()
	old, _ := store.VPCStatus.Get(b.store, "vpc-1")
	b.commit(func(tx *store.Txn) {
		if old.Revision == 0 {
			store.VPCs.Put(tx, "vpc-1", vpc.Spec{ID: "vpc-1"}, 0)
		}
		store.VPCStatus.Put(tx, "vpc-1", vpc.Status{Ready: ready}, old.Revision)
	})
}

// wish asks for a directory with two DCs, as package service does.
func (b *bench) wish(n byte) directory.Spec {
	b.t.Helper()
	spec := directory.Spec{ID: directory.NewID([5]byte{n}), Name: directory.FQDN(fmt.Sprintf("d%d.test", n)),
		ShortName: directory.NetBIOSName(fmt.Sprintf("D%d", n)), VPC: "vpc-1", CreatedAt: b.now.Add(time.Duration(n) * time.Second)}
	for i := range byte(2) {
		spec.DCs = append(spec.DCs, directory.DC{ID: directory.NewDCID([5]byte{n, i}), HostName: fmt.Sprintf("H%d%d", n, i),
			Address: netip.AddrFrom4([4]byte{10, 0, n, i})})
	}
	b.commit(func(tx *store.Txn) {
		store.Directories.Put(tx, string(spec.ID), spec, 0)
		tx.SetSecret(directory.SecretAdmin(spec.ID), secret.New("Admins-1st"))
		for _, c := range directory.Claims(spec) {
			tx.Claim(c.Key, c.Owner)
		}
	})
	return spec
}

// change changes what is wanted.
func (b *bench) change(spec directory.Spec, f func(*directory.Spec)) {
	b.t.Helper()
	o, _ := store.Directories.Get(b.store, string(spec.ID))
	f(&o.Value)
	b.commit(func(tx *store.Txn) { store.Directories.Put(tx, o.Key, o.Value, o.Revision) })
}

func (b *bench) status(spec directory.Spec) directory.Status {
	o, _ := store.DirectoryStatus.Get(b.store, string(spec.ID))
	return o.Value
}

// once lets the reconciler look once.
func (b *bench) once(spec directory.Spec) {
	again, err := b.r.Reconcile(b.t.Context(), string(spec.ID))
	if err != nil {
		again = time.Second
	}
	b.now = b.now.Add(again)
}

// until lets it look until the stage is reached, and gives the stages on the
// way.
func (b *bench) until(spec directory.Spec, stage directory.Stage) []directory.Stage {
	b.t.Helper()
	var seen []directory.Stage
	for range 200 {
		b.once(spec)
		s := b.status(spec).Stage
		if len(seen) == 0 || seen[len(seen)-1] != s {
			seen = append(seen, s)
		}
		if s == stage {
			return seen
		}
	}
	b.t.Fatalf("never %s: %v, %+v", stage, seen, b.status(spec))
	return nil
}
