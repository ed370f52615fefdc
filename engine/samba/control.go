package samba

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// maxRequest bounds a request; the largest is a complete set of rules.
const maxRequest = 4 << 20

// listenControl opens the control socket in a folder that only root enters.
func listenControl(ctx context.Context, path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", path, err)
	}
	return l, os.Chmod(path, 0o600)
}

// serveControl answers until the listener is closed.
func (c *container) serveControl(ctx context.Context, l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			sleep(ctx, 100*time.Millisecond)
			continue
		}
		go c.serveConn(ctx, conn)
	}
}

// serveConn answers one request; the caller's hanging up ends the work.
func (c *container) serveConn(ctx context.Context, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	passed, rest, err := takePassed(conn)
	if err != nil {
		return
	}
	if passed != nil {
		defer func() { _ = passed.Close() }() // a second Close only returns an error
	}
	dec := json.NewDecoder(io.LimitReader(rest, maxRequest))
	var req request
	if err := dec.Decode(&req); err != nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, conn)
	}()
	rep := c.handle(ctx, req, passed)
	_ = json.NewEncoder(conn).Encode(rep)
}

func (c *container) handle(ctx context.Context, req request, passed *os.File) reply {
	var rep reply
	err := c.inTurn(ctx, req, passed, &rep)
	var failed *jobError
	switch {
	case errors.As(err, &failed):
		rep.Kind, rep.Error = failed.Kind, failed.Error()
	case err != nil:
		rep.Error = err.Error()
	}
	return rep
}

// inTurn does what is asked for when its turn has come, within its limit.
func (c *container) inTurn(ctx context.Context, req request, passed *os.File, rep *reply) error {
	name, b, err := boundOf(req)
	if err != nil {
		return err
	}
	ctx, cancel := b.within(ctx, name, 0)
	defer cancel()
	leave, err := c.lanes.enter(ctx, b.lane, name)
	if err != nil {
		return err
	}
	defer leave()
	return c.do(ctx, req, passed, rep)
}

func (c *container) do(ctx context.Context, req request, passed *os.File, rep *reply) (err error) {
	switch req.Op {
	case opStatus:
		rep.Status = c.status(req.Upstreams)
	case opStop:
		c.stop()
	case opProvision:
		rep.Value, err = c.provision(ctx, req)
	case opConfigure:
		err = c.configure(ctx, req)
	case opBackup:
		rep.Value, err = c.backup(ctx, passed)
	case opRestore:
		rep.Value, err = c.restore(ctx, req, passed)
	case opJob:
		rep.Value, err = c.runJob(ctx, req.Job, req.Secrets)
	case opRestartWinbindd:
		err = c.samba.restartWinbindd(ctx)
	case opReloadConfig:
		err = c.rescanTrusts(ctx)
	case opSetForwarders:
		err = c.setForwarders(req)
	default:
		err = fmt.Errorf("unknown operation %q", req.Op)
	}
	return err
}

func (c *container) status(upstreams bool) *containerStatus {
	s := &containerStatus{LaunchTime: c.launched, Provisioned: c.isServing()}
	c.mu.Lock()
	s.DomainSID, s.Restored, s.Removed = c.marker.DomainSID, c.marker.Restored, c.marker.Removed
	c.mu.Unlock()
	if s.Provisioned {
		s.Processes = append(s.Processes, c.samba.samba.snapshot(), c.samba.winbindd.snapshot())
	}
	s.LastLog = append(c.samba.samba.log.last(), c.samba.winbindd.log.last()...)
	s.LastLog = s.LastLog[max(0, len(s.LastLog)-keptLines):]
	if c.forwarder != nil {
		s.ForwardersRevision = c.forwarder.Revision()
		if upstreams {
			s.Upstreams = c.forwarder.Health()
		}
	}
	return s
}

// provision fills a fresh database by the job given (provision or join). What
// an attempt before left is thrown away: without the marker it is of no use.
// The marker comes last, so a database that has one is complete.
func (c *container) provision(ctx context.Context, req request) (json.RawMessage, error) {
	if err := c.fresh(req); err != nil {
		return nil, err
	}
	if err := writeTLS(c.cfg, *req.TLS); err != nil {
		return nil, err
	}
	value, err := c.runJob(ctx, req.Job, req.Secrets)
	if err != nil {
		return nil, err
	}
	var out struct{ SID string }
	if err := json.Unmarshal(value, &out); err != nil {
		return nil, err
	}
	if err := c.seal(marker{DomainSID: out.SID}); err != nil {
		return nil, err
	}
	return value, nil
}

// fresh makes the folders ready for a new database. What an attempt before
// left is thrown away: without the marker it is of no use.
func (c *container) fresh(req request) error {
	if c.isServing() {
		return errors.New("the database is complete already")
	}
	if req.TLS == nil {
		return errors.New("a domain controller needs its key and certificate before its first start")
	}
	for _, dir := range []string{dirLib, dirCache, dirRun, dirEtc} {
		if err := empty(c.cfg.path(dir)); err != nil {
			return err
		}
	}
	nameserver := forwarderAddress
	if req.Nameserver != "" {
		var err error
		if nameserver, err = netip.ParseAddr(req.Nameserver); err != nil {
			return err
		}
	}
	return render(c.cfg, nameserver)
}

// seal writes the database to disk and then the marker.
func (c *container) seal(m marker) error {
	dir, err := os.Open(c.cfg.path(dirLib))
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	if err := unix.Syncfs(int(dir.Fd())); err != nil {
		return err
	}
	if err := render(c.cfg, forwarderAddress); err != nil {
		return err
	}
	if err := writeJSON(c.cfg.path(fileProvisioned), m); err != nil {
		return err
	}
	c.completed(m)
	return nil
}

// writeTLS puts key and certificates where smb.conf names them, so that Samba
// does not generate an RSA key of 4096 bits at its first start.
func writeTLS(c initConfig, t tlsFiles) error {
	dir := c.path(dirLib, "private", "tls")
	if err := errors.Join(os.MkdirAll(filepath.Dir(dir), 0o700), os.MkdirAll(dir, 0o700)); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "key.pem"), []byte(t.Key), 0o600),
		os.WriteFile(filepath.Join(dir, "cert.pem"), []byte(t.Cert), 0o644),
		os.WriteFile(filepath.Join(dir, "ca.pem"), []byte(t.CA), 0o644))
}

// smbcontrol sends a message to a daemon of the container.
func (c *container) smbcontrol(ctx context.Context, daemon, message string) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = null.Close() }()
	pid, exit, err := c.children.start([]string{"/usr/bin/smbcontrol", daemon, message}, null, null, null)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { killGroup(pid, unix.SIGKILL) })()
	if ws := <-exit; ws.ExitStatus() != 0 {
		return fmt.Errorf("smbcontrol %s %s: %s", daemon, message, exitWords(ws))
	}
	return nil
}
