// Package events tells those who asked for it what happens to directories:
// changes of their stage to event topics, and the security logs of their
// domain controllers to log groups.
//
// Its keys are topics and log subscriptions. A message is delivered first and
// noted as delivered then, so after a crash it may come twice and is never
// lost (of a log, what the last minute brought); a topic is told the stage that is, so stages that passed while it could
// not be reached are not. Nothing else waits for a delivery.
package events

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
)

// Deliver brings a body to the topic or log group of that name. known is false
// when nobody said where its messages go.
type Deliver func(ctx context.Context, name, contentType string, body []byte) (known bool, err error)

// Logs reads domain controllers' security logs.
type Logs interface {
	SecurityLog(dc directory.DCID, from directory.LogPlace) (records []string, next directory.LogPlace, err error)
}

// Config configures a Reconciler.
type Config struct {
	Store  *store.Store
	Topics Deliver
	Groups Deliver
	Logs   Logs
	Log    *slog.Logger     // nil means slog.Default()
	Now    func() time.Time // nil means time.Now
}

// Reconciler tells what happens. It fits reconcile.Reconciler.
type Reconciler struct {
	cfg   Config
	store *store.Store

	mu     sync.Mutex
	memory map[string]memory // by log subscription
}

const (
	topicKey = "topic/"
	logKey   = "log/"

	retry  = 5 * time.Second // after a delivery that failed
	follow = 2 * time.Second // between looks at security logs
)

// New builds a Reconciler.
func New(cfg Config) *Reconciler {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Reconciler{cfg: cfg, store: cfg.Store, memory: map[string]memory{}}
}

// Name implements reconcile.Reconciler.
func (r *Reconciler) Name() string { return "events" }

// Keys lists topics and subscriptions, and those whose status outlived them.
func (r *Reconciler) Keys() []string {
	seen := map[string]bool{}
	for o := range store.EventTopics.All(r.store) {
		seen[topicKey+o.Key] = true
	}
	for o := range store.EventTopicStatus.All(r.store) {
		seen[topicKey+o.Key] = true
	}
	for o := range store.LogSubscriptions.All(r.store) {
		seen[logKey+o.Key] = true
	}
	for o := range store.LogStatus.All(r.store) {
		seen[logKey+o.Key] = true
	}
	return slices.Collect(maps.Keys(seen))
}

// KeysFor names the keys that a change in the store concerns.
func (r *Reconciler) KeysFor(c store.Change) []string {
	switch c.Table {
	case store.EventTopics.Name():
		return []string{topicKey + c.Key}
	case store.LogSubscriptions.Name():
		return []string{logKey + c.Key}
	case store.Directories.Name(), store.DirectoryStatus.Name():
		var keys []string
		// What a log brings is looked at by the clock; only what the directory
		// is to be, and where, concerns its subscription.
		logs := c.Table == store.Directories.Name()
		for _, key := range r.Keys() {
			if strings.HasPrefix(key, topicKey+c.Key+"/") || logs && strings.HasPrefix(key, logKey+c.Key+"/") {
				keys = append(keys, key)
			}
		}
		return keys
	}
	return nil
}

// Reconcile implements reconcile.Reconciler.
func (r *Reconciler) Reconcile(ctx context.Context, key string) (again time.Duration, err error) {
	if name, ok := strings.CutPrefix(key, topicKey); ok {
		again, err = r.topic(ctx, name)
	} else {
		again, err = r.log(ctx, strings.TrimPrefix(key, logKey))
	}
	var lost *store.ConflictError
	if errors.As(err, &lost) {
		return time.Second, nil // somebody was faster; look again
	}
	return again, err
}

// save writes a status if it changed.
func save[T any](ctx context.Context, s *store.Store, table store.Table[T], was store.Object[T], is T) error {
	if was.Revision != 0 && reflect.DeepEqual(was.Value, is) {
		return nil
	}
	tx := s.Begin()
	table.Put(tx, was.Key, is, was.Revision)
	_, err := tx.Commit(ctx)
	return err
}

// drop forgets a wish that is no longer one, with what became of it.
func drop[S, T any](ctx context.Context, s *store.Store, specs store.Table[S], states store.Table[T], key string) error {
	tx := s.Begin()
	if o, ok := specs.Get(s, key); ok {
		specs.Delete(tx, key, o.Revision)
	}
	if o, ok := states.Get(s, key); ok {
		states.Delete(tx, key, o.Revision)
	}
	_, err := tx.Commit(ctx)
	return err
}
