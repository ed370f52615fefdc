package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/process"
)

// rivals open one store again and again, as servers of this and other hosts.
type rivals struct {
	*testing.T
	endpoint string
	client   *clientv3.Client
	sealer   *Sealer
	self     process.Process
}

func newRivals(t *testing.T) *rivals {
	t.Helper()
	r := &rivals{T: t}
	r.endpoint, r.client = bareEtcd(t)
	var err error
	if r.sealer, err = NewSealer(); err != nil {
		t.Fatal(err)
	}
	if r.self, err = process.Self(); err != nil {
		t.Fatal(err)
	}
	return r
}

// gone is a process of this host that has ended.
func (r *rivals) gone() process.Process {
	r.Helper()
	cmd := exec.CommandContext(r.Context(), "true")
	if err := cmd.Run(); err != nil {
		r.Fatal(err)
	}
	p := r.self
	p.PID, p.Start = cmd.Process.Pid, 1
	return p
}

// elsewhere is a process of another host.
func (r *rivals) elsewhere(host string) process.Process {
	return process.Process{Host: host, Boot: host, Namespace: r.self.Namespace, PID: 1, Start: 1}
}

// saying is a log that can be read while it is written.
type saying struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *saying) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *saying) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (r *rivals) open(p process.Process, change func(*Config)) (*Store, *saying, error) {
	said := &saying{}
	cfg := Config{
		Endpoints: []string{r.endpoint}, Sealer: r.sealer, Log: slog.New(slog.NewTextHandler(said, nil)), LeaseTime: 2 * time.Second,
		Writer: &Writer{Process: p, Folder: "/data/of/" + p.Host, Since: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)},
	}
	if change != nil {
		change(&cfg)
	}
	s, err := Open(r.Context(), cfg)
	if err == nil {
		r.Cleanup(func() { _ = s.Close() })
	}
	return s, said, err
}

func (r *rivals) mustOpen(p process.Process, change func(*Config)) (*Store, *saying) {
	r.Helper()
	s, said, err := r.open(p, change)
	if err != nil {
		r.Fatal(err)
	}
	return s, said
}

func putDirectory(ctx context.Context, s *Store, id string) error {
	tx := s.Begin()
	Directories.Put(tx, id, directory.Spec{ID: directory.ID(id)}, 0)
	_, err := tx.Commit(ctx)
	return err
}

func TestASecondServerIsRefusedAndTheFirstUnharmed(t *testing.T) {
	for name, host := range map[string]func(*rivals) process.Process{
		"of this host":    func(r *rivals) process.Process { return r.self },
		"of another host": func(r *rivals) process.Process { return r.elsewhere("a") },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRivals(t)
			p := host(r)
			first, _ := r.mustOpen(p, nil)
			_, _, err := r.open(r.self, nil)
			var inUse *InUseError
			if !errors.As(err, &inUse) || inUse.By.Process != p {
				t.Fatalf("the second: %v", err)
			}
			for _, word := range []string{p.Host, "/data/of/" + p.Host, "2026-11-30T09:00:00Z", "--etcd-endpoints"} {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q is not in: %v", word, err)
				}
			}
			if err := putDirectory(t.Context(), first, "d-1"); err != nil {
				t.Errorf("the first cannot write: %v", err)
			}
			select {
			case <-first.lease.lost:
				t.Error("the first lost the store")
			default:
			}
		})
	}
}

