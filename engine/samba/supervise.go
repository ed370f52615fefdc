package samba

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"golang.org/x/sys/unix"
)

var (
	sambaArgv = []string{"/usr/sbin/samba", "-F", "--no-process-group", "--debug-stdout"}
	// The check would refuse to run winbindd on a DC outside samba.
	winbinddArgv = []string{"/usr/sbin/winbindd", "-F", "--no-process-group", "--debug-stdout",
		"--option=server role check:inhibit=yes"}
)

const (
	minBackoff = 250 * time.Millisecond
	maxBackoff = 15 * time.Second
	livedWell  = 30 * time.Second // after that long the backoff starts over
	stopGrace  = 5 * time.Second  // between TERM and KILL
)

// process is one supervised program. Its fields are the supervisor's alone,
// but for what mu guards.
type process struct {
	name string
	argv []string
	log  *logbook

	security *logbook // where its security log goes; nil means it has none

	pid     int
	exit    <-chan unix.WaitStatus // nil when not running
	started time.Time
	backoff time.Duration

	mu    sync.Mutex
	seen  directory.ProcessSeen
	asked bool // the next start was asked for and is no accident
}

// start runs the program with its output going to the logbook.
func (p *process) start(c *children) error {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer func() { _ = null.Close() }()
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }()
	pid, exit, err := c.start(p.argv, null, w, w)
	if err != nil {
		_ = r.Close()
		return err
	}
	go func() {
		eachLine(r, p.file)
		_ = r.Close()
	}()
	p.pid, p.exit, p.started = pid, exit, time.Now()
	p.mu.Lock()
	if p.seen.LastExit != "" && !p.asked {
		p.seen.Restarts++
	}
	p.seen.Running, p.asked = true, false
	p.mu.Unlock()
	return nil
}

// file files one line of the program's output.
func (p *process) file(line string) {
	if record, ok := securityRecord(line); ok && p.security != nil {
		p.security.addWhole(record)
		return
	}
	p.log.add(line)
}

// ended notes how the program ended and gives the time to wait before it is
// started again.
func (p *process) ended(how string) time.Duration {
	p.exit = nil
	p.mu.Lock()
	p.seen.Running, p.seen.LastExit = false, how
	p.mu.Unlock()
	if time.Since(p.started) > livedWell {
		p.backoff = 0
	}
	p.backoff = min(max(2*p.backoff, minBackoff), maxBackoff)
	return p.backoff
}

// wanted says that the next start is no accident.
func (p *process) wanted() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = true
}

func (p *process) snapshot() directory.ProcessSeen {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := p.seen
	seen.Name = p.name
	return seen
}

// kill ends the program and its children: TERM, and KILL when grace is over.
func (p *process) kill(grace time.Duration) {
	if p.exit == nil {
		return
	}
	killGroup(p.pid, unix.SIGTERM)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case ws := <-p.exit:
		p.ended(exitWords(ws))
	case <-timer.C:
		killGroup(p.pid, unix.SIGKILL)
		p.ended(exitWords(<-p.exit))
	}
	killGroup(p.pid, unix.SIGKILL) // children that outlived their parent
}

// supervisor keeps samba and winbindd running.
type supervisor struct {
	children *children
	samba    *process
	winbindd *process
	cleanRun func() error                // empties /run/samba and /var/cache/samba; nothing runs then
	forget   func(context.Context) error // drops winbindd's registration; winbindd is down then
	runDir   string                      // /run/samba

	everything func() // kills everything in the container but Init

	restart chan chan error // asks for winbindd to be restarted
	anew    chan chan error // asks for samba to be restarted, and winbindd with it
}

// run blocks until ctx ends, and then stops both.
func (s *supervisor) run(ctx context.Context) {
	for ctx.Err() == nil {
		wait := s.generation(ctx)
		sleep(ctx, wait)
	}
}

