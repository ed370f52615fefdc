package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
)

// AuditRecord is an audit entry with its place in the order of all of them.
type AuditRecord struct {
	audit.Entry
	Position string // for AuditRange.After; opaque
}

// AuditRange says which part of the audit log to read. Zero fields mean no
// bound.
type AuditRange struct {
	Since time.Time // entries of this moment and later
	Until time.Time // entries before this moment
	After string    // the Position that the page before ended with
	Limit int       // entries at most; it must be above 0
}

// Audit writes an audit entry with the decision.
func (tx *Txn) Audit(e audit.Entry) {
	b, err := json.Marshal(e)
	if err != nil {
		tx.fail(fmt.Errorf("cannot encode the audit entry of request %s: %w", e.RequestID, err))
		return
	}
	tx.unseen = append(tx.unseen, clientv3.OpPut(tx.store.auditPath(auditKey(e.Time, e.RequestID)), string(b)))
}

// auditPath gives the etcd key of a position in the audit log. The log is not
// below /data/: nothing of it is loaded at the start, watched or cached, so its
// length costs nothing but room in etcd.
func (s *Store) auditPath(position string) string { return s.prefix + "/audit/" + position }

// auditKey sorts entries by time, to the nanosecond, the newest first: etcd
// reads a range from its lower end without touching the rest.
func auditKey(at time.Time, requestID string) string { return auditTime(at) + "/" + requestID }

// auditTime sorts moments, the newest first. It knows those from 1970 to 2261;
// any other counts as the nearest of them.
func auditTime(at time.Time) string {
	first, last := time.Unix(0, 0), time.Unix(0, math.MaxInt64)
	switch {
	case at.Before(first):
		at = first
	case at.After(last):
		at = last
	}
	return fmt.Sprintf("%016x", math.MaxInt64-at.UnixNano())
}

// AuditEntries reads the audit log from etcd, the newest entry first: at most
// r.Limit entries of the range. more says that the range has others.
func (s *Store) AuditEntries(ctx context.Context, r AuditRange) (records []AuditRecord, more bool, err error) {
	from, to := s.auditBounds(r.Since, r.Until)
	if after := s.auditPath(r.After) + "\x00"; r.After != "" && after > from {
		from = after
	}
	if from >= to || r.Limit <= 0 {
		return nil, false, nil
	}
	resp, err := s.get(ctx, from, clientv3.WithRange(to), clientv3.WithLimit(int64(r.Limit)))
	if err != nil {
		return nil, false, errs.Wrap(err, errs.Unavailable, "The audit log could not be read: the store did not answer.")
	}
	for _, kv := range resp.Kvs {
		record := AuditRecord{Position: strings.TrimPrefix(string(kv.Key), s.auditPath(""))}
		if err := json.Unmarshal(kv.Value, &record.Entry); err != nil {
			return nil, false, fmt.Errorf("cannot read the audit entry %s: %w", record.Position, err)
		}
		records = append(records, record)
	}
	return records, resp.More, nil
}

// auditBounds gives the etcd keys [from, to) of the entries of [since, until).
func (s *Store) auditBounds(since, until time.Time) (from, to string) {
	from, to = s.auditPath(""), clientv3.GetPrefixRangeEnd(s.auditPath(""))
	if !until.IsZero() {
		from = s.auditPath(auditTime(until) + "0") // "/" sorts before "0": the moment itself is out
	}
	if !since.IsZero() {
		to = s.auditPath(auditTime(since) + "0")
	}
	return from, to
}

// get reads from etcd, past the cache.
func (s *Store) get(ctx context.Context, key string, opts ...clientv3.OpOption) (resp *clientv3.GetResponse, err error) {
	answer := make(chan *clientv3.GetResponse, 1)
	err = s.outside(ctx, func(ctx context.Context) (outcome, error) {
		resp, err := s.client.Get(ctx, key, opts...)
		if err == nil {
			answer <- resp
		}
		return outcome{}, err
	}, &outcome{})
	if err != nil {
		return nil, err
	}
	return <-answer, nil
}
