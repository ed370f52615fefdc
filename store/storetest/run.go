package storetest

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

// Run is the suite that every kind of store passes. cluster gives the
// endpoints of an etcd that lives as long as the test.
func Run(t *testing.T, cluster func(t testing.TB) store.Config) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, cfg store.Config)
	}{
		{"an object comes back as it was written", roundTrip},
		{"values are the caller's own", ownValues},
		{"a write against an old revision changes nothing", conflict},
		{"a uniqueness key has one owner", claims},
		{"of many claims at once one wins", claimRace},
		{"a transaction is as large as etcd takes it, and no larger", largest},
		{"a change of any size goes through in parts", parts},
		{"a decision whose ground has changed is refused", expected},
		{"a limit that is counted holds among many who decide at once", counted},
		{"a store sees its own writes at once, another one soon", readYourWrites},
		{"subscribers get every change in order", subscribe},
		{"Until ends with its context", untilEnds},
		{"secrets are sealed, bound to their name and forgotten", secrets},
		{"another key file is refused", otherKey},
		{"the audit log is read from etcd alone, the newest entry first", auditLog},
		{"the audit log is pruned by age and number", auditPruned},
		{"the audit log of the release before is moved", auditMoved},
		{"events that were compacted away are made up for", compaction},
		{"a commit whose answer is lost is found out", lostAnswer},
		{"a cluster that comes back is used again", reconnect},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := cluster(t)
			cfg.Prefix = "/" + strconv.FormatInt(time.Now().UnixNano(), 36)
			sealer, err := store.NewSealer()
			if err != nil {
				t.Fatal(err)
			}
			cfg.Sealer = sealer
			c.run(t, cfg)
		})
	}
}

// patience is for what must happen, however slow the machine.
const patience = 30 * time.Second

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func commit(t testing.TB, tx *store.Txn) int64 {
	t.Helper()
	rev, err := tx.Commit(within(t))
	if err != nil {
		t.Fatal(err)
	}
	return rev
}

func put(t testing.TB, s *store.Store, id string, description string) {
	t.Helper()
	o, _ := store.Directories.Get(s, id)
	o.Value.ID, o.Value.Description = directory.ID(id), description
	tx := s.Begin()
	store.Directories.Put(tx, id, o.Value, o.Revision)
	commit(t, tx)
}

func description(s *store.Store, id string) string {
	o, _ := store.Directories.Get(s, id)
	return o.Value.Description
}