// TestWhoLostTheStoreCanWriteNothing is also how a server that was paused finds
// the store when it goes on.
func TestWhoLostTheStoreCanWriteNothing(t *testing.T) {
	r := newRivals(t)
	first, _ := r.mustOpen(r.gone(), nil)
	if err := putDirectory(t.Context(), first, "d-1"); err != nil {
		t.Fatal(err)
	}
	second, said := r.mustOpen(r.self, nil) // at once: that process is gone
	if strings.Contains(said.String(), "waiting") {
		t.Errorf("waited for one that is gone: %s", said)
	}
	err := putDirectory(t.Context(), first, "d-2")
	if !errors.Is(err, ErrLost) {
		t.Errorf("the first wrote: %v", err)
	}
	tx := first.Begin()
	tx.DropSecret("none") // compares no object
	if _, err := tx.Commit(t.Context()); !errors.Is(err, ErrLost) {
		t.Errorf("the first wrote without comparing: %v", err)
	}
	if err := first.Hold(t.Context()); !errors.Is(err, ErrLost) {
		t.Errorf("the first is not told: %v", err)
	}
	if err := putDirectory(t.Context(), second, "d-3"); err != nil {
		t.Error(err)
	}
	if _, ok := Directories.Get(second, "d-2"); ok {
		t.Error("what the first wrote too late is there")
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if err := putDirectory(t.Context(), second, "d-4"); err != nil {
		t.Errorf("the end of the first took the store from the second: %v", err)
	}
}

// TestALeaseThatEndsIsNoticed: nobody writes, and nobody else takes the store.
func TestALeaseThatEndsIsNoticed(t *testing.T) {
	r := newRivals(t)
	s, _ := r.mustOpen(r.self, nil)
	if _, err := r.client.Revoke(t.Context(), s.lease.id); err != nil {
		t.Fatal(err)
	}
	if err := s.Hold(t.Context()); !errors.Is(err, ErrLost) {
		t.Error(err)
	}
	if err := putDirectory(t.Context(), s, "d-1"); !errors.Is(err, ErrLost) {
		t.Errorf("it still writes: %v", err)
	}
}

func TestAHostThatGivesNoSignIsWaitedFor(t *testing.T) {
	r := newRivals(t)
	value, err := json.Marshal(Writer{Process: r.elsewhere("dead"), Folder: "/data"})
	if err != nil {
		t.Fatal(err)
	}
	lease, err := r.client.Grant(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.Put(t.Context(), "/entente/writer", string(value), clientv3.WithLease(lease.ID)); err != nil {
		t.Fatal(err)
	}
	s, said := r.mustOpen(r.self, nil)
	if !strings.Contains(said.String(), "waiting") || !strings.Contains(said.String(), "host dead") {
		t.Errorf("it was not said what is waited for: %s", said)
	}
	if err := putDirectory(t.Context(), s, "d-1"); err != nil {
		t.Error(err)
	}
}

func TestAnOrderlyEndLetsTheNextInAtOnce(t *testing.T) {
	r := newRivals(t)
	first, _ := r.mustOpen(r.elsewhere("a"), nil)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	_, said := r.mustOpen(r.elsewhere("b"), nil)
	if strings.Contains(said.String(), "waiting") {
		t.Errorf("waited: %s", said)
	}
}

func TestAStoreIsTheOneThatIsMeant(t *testing.T) {
	r := newRivals(t)
	var notOurs *NotOursError
	for _, c := range []func(*Config){func(c *Config) { c.Used = true }, func(c *Config) { c.Installation = "A" }} {
		if _, _, err := r.open(r.self, c); !errors.As(err, &notOurs) || notOurs.Found != "" {
			t.Errorf("an empty store is taken for one that was used: %v", err)
		}
	}
	resp, err := r.client.Get(t.Context(), "/", clientv3.WithPrefix())
	if err != nil || len(resp.Kvs) > 0 {
		t.Fatalf("it was written to: %v, %v", resp.Kvs, err)
	}
	s, _ := r.mustOpen(r.self, nil)
	id := s.Installation()
	if err := errors.Join(putDirectory(t.Context(), s, "d-1"), s.Close()); err != nil || id == "" {
		t.Fatalf("%q, %v", id, err)
	}
	again, _ := r.mustOpen(r.self, func(c *Config) { c.Installation, c.Used = id, true })
	if again.Installation() != id {
		t.Errorf("it is %s now, and was %s", again.Installation(), id)
	}
	if _, _, err := r.open(r.self, func(c *Config) { c.Installation = "another" }); !errors.As(err, &notOurs) || notOurs.Found != id {
		t.Errorf("another's store is taken: %v", err)
	}
}

// TestAStoreOfAVersionWithoutInstallations becomes the folder's.
func TestAStoreOfAVersionWithoutInstallations(t *testing.T) {
	s, _ := openDump(t, "testdata/3081809.json")
	if s.Installation() == "" {
		t.Error("it has no id")
	}
}
