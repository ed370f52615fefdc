package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/entente-ad/entente/audit"
)

// AuditKeep says how much of the audit log is kept. Zero fields mean no bound.
type AuditKeep struct {
	Age    time.Duration // entries older than this go
	Number int           // of the entries, the newest stay
}

// auditBatch is how many entries one transaction moves or deletes. etcd allows
// 128 operations in a transaction unless it was told otherwise, and moving
// takes two of them.
const auditBatch = 60

// formerAudit is where the audit log was while it was a table like any other.
const formerAudit = "audit/"

// formerAuditPath gives the range of etcd keys of the former audit log.
func (s *Store) formerAuditPath() (from, to string) {
	from = s.prefix + "/data/" + formerAudit
	return from, clientv3.GetPrefixRangeEnd(from)
}

// PruneAudit brings the audit log to what keep says as of now: entries that
// stand where they formerly were are moved to where they belong, then the
// oldest go. It works in many small transactions; when it is stopped between
// two of them the next call goes on. It gives how many entries it deleted.
func (s *Store) PruneAudit(ctx context.Context, keep AuditKeep, now time.Time) (deleted int, err error) {
	if err := s.moveFormerAudit(ctx); err != nil {
		return 0, fmt.Errorf("cannot move audit entries to their place: %w", err)
	}
	if keep.Age > 0 {
		from, to := s.auditBounds(time.Time{}, now.Add(-keep.Age))
		if deleted, err = s.deleteAudit(ctx, from, to); err != nil {
			return deleted, fmt.Errorf("cannot delete audit entries older than %s: %w", keep.Age, err)
		}
	}
	if keep.Number > 0 {
		beyond, err := s.auditBeyond(ctx, keep.Number)
		if err == nil && beyond != "" {
			var more int
			more, err = s.deleteAudit(ctx, beyond, clientv3.GetPrefixRangeEnd(s.auditPath("")))
			deleted += more
		}
		if err != nil {
			return deleted, fmt.Errorf("cannot delete audit entries beyond the newest %d: %w", keep.Number, err)
		}
	}
	return deleted, nil
}

// deleteAudit deletes the entries of a range, one small transaction after
// another.
func (s *Store) deleteAudit(ctx context.Context, from, to string) (deleted int, err error) {
	for {
		resp, err := s.get(ctx, from, clientv3.WithRange(to), clientv3.WithKeysOnly(), clientv3.WithLimit(auditBatch))
		if err != nil || len(resp.Kvs) == 0 {
			return deleted, err
		}
		last := string(resp.Kvs[len(resp.Kvs)-1].Key) + "\x00"
		tx := s.Begin()
		tx.unseen = append(tx.unseen, clientv3.OpDelete(from, clientv3.WithRange(last)))
		if _, err := tx.Commit(ctx); err != nil {
			return deleted, err
		}
		deleted += len(resp.Kvs)
		from = last
	}
}

// auditBeyond gives the etcd key of the newest entry that is beyond number, ""
// when there are not so many.
func (s *Store) auditBeyond(ctx context.Context, number int) (key string, err error) {
	const page = 10_000
	from, to := s.auditPath(""), clientv3.GetPrefixRangeEnd(s.auditPath(""))
	count, err := s.get(ctx, from, clientv3.WithRange(to), clientv3.WithCountOnly())
	if err != nil || count.Count <= int64(number) {
		return "", err
	}
	for left := number + 1; left > 0; {
		resp, err := s.get(ctx, from, clientv3.WithRange(to), clientv3.WithKeysOnly(), clientv3.WithLimit(int64(min(left, page))))
		if err != nil || len(resp.Kvs) == 0 {
			return "", err
		}
		left -= len(resp.Kvs)
		key = string(resp.Kvs[len(resp.Kvs)-1].Key)
		from = key + "\x00"
	}
	return key, nil
}

// moveFormerAudit moves the entries of the former audit log. Doing it again
// after a crash writes the same entry to the same place.
func (s *Store) moveFormerAudit(ctx context.Context) error {
	from, to := s.formerAuditPath()
	for {
		resp, err := s.get(ctx, from, clientv3.WithRange(to), clientv3.WithLimit(auditBatch))
		if err != nil || len(resp.Kvs) == 0 {
			return err
		}
		tx := s.Begin()
		for _, kv := range resp.Kvs {
			var e audit.Entry
			if err := json.Unmarshal(kv.Value, &e); err != nil {
				return fmt.Errorf("cannot read %s: %w", kv.Key, err)
			}
			tx.unseen = append(tx.unseen,
				clientv3.OpPut(s.auditPath(auditKey(e.Time, e.RequestID)), string(kv.Value)), clientv3.OpDelete(string(kv.Key)))
		}
		if _, err := tx.Commit(ctx); err != nil {
			return err
		}
	}
}
