package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// largest fills transactions to the limit and one beyond it, of every kind of
// operation: what Commit lets through, etcd takes.
func largest(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	for name, one := range map[string]func(tx *store.Txn, i int){
		"objects": func(tx *store.Txn, i int) { store.Directories.Put(tx, fmt.Sprint("d-", i), directory.Spec{}, 0) },
		"claims":  func(tx *store.Txn, i int) { tx.Claim(fmt.Sprint("name/", i), "x") },
		"given":   func(tx *store.Txn, i int) { tx.Release(fmt.Sprint("name/", i), "x") },
		"secrets": func(tx *store.Txn, i int) { tx.SetSecret(fmt.Sprint("s-", i), secret.New("x")) },
		"audit":   func(tx *store.Txn, i int) { tx.Audit(audit.Entry{RequestID: strconv.Itoa(i)}) },
		"expects": func(tx *store.Txn, i int) { store.Trusts.ExpectNone(tx, fmt.Sprint("t-", i)) },
	} {
		fits, over := s.Begin(), s.Begin()
		for i := range store.MaxOperations {
			one(fits, i)
			one(over, i)
		}
		if fits.Room(1) {
			t.Errorf("%s: a full transaction has room", name)
		}
		one(over, store.MaxOperations)
		if _, err := fits.Commit(within(t)); err != nil {
			t.Errorf("%s: %d are refused: %v", name, store.MaxOperations, err)
		}
		var large *store.TooLargeError
		if _, err := over.Commit(within(t)); !errors.As(err, &large) || large.Operations != store.MaxOperations+1 {
			t.Errorf("%s: got %v, want a TooLargeError", name, err)
		}
	}
	tx := s.Begin()
	store.Directories.Put(tx, "d-big", directory.Spec{Description: strings.Repeat("x", 1<<21)}, 0)
	var large *store.TooLargeError
	if _, err := tx.Commit(within(t)); !errors.As(err, &large) {
		t.Errorf("two MiB: got %v, want a TooLargeError", err)
	}
}

// parts commits more than fits into one transaction, by number and by size,
// and begins again after a failure in the middle.
func parts(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	var all []func(tx *store.Txn)
	for i := range 3*store.MaxOperations + 7 {
		all = append(all, func(tx *store.Txn) {
			store.Directories.Put(tx, fmt.Sprintf("d-%04d", i), directory.Spec{}, 0)
			tx.Claim(fmt.Sprint("name/", i), "x") // together with the object, or not at all
		})
	}
	rev, err := s.CommitParts(within(t), all...)
	if err != nil || len(store.Directories.List(s)) != len(all) || len(s.Claims("name/")) != len(all) || rev != s.Revision() {
		t.Fatalf("%d objects and %d claims of %d at revision %d of %d: %v", len(store.Directories.List(s)), len(s.Claims("name/")), len(all), rev, s.Revision(), err)
	}

	var gone []func(tx *store.Txn)
	for i, o := range store.Directories.List(s) {
		rev := o.Revision
		if i == 2*store.MaxOperations {
			rev-- // somebody else has changed it
		}
		gone = append(gone, func(tx *store.Txn) { store.Directories.Delete(tx, o.Key, rev) })
	}
	var conflict *store.ConflictError
	if _, err := s.CommitParts(within(t), gone...); !errors.As(err, &conflict) {
		t.Fatalf("got %v, want a conflict", err)
	}
	if left := len(store.Directories.List(s)); left == len(all) || left == 0 {
		t.Errorf("%d of %d are left: what came before the conflict is done, and nothing else", left, len(all))
	}
	gone = nil
	for _, o := range store.Directories.List(s) {
		gone = append(gone, func(tx *store.Txn) { store.Directories.Delete(tx, o.Key, o.Revision) })
	}
	if _, err := s.CommitParts(within(t), gone...); err != nil || len(store.Directories.List(s)) != 0 {
		t.Errorf("begun again, %d are left: %v", len(store.Directories.List(s)), err)
	}

	var big []func(tx *store.Txn)
	for i := range 8 {
		big = append(big, func(tx *store.Txn) {
			store.Directories.Put(tx, fmt.Sprint("d-big-", i), directory.Spec{Description: strings.Repeat("x", 400<<10)}, 0)
		})
	}
	if _, err := s.CommitParts(within(t), big...); err != nil || len(store.Directories.List(s)) != len(big) {
		t.Errorf("by size: %v", err)
	}
	before := s.Revision()
	if rev, err := s.CommitParts(within(t)); err != nil || rev != before {
		t.Errorf("no part at all: revision %d, was %d, %v", rev, before, err)
	}
}

