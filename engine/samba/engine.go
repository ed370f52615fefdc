package samba

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
)

// Config configures an Engine.
type Config struct {
	Exe       string                         // the binary with the dc-init command; "" means this one
	DataDir   string                         // state folders are <DataDir>/dcs/<dc id>
	RunDir    string                         // control sockets and pid files, short: /run/entente/<tag>
	NetNSPath func(dc directory.DCID) string // the DC's network namespace: a file to setns(2) to
	Upstreams []netip.Addr                   // DNS servers for all other names; none: refused
	Log       *slog.Logger                   // nil means slog.Default()
	Now       func() time.Time               // nil means time.Now
}

// Engine starts, finds, uses and removes the containers of domain controllers.
// All its methods may be repeated: they look first and accept "already so".
type Engine struct {
	cfg Config
	log *slog.Logger

	mu    sync.Mutex
	locks map[directory.DCID]chan struct{} // one start or removal of a DC at a time
}

// New builds an Engine. It touches nothing yet.
func New(cfg Config) *Engine {
	if cfg.Exe == "" {
		cfg.Exe = "/proc/self/exe"
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Engine{cfg: cfg, log: cfg.Log, locks: map[directory.DCID]chan struct{}{}}
}

// lock waits until nobody else starts, stops or removes dc, or ctx ends.
func (e *Engine) lock(ctx context.Context, dc directory.DCID) (unlock func(), err error) {
	e.mu.Lock()
	l := e.locks[dc]
	if l == nil {
		l = make(chan struct{}, 1)
		e.locks[dc] = l
	}
	e.mu.Unlock()
	select {
	case l <- struct{}{}:
		return func() { <-l }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("another start or stop of %s has not ended: %w", dc, context.Cause(ctx))
	}
}

func (e *Engine) stateDir(dc directory.DCID) string {
	return filepath.Join(e.cfg.DataDir, "dcs", string(dc))
}

func (e *Engine) socket(dc directory.DCID) string {
	return filepath.Join(e.cfg.RunDir, string(dc)+".sock")
}

func (e *Engine) pidFile(dc directory.DCID) string {
	return filepath.Join(e.cfg.RunDir, string(dc)+".pid")
}

// List gives every domain controller that has a state folder or a container
// here, also such as nobody wants any more.
func (e *Engine) List() ([]directory.DCID, error) {
	found := map[directory.DCID]bool{}
	var list []directory.DCID
	for _, dir := range []string{filepath.Join(e.cfg.DataDir, "dcs"), e.cfg.RunDir} {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		for _, entry := range entries {
			name, _, _ := strings.Cut(entry.Name(), ".")
			id := directory.DCID(name)
			if strings.HasPrefix(name, "dc-") && !found[id] {
				found[id] = true
				list = append(list, id)
			}
		}
	}
	return list, nil
}

// Observe looks at one DC. It is read-only. A container that is not there or
// does not answer is not an error: it is Running == false.
func (e *Engine) Observe(ctx context.Context, dc directory.DCID) directory.DCSeen {
	_, err := os.Stat(filepath.Join(e.stateDir(dc), fileProvisioned))
	seen := directory.DCSeen{Provisioned: err == nil}
	s, err := e.status(ctx, dc, false)
	if err != nil || e.astray(dc) {
		seen.LastLog = e.lastLines(dc)
		return seen
	}
	return directory.DCSeen{
		Running: true, Provisioned: s.Provisioned, Processes: s.Processes, LastLog: s.LastLog,
		LaunchTime: s.LaunchTime, ForwardersRevision: s.ForwardersRevision,
	}
}

// Upstreams says how the DNS servers of a DC's forwarding rules answer it. It is
// read-only, and no part of Observe: there are thousands in a large directory,
// which is observed every second.
func (e *Engine) Upstreams(ctx context.Context, dc directory.DCID) ([]directory.UpstreamHealth, error) {
	s, err := e.status(ctx, dc, true)
	return s.Upstreams, err
}

// status asks dc's container what it tells of itself.
func (e *Engine) status(ctx context.Context, dc directory.DCID, upstreams bool) (containerStatus, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	rep, err := e.call(ctx, dc, request{Op: opStatus, Upstreams: upstreams})
	if err == nil && rep.Status == nil {
		err = fmt.Errorf("the container of %s does not tell its status", dc)
	}
	if err != nil {
		return containerStatus{}, err
	}
	return *rep.Status, nil
}

// lastLines reads the end of a dead container's logs.
func (e *Engine) lastLines(dc directory.DCID) []string {
	for _, name := range []string{"samba.log", "init.log"} {
		lines := lastLinesOf(filepath.Join(e.stateDir(dc), dirLog, name))
		if len(lines) > 0 {
			return lines
		}
	}
	return nil
}

func lastLinesOf(file string) []string {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Size() > keptLines*maxLine {
		_, _ = f.Seek(-keptLines*maxLine, 2)
	}
	var lines []string
	eachLine(f, func(line string) { lines = append(lines, line[:min(len(line), maxLine)]) })
	return lines[max(0, len(lines)-keptLines):]
}

// Stop ends a container and returns when nothing of it runs.
func (e *Engine) Stop(ctx context.Context, dc directory.DCID) error {
	unlock, err := e.lock(ctx, dc)
	if err != nil {
		return err
	}
	defer unlock()
	return e.stopLocked(ctx, dc)
}

func (e *Engine) stopLocked(ctx context.Context, dc directory.DCID) error {
	p, alive := readPIDFile(e.pidFile(dc))
	if alive {
		asked, cancel := context.WithTimeout(ctx, 2*stopGrace+time.Second)
		if _, err := e.call(asked, dc, request{Op: opStop}); err == nil {
			_ = p.wait(asked)
		}
		cancel()
		if err := p.kill(ctx); err != nil {
			return fmt.Errorf("cannot stop %s: %w", dc, err)
		}
	}
	return errors.Join(removeFile(e.socket(dc)), removeFile(e.pidFile(dc)))
}

// Remove ends a container and deletes its state folder: the domain controller
// is gone for good.
func (e *Engine) Remove(ctx context.Context, dc directory.DCID) error {
	unlock, err := e.lock(ctx, dc)
	if err != nil {
		return err
	}
	defer unlock()
	if err := e.stopLocked(ctx, dc); err != nil {
		return err
	}
	if err := os.RemoveAll(e.stateDir(dc)); err != nil {
		return fmt.Errorf("cannot delete the state of %s: %w", dc, err)
	}
	return nil
}

func removeFile(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