// generation is one life of samba: from its start to its end.
func (s *supervisor) generation(ctx context.Context) (wait time.Duration) {
	defer func() { s.killAll() }()
	if err := s.cleanRun(); err != nil {
		return s.failed(s.samba, err)
	}
	if err := s.samba.start(s.children); err != nil {
		return s.failed(s.samba, err)
	}
	again := time.NewTimer(0) // when winbindd is to be started
	defer again.Stop()
	// What a former winbindd registered is dropped by a job beside this loop:
	// whatever becomes of it, samba's end is seen and orders are taken.
	var forgotten chan error
	var asked []chan error // who wants to know when winbindd runs again
	defer func() { tell(asked, errors.New("samba ended meanwhile")) }()
	launch := func(err error) {
		if err == nil {
			err = s.launchWinbindd()
		}
		if err != nil {
			again.Reset(s.failed(s.winbindd, err))
		}
		tell(asked, err)
		asked = nil
	}
	startWinbindd := func() {
		switch {
		case s.winbindd.exit != nil || forgotten != nil:
		case s.winbindd.snapshot().LastExit == "":
			launch(nil)
		default:
			done := make(chan error, 1)
			forgotten = done
			go func() { done <- s.forget(ctx) }()
		}
	}
	for {
		select {
		case <-ctx.Done():
			killGroup(s.samba.pid, unix.SIGTERM) // both at once
			s.winbindd.kill(stopGrace)
			s.samba.kill(stopGrace)
			return 0
		case ws := <-s.samba.exit:
			return s.samba.ended(exitWords(ws))
		case ws := <-s.winbindd.exit:
			killGroup(s.winbindd.pid, unix.SIGKILL)
			again.Reset(s.winbindd.ended(exitWords(ws)))
		case <-again.C:
			startWinbindd()
		case err := <-forgotten:
			forgotten = nil
			launch(err)
		case done := <-s.anew:
			s.samba.wanted()
			s.winbindd.wanted()
			killGroup(s.samba.pid, unix.SIGTERM) // both at once
			s.winbindd.kill(stopGrace)
			s.samba.kill(stopGrace)
			done <- nil
			return 0
		case done := <-s.restart:
			s.winbindd.kill(time.Second)
			s.winbindd.wanted()
			asked = append(asked, done)
			startWinbindd()
		}
	}
}

func tell(asked []chan error, err error) {
	for _, done := range asked {
		done <- err // has room for it
	}
}

// launchWinbindd starts winbindd; what a former one registered is dropped.
func (s *supervisor) launchWinbindd() error {
	if err := removeFile(filepath.Join(s.runDir, "winbindd.pid")); err != nil {
		return err
	}
	return s.winbindd.start(s.children)
}

// awaitWinbindd waits until winbindd takes messages and questions.
func (s *supervisor) awaitWinbindd(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		if _, err := os.Stat(filepath.Join(s.runDir, "winbindd.pid")); err == nil {
			var d net.Dialer
			if conn, err := d.DialContext(ctx, "unix", filepath.Join(s.runDir, "winbindd", "pipe")); err == nil {
				return conn.Close()
			}
		}
		if sleep(ctx, 10*time.Millisecond); ctx.Err() != nil {
			return errors.New("winbindd does not answer")
		}
	}
}

// killAll leaves nothing of a generation: children that samba's end orphaned
// would hold its ports and locks.
func (s *supervisor) killAll() {
	s.everything()
	for _, p := range []*process{s.samba, s.winbindd} {
		if p.exit != nil {
			p.ended(exitWords(<-p.exit))
		}
	}
}

// failed files an error that kept p from starting.
func (s *supervisor) failed(p *process, err error) time.Duration {
	p.log.add("entente: " + err.Error())
	return p.ended(err.Error())
}

// restartWinbindd restarts winbindd alone and returns when it runs again.
func (s *supervisor) restartWinbindd(ctx context.Context) error {
	done := make(chan error, 1)
	select {
	case s.restart <- done:
	case <-ctx.Done():
		return errors.New("samba is not running, so winbindd cannot be restarted")
	}
	select {
	case err := <-done:
		if err != nil {
			return err
		}
		return s.awaitWinbindd(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// restartSamba ends samba and winbindd in order; both start again at once.
func (s *supervisor) restartSamba(ctx context.Context) error {
	done := make(chan error, 1)
	select {
	case s.anew <- done:
	case <-ctx.Done():
		return errors.New("samba is not running, so it cannot be restarted")
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
