package store

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"

	"github.com/entente-ad/entente/internal/secret"
)

// Store is the door to etcd: client, cache, sealer.
type Store struct {
	client    *clientv3.Client
	ownClient bool
	prefix    string // without a slash at its end
	sealer    *Sealer
	log       *slog.Logger
	schema    Schema   // as the store says
	stated    bool     // the store says so
	unknown   sync.Map // names of tables that this version does not know, told already
	writable  func() error

	installation string
	installed    bool   // it stands in the store
	lease        *lease // nil without a Writer
	loseOnce     sync.Once

	cache *cache

	calls     chan *slot
	free      chan *slot
	abandoned chan *slot

	stop        context.CancelFunc
	closed      <-chan struct{}
	background  sync.WaitGroup
	subscribers sync.WaitGroup
	closeOnce   func() error
}

// Config configures a Store. Client or Endpoints is needed, and Sealer.
type Config struct {
	Client    *clientv3.Client // used as it is, and not closed by Close
	Endpoints []string         // of a cluster, or embedded.Server.Endpoint
	TLS       *tls.Config      // for https endpoints; nil means none
	Username  string           // "" means etcd's authentication is off
	Password  secret.Text
	Prefix    string       // "" means "/entente"
	Sealer    *Sealer      // see OpenSealer
	Log       *slog.Logger // nil means slog.Default()
	// Writable says why nothing can be written at the moment. It is asked before
	// each transaction; nil means that nothing is in the way.
	Writable func() error

	// Writer takes the store for one server. Nil means that nobody is kept out:
	// nobody else can reach the etcd.
	Writer *Writer
	// LeaseTime is how long a Writer that gives no sign keeps the store, in whole
	// seconds; 0 means 15 s.
	LeaseTime time.Duration
	// Installation is the id of the store that is meant; "" means any.
	Installation string
	// Used says that the store that is meant is not a new one.
	Used bool
}

// Open connects, checks that the store is the one that is meant and of a schema
// that this version knows, takes it for cfg.Writer, checks that the sealer's
// key is the store's, and fills the cache. It gives up when ctx ends. Errors:
// *InUseError, *NotOursError; after both nothing was written.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Sealer == nil {
		return nil, errors.New("cannot open the store: no sealer")
	}
	if cfg.Prefix == "" {
		cfg.Prefix = "/entente"
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Writable == nil {
		cfg.Writable = func() error { return nil }
	}
	s := &Store{
		writable: cfg.Writable,
		client:   cfg.Client, prefix: strings.TrimSuffix(cfg.Prefix, "/"), sealer: cfg.Sealer,
		log: cfg.Log, cache: newCache(),
		calls: make(chan *slot), free: make(chan *slot, workers), abandoned: make(chan *slot, workers),
	}
	if s.client == nil {
		client, err := dial(cfg)
		if err != nil {
			return nil, fmt.Errorf("cannot open the store at %s: %w", strings.Join(cfg.Endpoints, ","), err)
		}
		s.client, s.ownClient = client, true
	}
	background, cancel := context.WithCancel(context.Background())
	s.stop, s.closed = cancel, background.Done()
	s.closeOnce = sync.OnceValue(s.close)
	if err := s.prepare(ctx, background, cfg); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("cannot open the store: %w", err)
	}
	s.startWorkers(background)
	s.background.Go(func() { s.collect(background) })
	s.background.Go(func() { s.feed(background) })
	return s, nil
}

// prepare comes to nothing before the store is certainly the one that is meant.
func (s *Store) prepare(ctx, background context.Context, cfg Config) error {
	if err := s.checkSchema(ctx); err != nil {
		return err
	}
	if err := s.checkInstallation(ctx, cfg.Installation, cfg.Used); err != nil {
		return err
	}
	if cfg.Writer != nil {
		if err := s.takeLease(ctx, *cfg.Writer, cmp.Or(cfg.LeaseTime, leaseTime)); err != nil {
			return err
		}
		s.background.Go(func() { s.keepLease(background) })
	}
	for _, step := range []func(context.Context) error{s.noteSchema, s.noteInstallation, s.checkSealer, s.load} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return s.checkReadable()
}

func dial(cfg Config) (*clientv3.Client, error) {
	return clientv3.New(clientv3.Config{
		Endpoints: cfg.Endpoints, TLS: cfg.TLS,
		Username: cfg.Username, Password: cfg.Password.Reveal(),
		DialTimeout:          5 * time.Second,
		DialKeepAliveTime:    10 * time.Second, // a dead peer is noticed without traffic
		DialKeepAliveTimeout: 5 * time.Second,
		Logger:               zap.NewNop(), // what goes wrong comes back as an error
		// An etcd that was away for long is found as soon as it is back.
		DialOptions: []grpc.DialOption{grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
			MinConnectTimeout: 5 * time.Second,
		})},
	})
}

// Close ends the watch and every wait. Subscribers are not called any more
// once it returns. It may be called twice.
func (s *Store) Close() error { return s.closeOnce() }

func (s *Store) close() error {
	s.stop()
	s.background.Wait()
	s.subscribers.Wait()
	if s.lease != nil {
		s.revoke(s.lease.id)
	}
	if s.ownClient {
		return s.client.Close()
	}
	return nil
}

// path gives the etcd key of a table's key.
func (s *Store) path(table, key string) string { return s.prefix + "/data/" + table + "/" + key }