func until(t testing.TB, s *store.Store, what string, cond func() bool) {
	t.Helper()
	if err := s.Until(within(t), cond); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func raw(t testing.TB, cfg store.Config) *clientv3.Client {
	t.Helper()
	c, err := clientv3.New(clientv3.Config{Endpoints: cfg.Endpoints, Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

var someTime = time.Date(2026, 11, 23, 3, 15, 0, 123456789, time.UTC)

func someDirectory() directory.Spec {
	return directory.Spec{
		ID: "d-0123456789", Name: "corp.example.com", Tags: map[string]string{"a": "b", "": ""},
		VPC: "vpc-1", Subnets: []vpc.SubnetID{"subnet-1", "subnet-2"}, CreatedAt: someTime,
		DCs: []directory.DC{{ID: "dc-1", Address: netip.MustParseAddr("10.128.0.10")}, {ID: "dc-2"}},
	}
}

func roundTrip(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	spec := someDirectory()
	status := trust.Status{
		State: trust.Verified, Partner: &trust.Partner{Identity: trust.Identity{SID: "S-1-5-21-1"}},
		Steps: []trust.StepDone{{At: someTime, Took: 3 * time.Second}},
	}
	entry := audit.Entry{Time: someTime, RequestID: "r-1", Operation: "CreateTrust", Request: map[string]string{"k": "v"}}
	tx := s.Begin()
	store.Directories.Put(tx, "d-0123456789", spec, 0)
	store.TrustStatus.Put(tx, "t-1", status, 0)
	store.Forwarders.Put(tx, "d-0123456789/corp.example.com", directory.Forwarder{Delete: true}, 0)
	tx.Audit(entry)
	rev := commit(t, tx)

	for name, s := range map[string]*store.Store{"the same store": s, "a store opened later": Open(t, cfg)} {
		got, ok := store.Directories.Get(s, "d-0123456789")
		if diff := cmp.Diff(spec, got.Value, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); !ok || diff != "" || got.Revision != rev {
			t.Errorf("%s: directory at %d (want %d): %s", name, got.Revision, rev, diff)
		}
		if got, _ := store.TrustStatus.Get(s, "t-1"); !cmp.Equal(status, got.Value) {
			t.Errorf("%s: trust status: %s", name, cmp.Diff(status, got.Value))
		}
		if got := store.Forwarders.List(s); len(got) != 1 || got[0].Key != "d-0123456789/corp.example.com" {
			t.Errorf("%s: forwarders: %v", name, got)
		}
		if got := AuditLog(t, s); len(got) != 1 || !cmp.Equal(entry, got[0]) {
			t.Errorf("%s: audit: %v", name, got)
		}
		if got, ok := store.Directories.Get(s, "d-none"); ok || got.Revision != 0 || got.Key != "d-none" {
			t.Errorf("%s: an absent object: %v %v", name, got, ok)
		}
	}
	tx = s.Begin()
	store.Directories.Delete(tx, "d-0123456789", rev)
	commit(t, tx)
	if _, ok := store.Directories.Get(s, "d-0123456789"); ok {
		t.Error("a deleted object is still there")
	}
}

func ownValues(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	tx := s.Begin()
	store.Directories.Put(tx, "d-0123456789", someDirectory(), 0)
	commit(t, tx)
	for range 2 {
		o, _ := store.Directories.Get(s, "d-0123456789")
		list := store.Directories.List(s)
		for _, v := range []directory.Spec{o.Value, list[0].Value} {
			if v.Tags["a"] != "b" || v.DCs[0].ID != "dc-1" {
				t.Fatalf("another reader's change shows: %+v", v)
			}
			v.Tags["a"], v.DCs[0].ID = "changed", "changed"
		}
	}
}

func conflict(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	put(t, s, "d-1", "first")
	put(t, s, "d-2", "untouched")
	old, _ := store.Directories.Get(s, "d-1")
	put(t, Open(t, cfg), "d-1", "second")

	for name, prepare := range map[string]func(tx *store.Txn){
		"put":    func(tx *store.Txn) { store.Directories.Put(tx, "d-1", directory.Spec{}, old.Revision) },
		"create": func(tx *store.Txn) { store.Directories.Put(tx, "d-1", directory.Spec{}, 0) },
		"delete": func(tx *store.Txn) { store.Directories.Delete(tx, "d-1", old.Revision) },
		"absent": func(tx *store.Txn) { store.Directories.Put(tx, "d-3", directory.Spec{}, old.Revision) },
	} {
		tx := s.Begin()
		prepare(tx)
		o2, _ := store.Directories.Get(s, "d-2")
		store.Directories.Put(tx, "d-2", directory.Spec{Description: "touched"}, o2.Revision)
		tx.Claim("claim", "x")
		tx.SetSecret("secret", secret.New("x"))
		tx.Audit(audit.Entry{})
		_, err := tx.Commit(within(t))
		var conflict *store.ConflictError
		if !errors.As(err, &conflict) {
			t.Errorf("%s: got %v, want a conflict", name, err)
		}
		_, secretKept, _ := s.Secret(t.Context(), "secret")
		if description(s, "d-1") != "second" || description(s, "d-2") != "untouched" ||
			s.Claimed("claim") != "" || secretKept || len(AuditLog(t, s)) != 0 {
			t.Errorf("%s: a refused transaction left something behind", name)
		}
	}
}

func claims(t *testing.T, cfg store.Config) {
	s, other := Open(t, cfg), Open(t, cfg)
	claim := func(s *store.Store, owner string) error {
		tx := s.Begin()
		tx.Claim("name/corp.example.com", owner)
		_, err := tx.Commit(within(t))
		return err
	}
	release := func(s *store.Store, owner string) {
		tx := s.Begin()
		tx.Release("name/corp.example.com", owner)
		commit(t, tx)
	}
	if err := errors.Join(claim(s, "d-1"), claim(s, "d-1"), claim(other, "d-1")); err != nil {
		t.Fatalf("the owner's own claim: %v", err)
	}
	var taken *store.TakenError
	if err := claim(other, "d-2"); !errors.As(err, &taken) || taken.Owner != "d-1" {
		t.Errorf("got %v, want taken by d-1", err)
	}
	release(other, "d-2")
	if got := s.Claims("name/"); len(got) != 1 || got["name/corp.example.com"] != "d-1" {
		t.Errorf("claims: %v", got)
	}
	release(s, "d-1")
	release(s, "d-1")
	if err := claim(s, "d-2"); err != nil || s.Claimed("name/corp.example.com") != "d-2" {
		t.Errorf("a released key cannot be claimed: %v", err)
	}
}

func claimRace(t *testing.T, cfg store.Config) {
	stores := []*store.Store{Open(t, cfg), Open(t, cfg)}
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := map[string]int{}
	for i := range 20 {
		wg.Go(func() {
			s, id := stores[i%2], strconv.Itoa(i)
			tx := s.Begin()
			tx.Claim("address/10.0.0.1", id)
			store.Directories.Put(tx, id, directory.Spec{}, 0)
			_, err := tx.Commit(within(t))
			var taken *store.TakenError
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won[id]++
			} else if !errors.As(err, &taken) {
				t.Errorf("claim %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 || won[stores[0].Claimed("address/10.0.0.1")] != 1 || len(store.Directories.List(stores[0])) != 1 {
		t.Errorf("winners: %v, owner %s", won, stores[0].Claimed("address/10.0.0.1"))
	}
}

func readYourWrites(t *testing.T, cfg store.Config) {
	a, b := Open(t, cfg), Open(t, cfg)
	for i := range 50 {
		want := strconv.Itoa(i)
		writer, reader := a, b
		if i%2 == 1 {
			writer, reader = b, a
		}
		put(t, writer, "d-1", want)
		if got := description(writer, "d-1"); got != want {
			t.Fatalf("the writer reads %q after writing %q", got, want)
		}
		until(t, reader, "the other store", func() bool { return description(reader, "d-1") == want })
	}
}
