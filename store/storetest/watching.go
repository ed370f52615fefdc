package storetest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

func subscribe(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	var got []store.Change
	s.Subscribe(ctx, func(c store.Change) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, c)
	})
	seen := func() []store.Change {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(got)
	}
	var want []store.Change
	for i := range 20 {
		key := "d-" + strconv.Itoa(i)
		put(t, s, key, "")
		want = append(want, store.Change{Table: store.Directories.Name(), Key: key})
	}
	o, _ := store.Directories.Get(s, "d-0")
	tx := s.Begin()
	store.Directories.Delete(tx, "d-0", o.Revision)
	commit(t, tx)
	want = append(want, store.Change{Table: store.Directories.Name(), Key: "d-0"})
	eventually(t, "every change", func() bool { return slices.Equal(seen(), want) })

	cancel()
	put(t, s, "d-after", "")
	put(t, s, "d-after", "again")
	if len(seen()) != len(want) {
		t.Error("a subscriber was called after its context ended")
	}
}

func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	ctx := within(t)
	for !cond() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not in %s", what, patience)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func untilEnds(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Until(ctx, func() bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	if err := s.Until(ctx, func() bool { return true }); err != nil {
		t.Errorf("what holds already needs no wait: %v", err)
	}
}

func secrets(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	const marker = "Marker-4711-Password"
	tx := s.Begin()
	tx.SetSecret("a", secret.New(marker))
	tx.SetSecret("b", secret.New("other"))
	commit(t, tx)
	for _, s := range []*store.Store{s, Open(t, cfg)} {
		if got, ok, err := s.Secret(t.Context(), "a"); got.Reveal() != marker || !ok || err != nil {
			t.Fatalf("secret: %v %v", ok, err)
		}
	}

	etcd := raw(t, cfg)
	all, err := etcd.Get(within(t), cfg.Prefix, clientv3.WithPrefix())
	if err != nil {
		t.Fatal(err)
	}
	sealed := map[string]string{}
	for _, kv := range all.Kvs {
		if strings.Contains(string(kv.Value), marker) {
			t.Errorf("the secret is readable under %s", kv.Key)
		}
		sealed[string(kv.Key)] = string(kv.Value)
	}
	key := cfg.Prefix + "/data/secrets/"
	if _, err := etcd.Put(within(t), key+"b", sealed[key+"a"]); err != nil {
		t.Fatal(err)
	}
	until(t, s, "the swapped value to be refused", func() bool {
		got, ok, err := s.Secret(t.Context(), "b")
		return err != nil && !ok && got.Empty()
	})

	tx = s.Begin()
	tx.DropSecret("a")
	tx.DropSecret("never-there")
	commit(t, tx)
	if got, ok, err := s.Secret(t.Context(), "a"); ok || err != nil || !got.Empty() {
		t.Errorf("a dropped secret: %v %v", ok, err)
	}
}

func otherKey(t *testing.T, cfg store.Config) {
	Open(t, cfg)
	sealer, err := store.NewSealer()
	if err != nil {
		t.Fatal(err)
	}
	cfg.Sealer = sealer
	if s, err := store.Open(within(t), cfg); err == nil {
		_ = s.Close()
		t.Error("a store was opened with a key that is not its own")
	}
}

func compaction(t *testing.T, cfg store.Config) {
	etcd := raw(t, cfg)
	direct := Open(t, cfg)
	put(t, direct, "d-kept", "before")
	put(t, direct, "d-gone", "before")

	proxy := startProxy(t, cfg.Endpoints[0])
	cfg.Endpoints = []string{proxy.endpoint()}
	s := Open(t, cfg)
	var mu sync.Mutex
	told := map[string]bool{}
	s.Subscribe(t.Context(), func(c store.Change) {
		mu.Lock()
		defer mu.Unlock()
		told[c.Key] = true
	})

	proxy.cut()
	put(t, direct, "d-kept", "after")
	put(t, direct, "d-new", "after")
	gone, _ := store.Directories.Get(direct, "d-gone")
	tx := direct.Begin()
	store.Directories.Delete(tx, "d-gone", gone.Revision)
	rev := commit(t, tx)
	put(t, direct, "d-new", "last")
	if _, err := etcd.Compact(within(t), rev, clientv3.WithCompactPhysical()); err != nil {
		t.Fatal(err)
	}
	proxy.restore()

	until(t, s, "the cache to be whole again", func() bool {
		_, ok := store.Directories.Get(s, "d-gone")
		return !ok && description(s, "d-kept") == "after" && description(s, "d-new") == "last"
	})
	eventually(t, "news of each key", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return told["d-gone"] && told["d-kept"] && told["d-new"]
	})
	put(t, s, "d-new", "works on")
}

func lostAnswer(t *testing.T, cfg store.Config) {
	direct := Open(t, cfg)
	proxy := startProxy(t, cfg.Endpoints[0])
	cfg.Endpoints = []string{proxy.endpoint()}
	s := Open(t, cfg)
	put(t, s, "d-1", "before")
	o, _ := store.Directories.Get(s, "d-1")

	proxy.swallowAnswers()
	done := make(chan error, 1)
	tx := s.Begin()
	store.Directories.Put(tx, "d-1", directory.Spec{Description: "after"}, o.Revision)
	go func() {
		_, err := tx.Commit(within(t))
		done <- err
	}()
	until(t, direct, "the write to arrive", func() bool { return description(direct, "d-1") == "after" })
	proxy.cut()
	proxy.restore()
	if err := <-done; err != nil {
		t.Errorf("the commit went through, but the caller was told: %v", err)
	}
	if got := description(s, "d-1"); got != "after" {
		t.Errorf("the writer reads %q", got)
	}
}

func reconnect(t *testing.T, cfg store.Config) {
	direct := Open(t, cfg)
	proxy := startProxy(t, cfg.Endpoints[0])
	cfg.Endpoints = []string{proxy.endpoint()}
	s := Open(t, cfg)
	for i := range 3 {
		proxy.cut()
		put(t, direct, "d-1", strconv.Itoa(i))
		proxy.restore()
		until(t, s, "news from the cluster", func() bool { return description(s, "d-1") == strconv.Itoa(i) })
		put(t, s, "d-2", strconv.Itoa(i))
	}
}
