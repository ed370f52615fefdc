package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// ProcessConfig configures a Process.
type ProcessConfig struct {
	Dir string       // the folder, as in Config
	Log *slog.Logger // nil means slog.Default()

	// Command gives a command that calls Child with this folder, for each start
	// a new one. Its standard input, output and error are taken; on the last it
	// logs JSON.
	Command func() *exec.Cmd
}

// Process is an etcd in a process of its own, which is started again when it
// ends. etcd ends its process when a write fails or its files are damaged, by a
// call of exit, a panic or a signal; whoever uses it as a client must not end
// with it.
type Process struct {
	cfg     ProcessConfig
	socket  *socket
	ballast ballast
	stop    context.CancelFunc
	done    chan struct{}

	mu      sync.Mutex
	why     error         // why it does not serve; nil when it does
	starts  int           // how often it has come to serve
	changed chan struct{} // closed and replaced with each change of these
}

// How a Process is started again: soon, then less and less often.
const (
	restartSoonest = 200 * time.Millisecond
	restartLatest  = 10 * time.Second
	stopTimeout    = 10 * time.Second
)

// StartProcess starts the process and returns when it serves. When there is no
// room on the disk to start it, it waits for room, until ctx ends. Another
// reason that it cannot serve is an error: ErrInUse, or *DamagedError.
func StartProcess(ctx context.Context, cfg ProcessConfig) (*Process, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if err := prepare(&cfg.Dir); err != nil {
		return nil, fmt.Errorf("cannot start etcd in %s: %w", cfg.Dir, err)
	}
	named, err := newSocket(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("cannot start etcd in %s: %w", cfg.Dir, err)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	p := &Process{
		cfg: cfg, socket: named, ballast: ballast{dir: cfg.Dir, log: cfg.Log}, stop: stop, done: make(chan struct{}),
		why: errors.New("etcd has not started yet"), changed: make(chan struct{}),
	}
	first := make(chan error, 1)
	go p.supervise(running, first)
	select {
	case err = <-first:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Endpoint is what a client in this process connects to.
func (p *Process) Endpoint() string { return p.socket.endpoint() }

// Down says why etcd does not serve at the moment; nil means that it does.
func (p *Process) Down() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.why
}

// Starts is how often etcd has come to serve.
func (p *Process) Starts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.starts
}

// Serving waits until etcd serves after its start number starts has ended. It
// reports false when that start seems to be well, or ctx ends.
func (p *Process) Serving(ctx context.Context, starts int) bool {
	for ended := false; ; {
		p.mu.Lock()
		why, now, changed := p.why, p.starts, p.changed
		p.mu.Unlock()
		if why == nil && now > starts {
			return true
		}
		wait := ctx
		if ended = ended || why != nil; !ended {
			var cancel context.CancelFunc
			wait, cancel = context.WithTimeout(ctx, endingTimeout)
			defer cancel()
		}
		select {
		case <-changed:
		case <-p.done:
			return false
		case <-wait.Done():
			return false
		}
	}
}

// endingTimeout is how long it may take to notice that a process has ended
// whose client has noticed already.
const endingTimeout = 2 * time.Second

// Close stops the process and gives the folder free. It may be called twice.
func (p *Process) Close() {
	p.stop()
	<-p.done
	p.socket.close()
}

// supervise keeps the process running until ctx ends. What its first start
// comes to is told once.
func (p *Process) supervise(ctx context.Context, first chan<- error) {
	defer close(p.done)
	served := false
	for wait := restartSoonest; ctx.Err() == nil; wait = min(2*wait, restartLatest) {
		if p.ballast.full() != nil {
			p.ballast.release()
		}
		p.ballast.ready()
		serving := func() {
			wait = restartSoonest
			p.setDown(nil)
			if served {
				p.cfg.Log.Info("etcd serves again", "dir", p.cfg.Dir)
			} else {
				served = true
				first <- nil
			}
		}
		err := p.run(ctx, serving)
		if ctx.Err() != nil {
			return
		}
		full := p.ballast.full()
		if full != nil {
			err = fmt.Errorf("%w; %w", full, err)
			p.ballast.release()
		}
		var damaged *DamagedError
		switch {
		case served:
		case errors.As(err, &damaged) || errors.Is(err, ErrInUse):
			first <- err
			return
		case full == nil:
			first <- fmt.Errorf("%w.\nIf its files are damaged: %s", err, wayOut)
			return
		}
		p.setDown(err)
		p.cfg.Log.Error("etcd ended and is started again", "dir", p.cfg.Dir, "error", err.Error())
		pause(ctx, wait)
	}
}

func (p *Process) setDown(why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.why != nil && why == nil {
		p.starts++
	}
	p.why = why
	close(p.changed)
	p.changed = make(chan struct{})
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// run runs the process once, until it ends or ctx does, and says why it ended.
func (p *Process) run(ctx context.Context, serving func()) error {
	cmd := p.cfg.Command()
	// A signal to our process group is not for it: it ends after us.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	input, err := cmd.StdinPipe() // closed by the kernel when we die
	if err != nil {
		return err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	complaints, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	said := &lastWords{log: p.cfg.Log}
	var read sync.WaitGroup
	read.Go(func() { said.read(complaints) })
	read.Go(func() {
		if line, err := bufio.NewReader(output).ReadString('\n'); err == nil && line == servingLine {
			serving()
		}
		_, _ = io.Copy(io.Discard, output)
	})
	ended := make(chan struct{})
	var killer sync.WaitGroup
	killer.Go(func() {
		select {
		case <-ended:
			return
		case <-ctx.Done():
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		t := time.NewTimer(stopTimeout)
		defer t.Stop()
		select {
		case <-ended:
		case <-t.C:
			_ = cmd.Process.Kill()
		}
	})
	read.Wait()
	err = cmd.Wait()
	close(ended)
	killer.Wait()
	_ = input.Close()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == exitInUse {
		return fmt.Errorf("cannot start etcd in %s: %w", p.cfg.Dir, ErrInUse)
	}
	return p.explain(said, err)
}

// explain says why the process ended: by what its files show, or else by its
// own last words.
func (p *Process) explain(said *lastWords, err error) error {
	if damage := inspect(p.cfg.Dir); damage != "" {
		return &DamagedError{Dir: p.cfg.Dir, Damage: damage}
	}
	words := said.text()
	if words == "" && err != nil {
		words = err.Error()
	}
	return fmt.Errorf("etcd in %s ended: %s", p.cfg.Dir, words)
}

// What Child tells its parent.
const (
	servingLine = "serving\n"
	exitInUse   = 75 // EX_TEMPFAIL of sysexits.h
)

// inUseTimeout is how long a child waits for the one before it, whose parent
// was killed, to end.
const inUseTimeout = 10 * time.Second

// Child is the whole life of a Process's process: it runs an etcd until ctx or
// in ends, says on out when it serves, and gives the process's exit code. in is
// a pipe whose other end the parent holds: when the parent dies, so does the
// child, at once, as after a crash.
func Child(ctx context.Context, cfg Config, in io.Reader, out io.Writer) (exit int) {
	go func() {
		_, _ = io.Copy(io.Discard, in)
		if ctx.Err() == nil {
			os.Exit(1)
		}
	}()
	var s *Server
	err := ErrInUse
	for start := time.Now(); errors.Is(err, ErrInUse) && time.Since(start) < inUseTimeout && ctx.Err() == nil; {
		if s, err = Start(ctx, cfg); errors.Is(err, ErrInUse) {
			pause(ctx, 50*time.Millisecond)
		}
	}
	switch {
	case ctx.Err() != nil:
		return 0
	case errors.Is(err, ErrInUse):
		return exitInUse
	case err != nil:
		cfg.Log.Warn("etcd does not start", "error", err.Error())
		return 1
	}
	defer s.Close()
	_, _ = io.WriteString(out, servingLine)
	select {
	case <-ctx.Done():
		return 0
	case err := <-s.Err():
		cfg.Log.Error("etcd ended", "error", err.Error())
		return 1
	}
}
