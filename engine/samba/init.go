package samba

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"golang.org/x/sys/unix"
)

// Forwarder is the DNS forwarder that Init runs in the container's network
// namespace, at 127.0.0.53:53.
type Forwarder interface {
	// Run serves until ctx ends.
	Run(ctx context.Context) error
	// SetRules replaces all rules by the complete set given.
	SetRules(revision int64, rules []directory.ForwardRule) error
	// Revision is that of the rules being served.
	Revision() int64
	// Health says how the servers of the rules answer.
	Health() []directory.UpstreamHealth
}

// ForwarderConfig is what a Forwarder must know of its DC.
type ForwarderConfig struct {
	OwnDomain    directory.FQDN // asked of Samba at 127.0.0.1, not cached
	OwnAddresses []netip.Addr   // a rule that names one of them would ask itself
	Log          *slog.Logger
}

// InitConfig configures Init.
type InitConfig struct {
	ConfigFile   string                          // config.json of the DC's state folder
	NewForwarder func(ForwarderConfig) Forwarder // joins engine/dnsforward
	Log          *slog.Logger                    // nil means text on standard error
}

// container is the state of Init.
type container struct {
	cfg      initConfig
	log      *slog.Logger
	launched time.Time
	children *children
	book     *logbook // what jobs say
	samba    *supervisor
	stop     context.CancelFunc

	lanes   *lanes // whose turn it is
	runJob  func(ctx context.Context, job []byte, secrets []string, more ...*os.File) (json.RawMessage, error)
	serving chan struct{} // closed when the database is complete

	rulesMu   sync.Mutex
	forwarder Forwarder

	mu     sync.Mutex
	marker marker // DomainSID, once serving is closed
}

// Init is pid 1 of a container. It returns when it has been told to stop, and
// then nothing runs in the container any more.
func Init(ctx context.Context, ic InitConfig) error {
	// The heap is a few megabytes; its cost per DC matters more than speed.
	debug.SetGCPercent(30)
	debug.SetMemoryLimit(24 << 20)
	if ic.Log == nil {
		ic.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	cfg, err := readConfig(ic.ConfigFile)
	if err != nil {
		return err
	}
	if os.Getpid() != 1 {
		return errors.New("dc-init is started by entente serve, as the first process of a container, and by nobody else")
	}
	lock, err := takeLock(cfg.path(fileLock))
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	if err := writePIDFile(cfg.PIDFile); err != nil {
		return err
	}
	if err := setUp(cfg); err != nil {
		return err
	}
	c := newContainer(cfg, ic)
	return c.run(ctx)
}

func newContainer(cfg initConfig, ic InitConfig) *container {
	c := &container{
		cfg: cfg, log: ic.Log.With("dc", cfg.DC), launched: time.Now(),
		children: newChildren(), book: newLogbook(cfg.path(dirLog, "jobs.log")),
		lanes: newLanes(), serving: make(chan struct{}),
	}
	c.runJob = func(ctx context.Context, job []byte, secrets []string, more ...*os.File) (json.RawMessage, error) {
		return runJob(ctx, c.children, c.book, job, secrets, more...)
	}
	c.samba = &supervisor{
		children:   c.children,
		samba:      &process{name: "samba", argv: sambaArgv, log: newLogbook(cfg.path(dirLog, "samba.log")), security: newLogbook(cfg.path(dirLog, fileSecurity))},
		winbindd:   &process{name: "winbindd", argv: winbinddArgv, log: newLogbook(cfg.path(dirLog, "winbindd.log"))},
		restart:    make(chan chan error),
		anew:       make(chan chan error),
		runDir:     "/run/samba",
		cleanRun:   func() error { return errors.Join(empty(cfg.path(dirRun)), empty(cfg.path(dirCache))) },
		everything: func() { _ = unix.Kill(-1, unix.SIGKILL) },
		forget: func(ctx context.Context) error {
			const job = "forget_winbindd"
			ctx, cancel := jobs[job].within(ctx, job, 0)
			defer cancel()
			_, err := c.runJob(ctx, []byte(`{"job":"`+job+`"}`), nil)
			return err
		},
	}
	if ic.NewForwarder != nil {
		c.forwarder = ic.NewForwarder(ForwarderConfig{
			OwnDomain: cfg.Domain, OwnAddresses: []netip.Addr{cfg.Address}, Log: c.log})
	}
	return c
}

// run works until TERM or the stop operation.
func (c *container) run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, unix.SIGTERM, unix.SIGINT)
	defer stop()
	c.stop = stop
	reaped := make(chan struct{})
	defer close(reaped)
	go c.children.reap(reaped)

	listener, err := listenControl(ctx, c.cfg.Socket)
	if err != nil {
		return err
	}
	c.restoreForwarders()
	if m, ok, err := readMarker(c.cfg); err != nil {
		return err
	} else if ok {
		c.completed(m)
	}
	var work sync.WaitGroup
	work.Go(func() { c.serveControl(ctx, listener) })
	work.Go(func() { c.runForwarder(ctx) })
	work.Go(func() {
		select {
		case <-c.serving:
			c.samba.run(ctx)
		case <-ctx.Done():
		}
	})
	work.Go(func() { lean(ctx) })
	c.log.Info("container started", "provisioned", c.isServing())
	<-ctx.Done()
	_ = listener.Close()
	work.Wait()
	_ = os.Remove(c.cfg.Socket)
	c.log.Info("container stopped")
	return nil
}

// runForwarder keeps the forwarder running.
func (c *container) runForwarder(ctx context.Context) {
	if c.forwarder == nil {
		return
	}
	for ctx.Err() == nil {
		if err := c.forwarder.Run(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("forwarder ended", "error", err.Error())
		}
		sleep(ctx, time.Second)
	}
}

// completed lets samba start: the database is complete.
func (c *container) completed(m marker) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.marker = m
	close(c.serving)
}

func (c *container) isServing() bool {
	select {
	case <-c.serving:
		return true
	default:
		return false
	}
}

// setUp makes the container's surroundings. The pid file has been written
// before, while /proc is still the host's.
func setUp(cfg initConfig) error {
	for _, dir := range []string{dirEtc, dirLib, dirCache, dirRun, dirLog} {
		if err := os.MkdirAll(cfg.path(dir), 0o755); err != nil {
			return err
		}
	}
	if err := render(cfg, forwarderAddress); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte(strings.ToLower(cfg.HostName))); err != nil {
		return fmt.Errorf("cannot set the host name: %w", err)
	}
	if err := loopbackUp(); err != nil {
		return fmt.Errorf("cannot set the loopback up: %w", err)
	}
	return mountAll(cfg)
}

// takeLock makes sure that one container at a time uses a state folder. The
// lock goes with the process.
func takeLock(file string) (io.Closer, error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("another container uses %s: %w", filepath.Dir(file), err)
	}
	return f, nil
}

func readMarker(cfg initConfig) (m marker, ok bool, err error) {
	data, err := os.ReadFile(cfg.path(fileProvisioned))
	if errors.Is(err, os.ErrNotExist) {
		return m, false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	return m, err == nil, err
}

// empty removes everything in dir, but not dir, which is mounted.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
