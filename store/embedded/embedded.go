// Package embedded runs an etcd of one member, for an Entente that has no
// cluster of its own to use: inside this process, or in one of its own that may
// end and come back while this one goes on.
//
// It listens on a unix socket in its folder (mode 0700) and on nothing else,
// so that other users of the machine cannot read it and a second process of
// the same user, such as `entente keys`, can. It is not a member of a larger
// cluster and never becomes one. After a crash it starts from its folder with
// every write that was acknowledged; two processes cannot use one folder.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"

	"go.etcd.io/etcd/server/v3/embed"
)

// Config configures a Server.
type Config struct {
	Dir string       // made with mode 0700 when missing
	Log *slog.Logger // nil means slog.Default()
	// Quota is how large the data base may become, in bytes; etcd then takes
	// nothing but deletes. 0 means DefaultQuota.
	Quota int64

	// Volatile gives up durability for speed, for tests.
	Volatile bool
	// ListenTCP also listens on this loopback address ("127.0.0.1:0"), for
	// tests that play an external cluster. "" means the socket alone.
	ListenTCP string
}

// Server is a running etcd.
type Server struct {
	etcd   *embed.Etcd
	lock   *os.File
	socket *socket
	once   sync.Once

	stopTending context.CancelFunc
	tending     sync.WaitGroup

	closing atomic.Bool // etcd's complaints are about that, then
}

// ErrInUse says that another process has the folder.
var ErrInUse = errors.New("another process uses this folder")

// Start starts an etcd and returns when it serves. It gives up when ctx ends.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	s, err := start(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("cannot start etcd in %s: %w", cfg.Dir, err)
	}
	return s, nil
}

func start(ctx context.Context, cfg Config) (_ *Server, err error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Quota == 0 {
		cfg.Quota = DefaultQuota
	}
	if err := prepare(&cfg.Dir); err != nil {
		return nil, err
	}
	s := &Server{}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.lock, err = lock(filepath.Join(cfg.Dir, "lock")); err != nil {
		return nil, err
	}
	if damage := glance(cfg.Dir); damage != "" {
		return nil, &DamagedError{Dir: cfg.Dir, Damage: damage}
	}
	if s.socket, err = newSocket(cfg.Dir); err != nil {
		return nil, err
	}
	if s.etcd, err = embed.StartEtcd(etcdConfig(cfg, s.socket.path, &s.closing)); err != nil {
		return nil, err
	}
	select {
	case <-s.etcd.Server.ReadyNotify():
		s.tend(cfg)
		return s, nil
	case err := <-s.etcd.Err():
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// prepare makes the folder, for its owner alone, and makes its name absolute.
func prepare(dir *string) (err error) {
	if *dir, err = filepath.Abs(*dir); err != nil {
		return err
	}
	if err := os.MkdirAll(*dir, 0o700); err != nil {
		return err
	}
	return os.Chmod(*dir, 0o700) // it may have been there
}

// lock keeps other processes out; the kernel gives it back when we die.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, ErrInUse
	}
	return f, nil
}

// Endpoint is what a client in this process connects to.
func (s *Server) Endpoint() string { return s.socket.endpoint() }

// TCPEndpoint is the address of Config.ListenTCP, "" without.
func (s *Server) TCPEndpoint() string {
	for _, l := range s.etcd.Clients {
		if a := l.Addr(); a.Network() == "tcp" {
			return (&url.URL{Scheme: "http", Host: a.String()}).String()
		}
	}
	return ""
}

// Err gives the error that ended etcd while it ran.
func (s *Server) Err() <-chan error { return s.etcd.Err() }

// Close stops etcd and gives the folder free. It may be called twice.
func (s *Server) Close() {
	s.once.Do(func() {
		s.closing.Store(true)
		if s.stopTending != nil {
			s.stopTending()
			s.tending.Wait()
		}
		if s.etcd != nil {
			s.etcd.Close()
		}
		if s.socket != nil {
			s.socket.close()
		}
		if s.lock != nil {
			_ = s.lock.Close()
		}
	})
}
