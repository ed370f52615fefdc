package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/store"
)

// decided writes n audit entries, a minute from one to the next.
func decided(t *testing.T, s *store.Store, from time.Time, n int) {
	t.Helper()
	for i := range n {
		tx := s.Begin()
		tx.Audit(audit.Entry{Time: from.Add(time.Duration(i) * time.Minute), RequestID: fmt.Sprint("r-", i)})
		Commit(t, tx)
	}
}

func requests(entries []audit.Entry) (ids []string) {
	for _, e := range entries {
		ids = append(ids, e.RequestID)
	}
	return ids
}

// auditLog wants the log outside of the cache and of the watch: not a single
// change is told of.
func auditLog(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	told := make(chan store.Change, 100)
	s.Subscribe(t.Context(), func(c store.Change) { told <- c })
	decided(t, s, someTime, 5)
	put(t, s, "d-1", "after them")
	if c := <-told; c.Table != store.Directories.Name() {
		t.Errorf("told of %v", c)
	}
	at := func(minutes int) time.Time { return someTime.Add(time.Duration(minutes) * time.Minute) }
	for name, c := range map[string]struct {
		r    store.AuditRange
		want string
		more bool
	}{
		"all":               {store.AuditRange{Limit: 9}, "[r-4 r-3 r-2 r-1 r-0]", false},
		"a page":            {store.AuditRange{Limit: 2}, "[r-4 r-3]", true},
		"since":             {store.AuditRange{Since: at(3), Limit: 9}, "[r-4 r-3]", false},
		"until":             {store.AuditRange{Until: at(1), Limit: 9}, "[r-0]", false},
		"both":              {store.AuditRange{Since: at(1), Until: at(3), Limit: 9}, "[r-2 r-1]", false},
		"nothing is in it":  {store.AuditRange{Since: at(3), Until: at(3), Limit: 9}, "[]", false},
		"the wrong way":     {store.AuditRange{Since: at(4), Until: at(1), Limit: 9}, "[]", false},
		"before all time":   {store.AuditRange{Since: time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), Limit: 9}, "[r-4 r-3 r-2 r-1 r-0]", false},
		"until after time":  {store.AuditRange{Until: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), Limit: 9}, "[r-4 r-3 r-2 r-1 r-0]", false},
		"a page in a range": {store.AuditRange{Since: at(1), Until: at(4), Limit: 1}, "[r-3]", true},
	} {
		records, more, err := s.AuditEntries(t.Context(), c.r)
		var got []audit.Entry
		for _, r := range records {
			got = append(got, r.Entry)
		}
		if err != nil || more != c.more || fmt.Sprint(requests(got)) != c.want {
			t.Errorf("%s: %v, %v, %v; want %s, %v", name, requests(got), more, err, c.want, c.more)
		}
	}
	first, _, err := s.AuditEntries(t.Context(), store.AuditRange{Limit: 2})
	if err != nil || len(first) != 2 {
		t.Fatal(first, err)
	}
	rest, _, err := s.AuditEntries(t.Context(), store.AuditRange{After: first[1].Position, Since: at(1), Limit: 9})
	if err != nil || len(rest) != 2 || rest[0].RequestID != "r-2" || rest[1].RequestID != "r-1" {
		t.Errorf("the next page: %+v, %v", rest, err)
	}
}

// auditPruned wants the newest entries to stay, of a log of several batches.
func auditPruned(t *testing.T, cfg store.Config) {
	const all = 150
	s := Open(t, cfg)
	decided(t, s, someTime, all)
	now := someTime.Add(all * time.Minute)
	for _, c := range []struct {
		keep          store.AuditKeep
		deleted, left int
	}{
		{store.AuditKeep{}, 0, 150},
		{store.AuditKeep{Age: time.Hour * 24, Number: 150}, 0, 150},
		{store.AuditKeep{Age: 140 * time.Minute}, 10, 140},
		{store.AuditKeep{Age: 140 * time.Minute, Number: 70}, 70, 70},
		{store.AuditKeep{Number: 1}, 69, 1},
	} {
		deleted, err := s.PruneAudit(t.Context(), c.keep, now)
		left := requests(AuditLog(t, s))
		if err != nil || deleted != c.deleted || len(left) != c.left || left[0] != "r-149" || left[c.left-1] != fmt.Sprint("r-", all-c.left) {
			t.Errorf("%+v: deleted %d, %v; left %d: %v", c.keep, deleted, err, len(left), left)
		}
	}
}

// auditMoved wants what the release before wrote: each entry in a table among
// the others.
func auditMoved(t *testing.T, cfg store.Config) {
	const all = 150
	client := raw(t, cfg)
	for i := range all {
		e := audit.Entry{Time: someTime.Add(time.Duration(i) * time.Minute), RequestID: fmt.Sprint("r-", i), Operation: "CreateTrust"}
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		key := cfg.Prefix + "/data/audit/spec/" + e.Time.UTC().Format("2006-01-02T15:04:05.000000000Z") + "/" + e.RequestID
		if _, err := client.Put(t.Context(), key, string(b)); err != nil {
			t.Fatal(err)
		}
	}
	s := Open(t, cfg)
	told := make(chan store.Change, 2*all)
	s.Subscribe(t.Context(), func(c store.Change) { told <- c })
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.PruneAudit(stopped, store.AuditKeep{}, someTime); err == nil {
		t.Error("a move that was stopped says nothing")
	}
	if _, err := s.PruneAudit(t.Context(), store.AuditKeep{}, someTime); err != nil {
		t.Fatal(err)
	}
	entries := AuditLog(t, s)
	if len(entries) != all || entries[0].RequestID != "r-149" || entries[149].RequestID != "r-0" || entries[9].Operation != "CreateTrust" {
		t.Errorf("%d entries: %v", len(entries), requests(entries))
	}
	left, err := client.Get(t.Context(), cfg.Prefix+"/data/audit/", clientv3.WithPrefix(), clientv3.WithCountOnly())
	if err != nil || left.Count != 0 {
		t.Errorf("%d entries are left at the former place, %v", left.Count, err)
	}
	put(t, s, "d-1", "after the move")
	if c := <-told; c.Table != store.Directories.Name() {
		t.Errorf("told of %v", c)
	}
}
