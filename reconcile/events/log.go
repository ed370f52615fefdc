package events

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/store"
)

// log forwards what is new in the security logs of a directory's domain
// controllers in one Region.
func (r *Reconciler) log(ctx context.Context, key string) (time.Duration, error) {
	spec, ok := store.LogSubscriptions.Get(r.store, key)
	home, lives := store.Directories.Get(r.store, string(spec.Value.Directory))
	_, here := home.Value.Place(spec.Value.Region)
	if !ok || spec.Value.Delete || !lives || !here {
		r.forget(key)
		return 0, drop(ctx, r.store, store.LogSubscriptions, store.LogStatus, key)
	}
	was, _ := store.LogStatus.Get(r.store, key)
	m := r.recall(key)
	is := directory.LogSubscriptionStatus{Places: maps.Clone(was.Value.Places)}
	if m.places != nil {
		is.Places = maps.Clone(m.places)
	}
	if is.Places == nil {
		is.Places = map[directory.DCID]directory.LogPlace{}
	}
	var failed error
	for _, dc := range home.Value.DCsIn(spec.Value.Region) {
		next, err := r.forward(ctx, home.Value, spec.Value, dc, is.Places[dc.ID])
		if next != (directory.LogPlace{}) {
			is.Places[dc.ID] = next
		}
		failed = errors.Join(failed, err)
	}
	m.places = is.Places
	r.remember(key, m)
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	again := follow
	if failed != nil {
		is.Error, again = failed.Error(), retry
		if was.Value.Error == "" {
			r.cfg.Log.Warn("a security log was not forwarded", "group", spec.Value.Group, "directory", home.Key, "error", is.Error)
		}
	}
	// Whether it works is told at once; the words of a failure may differ each
	// time, as by the port that was used.
	if (is.Error == "") == (was.Value.Error == "") && was.Revision != 0 && r.cfg.Now().Sub(m.saved) < saveEvery {
		return again, nil
	}
	if err := save(ctx, r.store, store.LogStatus, was, is); err != nil {
		return 0, err
	}
	m.saved = r.cfg.Now()
	r.remember(key, m)
	return again, nil
}

// saveEvery is how often places are written to the store. Nobody reads them
// but this reconciler after a start, and a write costs a disk and wakes
// whoever watches: records that were delivered since come again after a crash.
const saveEvery = time.Minute

// memory is how far forwarding has got in this process.
type memory struct {
	places map[directory.DCID]directory.LogPlace // nil means that the store knows best
	saved  time.Time
}

func (r *Reconciler) recall(key string) memory {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.memory[key]
}

func (r *Reconciler) remember(key string, m memory) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.memory[key] = m
}

func (r *Reconciler) forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.memory, key)
}

// logged is one record as it is forwarded, one per line.
type logged struct {
	LogGroup  string          `json:"logGroup"`
	LogStream string          `json:"logStream"` // "<directory id>-<Region>-<DC's host name>"
	Directory directory.ID    `json:"directoryId"`
	DC        directory.DCID  `json:"domainControllerId"`
	Event     json.RawMessage `json:"event"` // as Samba wrote it
}

// maxBatches bounds what one run delivers of one domain controller's log, so
// that the place is written now and then however much there is.
const maxBatches = 5

// forward delivers what one domain controller wrote after a place, and gives
// the place after what was delivered.
func (r *Reconciler) forward(ctx context.Context, home directory.Spec, sub directory.LogSubscription, dc directory.DC, from directory.LogPlace) (directory.LogPlace, error) {
	for range maxBatches {
		records, next, err := r.cfg.Logs.SecurityLog(dc.ID, from)
		if err != nil || len(records) == 0 {
			return from, err
		}
		var body bytes.Buffer
		lines := json.NewEncoder(&body)
		for _, record := range records {
			if !json.Valid([]byte(record)) {
				continue // cut by a crash
			}
			err = errors.Join(err, lines.Encode(logged{
				LogGroup: sub.Group, LogStream: string(home.ID) + "-" + sub.Region + "-" + dc.HostName,
				Directory: home.ID, DC: dc.ID, Event: json.RawMessage(record),
			}))
		}
		if err != nil {
			return from, err
		}
		var known bool
		err = reconcile.Wait(ctx, func() (err error) {
			known, err = r.cfg.Groups(ctx, sub.Group, "application/x-ndjson", body.Bytes())
			return err
		})
		switch {
		case !known:
			return from, errors.New("no destination is configured for the log group")
		case err != nil:
			return from, err
		}
		from = next
	}
	return from, nil
}
