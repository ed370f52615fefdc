// Package embedded runs an etcd of one member inside this process, for an
// Entente that has no cluster of its own to use.
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
	socket string
	dir    *os.File // keeps the short name of the socket valid; nil when not needed
	once   sync.Once

	closing atomic.Bool // etcd's complaints are about that, then
}

// ErrInUse says that another process has the folder.
var ErrInUse = errors.New("another process uses this folder")

// Socket is where the etcd of the folder dir listens.
func Socket(dir string) string { return filepath.Join(dir, "etcd.sock") }

// Endpoint gives what a client of the etcd that another process runs in dir
// connects to.
func Endpoint(dir string) string { return "unix://" + Socket(dir) }

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
	if cfg.Dir, err = filepath.Abs(cfg.Dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	if err := os.Chmod(cfg.Dir, 0o700); err != nil { // it may have been there
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
	if err := s.chooseSocket(cfg.Dir); err != nil {
		return nil, err
	}
	if s.etcd, err = embed.StartEtcd(etcdConfig(cfg, s.socket, &s.closing)); err != nil {
		return nil, err
	}
	select {
	case <-s.etcd.Server.ReadyNotify():
		return s, nil
	case err := <-s.etcd.Err():
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
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

// maxSocketPath is what fits sun_path (unix(7)), its final NUL not counted.
const maxSocketPath = 107

// chooseSocket gives the socket a name that the kernel takes: a folder with a
// long path is named by an open descriptor instead.
func (s *Server) chooseSocket(dir string) (err error) {
	s.socket = Socket(dir)
	if len(s.socket) <= maxSocketPath {
		return nil
	}
	if s.dir, err = os.Open(dir); err != nil {
		return err
	}
	s.socket = fmt.Sprintf("/proc/self/fd/%d/%s", s.dir.Fd(), filepath.Base(s.socket))
	return nil
}

// Endpoint is what a client in this process connects to.
func (s *Server) Endpoint() string { return "unix://" + s.socket }

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
		if s.etcd != nil {
			s.etcd.Close()
		}
		for _, f := range []*os.File{s.dir, s.lock} {
			if f != nil {
				_ = f.Close()
			}
		}
	})
}
