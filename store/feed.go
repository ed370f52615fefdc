package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// watchContext is the context of the watch. etcd's client keeps a stream per
// metadata, and a request for progress must find the same stream.
func watchContext(ctx context.Context) context.Context { return clientv3.WithRequireLeader(ctx) }

// load fills the cache with everything there is but the former audit log, which
// may be long and is nobody's to read here.
func (s *Store) load(ctx context.Context) error {
	all := s.prefix + "/data/"
	former, afterFormer := s.formerAuditPath()
	resp, err := s.client.Txn(ctx).Then(
		clientv3.OpGet(all, clientv3.WithRange(former)),
		clientv3.OpGet(afterFormer, clientv3.WithRange(clientv3.GetPrefixRangeEnd(all)))).Commit()
	if err != nil {
		return err
	}
	var updates []update
	for _, part := range resp.Responses {
		for _, kv := range part.GetResponseRange().Kvs {
			if u, ours := s.decode(kv); ours {
				updates = append(updates, u)
			}
		}
	}
	s.cache.replace(resp.Header.Revision, updates)
	return nil
}

// errGap says that the watch lost events: they were compacted away.
var errGap = errors.New("events were compacted away before they were seen")

// feed keeps the cache up to date until ctx ends. A broken watch goes on where
// it stopped; where that is not possible any more, everything is loaded again.
func (s *Store) feed(ctx context.Context) {
	for ctx.Err() == nil {
		err := s.watch(ctx)
		for errors.Is(err, errGap) && ctx.Err() == nil {
			s.log.Warn("store watch has a gap, loading everything again", "revision", s.Revision())
			if err = s.load(ctx); err != nil {
				err = errors.Join(errGap, err)
				pause(ctx)
			}
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("store watch broke, trying again", "error", err.Error())
			pause(ctx)
		}
	}
}

// pause keeps a failing cluster from being asked in a tight loop.
func pause(ctx context.Context) {
	t := time.NewTimer(200 * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// watch takes in events from the cache's revision on until the watch ends.
func (s *Store) watch(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // frees the watch on the server
	events := s.client.Watch(watchContext(ctx), s.prefix+"/data/",
		clientv3.WithPrefix(), clientv3.WithRev(s.Revision()+1), clientv3.WithProgressNotify())
	for resp := range events {
		if resp.CompactRevision != 0 {
			return errGap
		}
		if err := resp.Err(); err != nil {
			return err
		}
		updates := make([]update, 0, len(resp.Events))
		former, afterFormer := s.formerAuditPath()
		for _, ev := range resp.Events {
			if key := string(ev.Kv.Key); former <= key && key < afterFormer {
				continue // being moved, or written by an older version
			}
			updates = s.addEvent(updates, ev)
		}
		s.cache.advance(upTo(resp), updates)
	}
	return errors.New("the watch ended")
}

// upTo tells up to which revision a response leaves nothing out. While a watch
// catches up, the header is ahead of the events, so events come first; without
// events it is a progress notice, whose header may be trusted.
func upTo(resp clientv3.WatchResponse) int64 {
	if n := len(resp.Events); n > 0 {
		return resp.Events[n-1].Kv.ModRevision
	}
	if resp.IsProgressNotify() {
		return resp.Header.Revision
	}
	return 0
}

// catchUp waits for the cache to reach revision, asking etcd to say how far
// the watch is: a revision that changed nothing of ours brings no event.
func (s *Store) catchUp(ctx context.Context, revision int64) {
	for ctx.Err() == nil && s.Revision() < revision {
		_ = s.client.RequestProgress(watchContext(ctx))
		wait, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		_ = s.reach(wait, revision)
		cancel()
	}
}

// addEvent decodes one event, if it is about a table of ours.
func (s *Store) addEvent(updates []update, ev *clientv3.Event) []update {
	if ev.Type == clientv3.EventTypeDelete {
		if ch, ours := s.change(ev.Kv); ours {
			updates = append(updates, update{Change: ch, revision: ev.Kv.ModRevision})
		}
		return updates
	}
	if u, ours := s.decode(ev.Kv); ours {
		updates = append(updates, u)
	}
	return updates
}

// decode reads an object; ours is false in a table that this version does not
// know: a newer one made it, and it stays as it is.
func (s *Store) decode(kv *mvccpb.KeyValue) (u update, ours bool) {
	ch, ours := s.change(kv)
	if !ours {
		return update{}, false
	}
	u = update{Change: ch, value: kv.Value, revision: kv.ModRevision}
	if d, ok := tables[ch.Table]; ok {
		var err error
		if u.value, u.more, err = d.decode(kv.Value); err != nil {
			s.log.Error("a store object cannot be read, and is kept as it is", "object", ch.Table+"/"+ch.Key, "error", err.Error())
			u.closed = true
		}
	}
	return u, true
}

// change tells table and key of an etcd key; ours is false where no table is
// called so.
func (s *Store) change(kv *mvccpb.KeyValue) (ch Change, ours bool) {
	rest := strings.TrimPrefix(string(kv.Key), s.prefix+"/data/")
	for _, table := range []string{claimsTable, secretsTable} {
		if key, ok := strings.CutPrefix(rest, table+"/"); ok {
			return Change{Table: table, Key: key}, true
		}
	}
	noun, rest, _ := strings.Cut(rest, "/")
	part, key, _ := strings.Cut(rest, "/")
	table := noun + "/" + part
	if tables[table] == nil {
		if strings.HasPrefix(table, formerAudit) {
			return Change{}, false
		}
		if _, told := s.unknown.LoadOrStore(table, true); !told {
			s.log.Warn("the store has a table that this version does not know: a newer one made it; it is left as it is", "table", table)
		}
		return Change{}, false
	}
	return Change{Table: table, Key: key}, true
}
