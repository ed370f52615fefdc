package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/process"
)

// Writer is the one server that may write to a store, as others read of it.
type Writer struct {
	Process process.Process `json:"Process"`
	Folder  string          `json:"Folder"` // its data folder
	Since   time.Time       `json:"Since"`  // when it opened the store
}

// String is as in "host a, pid 12, data folder /var/lib/entente, since …".
func (w Writer) String() string {
	return fmt.Sprintf("%s, data folder %s, since %s", w.Process, w.Folder, w.Since.UTC().Format(time.RFC3339))
}

// InUseError says that another server writes to the store.
type InUseError struct{ By Writer }

func (e *InUseError) Error() string {
	return "another `entente serve` has it: " + e.By.String() + ".\n" +
		"Two servers on one store would make the same domain controllers twice: stop that one first, or start this one with another --etcd-endpoints"
}

// ErrLost ends a server that may not write any more.
var ErrLost = errors.New("this server's lease on the store has ended, as after a pause or a break in the network that was too long: " +
	"it writes nothing any more, and domain controllers run on")

// leaseTime is how long a server that gives no sign keeps the store.
const leaseTime = 15 * time.Second

// lease is a Store's right to write: an etcd key with a lease on it. Every
// transaction compares the key's revision, so that one who was paused for
// longer than the lease lasts can write nothing.
type lease struct {
	key      string
	id       clientv3.LeaseID
	revision int64 // of the key as this store wrote it
	lost     chan struct{}
}

// fence is the comparison that every transaction of a writer makes.
func (l *lease) fence() clientv3.Cmp {
	return clientv3.Compare(clientv3.ModRevision(l.key), "=", l.revision)
}

// takeLease makes this store the one that is written to by w, or says who is.
// One who is certainly gone is not waited for; one who may be gone is, for as
// long as its lease lasts, and it is said.
func (s *Store) takeLease(ctx context.Context, w Writer, ttl time.Duration) error {
	key := s.prefix + "/writer"
	value, err := json.Marshal(w)
	if err != nil {
		return err
	}
	granted, err := s.client.Grant(ctx, int64(ttl/time.Second))
	if err != nil {
		return err
	}
	defer func() {
		if s.lease == nil {
			s.revoke(granted.ID)
		}
	}()
	var held holder
	for {
		resp, err := s.client.Txn(ctx).
			If(clientv3.Compare(clientv3.ModRevision(key), "=", held.mayReplace)).
			Then(clientv3.OpPut(key, string(value), clientv3.WithLease(granted.ID))).
			Else(clientv3.OpGet(key)).Commit()
		if err != nil {
			return err
		}
		if resp.Succeeded {
			s.lease = &lease{key: key, id: granted.ID, revision: resp.Header.Revision, lost: make(chan struct{})}
			return nil
		}
		kv := first(resp.Responses[0])
		if kv == nil { // it ended just now
			held = holder{}
			continue
		}
		if held, err = s.look(ctx, held, kv, w); err != nil {
			return err
		}
		if held.mayReplace != 0 {
			continue
		}
		pause(ctx)
		if _, err := s.client.KeepAliveOnce(ctx, granted.ID); err != nil {
			return err
		}
	}
}

// holder is who has the store, as it was seen last.
type holder struct {
	revision   int64
	until      time.Time // its lease lasts no longer without a sign from it
	left       int64     // seconds of its lease
	mayReplace int64     // the key's revision when its process is certainly gone, else 0
}

// look judges who has the store. The error is *InUseError when it lives.
func (s *Store) look(ctx context.Context, before holder, kv *keyValue, w Writer) (holder, error) {
	var by Writer
	if err := json.Unmarshal(kv.Value, &by); err != nil {
		return holder{}, fmt.Errorf("cannot read who has it: %w", err)
	}
	now := holder{revision: kv.ModRevision, until: before.until}
	switch w.Process.Look(by.Process) {
	case process.Gone:
		s.log.Info("the server that had the store is gone", "was", by.String())
		now.mayReplace = kv.ModRevision
		return now, nil
	case process.Alive:
		return now, &InUseError{By: by}
	case process.Unknown: // on another host: its lease tells
	}
	lease, err := s.client.TimeToLive(ctx, clientv3.LeaseID(kv.Lease))
	if err != nil {
		return now, err
	}
	now.left = lease.TTL
	switch {
	case now.revision != before.revision: // seen for the first time
		now.until = time.Now().Add(time.Duration(lease.TTL+2) * time.Second)
		s.log.Warn("waiting for the store: its server is on another host, and has not given it back", "server", by.String(), "seconds", lease.TTL)
	case now.left > before.left || time.Now().After(now.until): // it was renewed
		return now, &InUseError{By: by}
	}
	return now, nil
}

// keepLease renews the lease until ctx ends or the store is lost. While etcd is
// out of reach it tries on: nobody else can write then either.
func (s *Store) keepLease(ctx context.Context) {
	for ctx.Err() == nil {
		renewed, err := s.client.KeepAlive(ctx, s.lease.id)
		for ok := err == nil; ok; {
			if s.isLost(ctx) {
				return
			}
			_, ok = <-renewed
		}
		if s.isLost(ctx) {
			return
		}
		pause(ctx)
	}
}

// isLost looks whether the store is still ours.
func (s *Store) isLost(ctx context.Context) bool {
	asked, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	resp, err := s.client.Get(asked, s.lease.key)
	if err != nil || len(resp.Kvs) == 1 && resp.Kvs[0].ModRevision == s.lease.revision {
		return false
	}
	s.lose()
	return true
}

// lose is called when another may write, or could.
func (s *Store) lose() {
	s.loseOnce.Do(func() {
		s.log.Error("the store is lost", "error", ErrLost.Error())
		close(s.lease.lost)
	})
}

// errLost is what an operation says that came too late.
func errLost() error {
	return errs.Wrap(ErrLost, errs.Unavailable, "This server may not write to the store any more.")
}

// Hold returns when this store may not be written to any more, with ErrLost, or
// when ctx ends, with nil. A store that was opened without Config.Writer is
// never lost.
func (s *Store) Hold(ctx context.Context) error {
	if s.lease == nil {
		<-ctx.Done()
		return nil
	}
	select {
	case <-s.lease.lost:
		return ErrLost
	case <-ctx.Done():
		return nil
	}
}

// revoke lets the next server in at once.
func (s *Store) revoke(id clientv3.LeaseID) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if _, err := s.client.Revoke(ctx, id); err != nil {
		s.log.Warn("the lease on the store was not given back: a server on another host has to wait for its end", "error", err.Error())
	}
}