// expected refuses a decision whose ground has changed, without writing to the
// ground.
func expected(t *testing.T, cfg store.Config) {
	s, other := Open(t, cfg), Open(t, cfg)
	put(t, s, "d-1", "one")
	ground, _ := store.Directories.Get(s, "d-1")
	decide := func(expect func(tx *store.Txn)) error {
		tx := s.Begin()
		expect(tx)
		tx.SetSecret("decided", secret.New("x"))
		_, err := tx.Commit(within(t))
		return err
	}
	conflict := func(err error) bool {
		var e *store.ConflictError
		return errors.As(err, &e)
	}
	asRead := func(tx *store.Txn) { store.Directories.Expect(tx, ground) }
	absent := func(tx *store.Txn) { store.Directories.ExpectNone(tx, "d-2") }
	if err := errors.Join(decide(asRead), decide(absent)); err != nil {
		t.Fatal(err)
	}
	if o, _ := store.Directories.Get(s, "d-1"); o.Revision != ground.Revision {
		t.Error("what was only expected was written")
	}
	unread, _ := store.Directories.Get(s, "d-3")
	if err := decide(func(tx *store.Txn) { store.Directories.Expect(tx, unread) }); !conflict(err) {
		t.Errorf("one that was not found: got %v, want a conflict", err)
	}
	until(t, other, "the other store", func() bool { return description(other, "d-1") == "one" })
	put(t, other, "d-1", "two")
	put(t, other, "d-2", "new")
	for name, err := range map[string]error{"changed": decide(asRead), "made": decide(absent)} {
		if !conflict(err) {
			t.Errorf("%s meanwhile: got %v, want a conflict", name, err)
		}
	}
	gone, _ := store.Directories.Get(other, "d-2")
	tx := other.Begin()
	store.Directories.Delete(tx, "d-2", gone.Revision)
	commit(t, tx)
	if err := decide(func(tx *store.Txn) { store.Directories.Expect(tx, gone) }); !conflict(err) {
		t.Errorf("deleted meanwhile: got %v, want a conflict", err)
	}
}

// counted lets many decide at once within a limit, with nothing to hold them
// apart but the transaction.
func counted(t *testing.T, cfg store.Config) {
	const limit, callers = 7, 30
	stores := []*store.Store{Open(t, cfg), Open(t, cfg)}
	var wg sync.WaitGroup
	var mu sync.Mutex
	made, conflicts := 0, 0
	for i := range callers {
		wg.Go(func() {
			s := stores[i%2]
			for {
				tx := s.Begin()
				if len(store.Directories.List(s)) >= limit {
					return
				}
				store.Directories.Counted(tx)
				store.Directories.Put(tx, fmt.Sprint("d-", i), directory.Spec{}, 0)
				_, err := tx.Commit(within(t))
				var conflict *store.ConflictError
				mu.Lock()
				switch {
				case err == nil:
					made++
				case errors.As(err, &conflict):
					conflicts++
				default:
					t.Errorf("caller %d: %v", i, err)
				}
				mu.Unlock()
				if err == nil || conflict == nil {
					return
				}
			}
		})
	}
	wg.Wait()
	if n := len(store.Directories.List(stores[0])); n != limit || made != limit {
		t.Errorf("%d are there and %d callers were told so; the limit is %d (%d conflicts)", n, made, limit, conflicts)
	}
}
