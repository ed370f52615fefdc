package samba

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// Every job that the runner knows has a limit and a lane, and the other way
// round.
func TestEveryJobHasALimit(t *testing.T) {
	known := map[string]bool{}
	for _, list := range regexp.MustCompile(`(?m)^\w+_JOBS = \(([^)]*)\)`).FindAllSubmatch(wholeProgram(), -1) {
		for _, job := range strings.Split(string(list[1]), ",") {
			if job = strings.TrimSpace(job); job != "" {
				known[job] = true
			}
		}
	}
	if len(known) < 15 {
		t.Fatalf("only %d jobs were found in the runner", len(known))
	}
	for job := range known {
		if b, ok := jobs[job]; !ok || b.limit <= 0 {
			t.Errorf("the job %s has no limit", job)
		}
	}
	for job := range jobs {
		if !known[job] {
			t.Errorf("the runner does not know the job %s", job)
		}
	}
}

func TestARequestWithoutALimitIsRefused(t *testing.T) {
	e := New(Config{RunDir: t.TempDir()})
	for _, req := range []request{{Op: "brand-new"}, {Op: opJob, Job: []byte(`{"job":"brand_new"}`)}, {Op: opJob}} {
		if _, err := e.call(t.Context(), "dc-1", req); err == nil || !strings.Contains(err.Error(), "has no limit") {
			t.Errorf("%s %s: %v", req.Op, req.Job, err)
		}
	}
}

// fakeContainer runs jobs by name as the test says.
func fakeContainer(run map[string]func(ctx context.Context) error) *container {
	c := &container{
		lanes: newLanes(), serving: make(chan struct{}),
		samba: &supervisor{samba: &process{name: "samba", log: &logbook{}}, winbindd: &process{name: "winbindd", log: &logbook{}}},
	}
	c.completed(marker{DomainSID: "S-1-5-21-1-2-3"})
	c.runJob = func(ctx context.Context, job []byte, _ []string, _ ...*os.File) (json.RawMessage, error) {
		var j struct{ Job string }
		_ = json.Unmarshal(job, &j)
		if do := run[j.Job]; do != nil {
			return nil, do(ctx)
		}
		return json.RawMessage(`{}`), nil
	}
	return c
}

func untilItsEnd(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }

func jobNamed(name string) request { return request{Op: opJob, Job: []byte(`{"job":"` + name + `"}`)} }

// The container's deadline is its own: no caller hangs up here.
func TestAJobThatNeverEndsIsEndedAndHoldsUpNobodyElse(t *testing.T) {
	for _, hangs := range []string{"backup", "selective", "greet", "sites", "trust_key", "create_computer"} {
		t.Run(hangs, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := fakeContainer(map[string]func(context.Context) error{hangs: untilItsEnd})
				req := jobNamed(hangs)
				var passed *os.File
				if hangs == "backup" {
					req, passed = request{Op: opBackup}, os.Stdin
				}
				ended := make(chan reply, 1)
				go func() { ended <- c.handle(t.Context(), req, passed) }()
				synctest.Wait()
				start := time.Now()
				if rep := c.handle(t.Context(), request{Op: opStatus}, nil); rep.Status == nil || !rep.Status.Provisioned {
					t.Errorf("status beside it: %+v", rep)
				}
				for _, other := range []string{"set_password", "replicate", "trust_key", "part", "selective"} {
					if jobs[other].lane == jobs[hangs].lane {
						continue
					}
					if rep := c.handle(t.Context(), jobNamed(other), nil); rep.Error != "" {
						t.Errorf("%s beside it: %s", other, rep.Error)
					}
				}
				if waited := time.Since(start); waited != 0 {
					t.Errorf("others waited %s for it", waited)
				}
				rep := <-ended
				if took := time.Since(start); took != jobs[hangs].limit || !strings.Contains(rep.Error, "did not end within") {
					t.Errorf("it ended after %s, limit %s: %q", took, jobs[hangs].limit, rep.Error)
				}
			})
		})
	}
}

func TestOneLaneHasOneJobAndSaysWhoHasIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fakeContainer(map[string]func(context.Context) error{"populate": untilItsEnd})
		go c.handle(t.Context(), jobNamed("populate"), nil)
		synctest.Wait()
		rep := c.handle(t.Context(), jobNamed("set_password"), nil)
		if !strings.Contains(rep.Error, "waited in vain for populate") {
			t.Errorf("got %q", rep.Error)
		}
	})
}

func TestACallerThatHangsUpLeavesTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLanes()
		leave, err := l.enter(t.Context(), laneAlone, "restore")
		if err != nil {
			t.Fatal(err)
		}
		ctx, hangUp := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := l.enter(ctx, laneAccounts, "set_password")
			ended <- err
		}()
		synctest.Wait()
		hangUp()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		leave()
		if leave, err = l.enter(t.Context(), laneAlone, "configure"); err != nil {
			t.Fatalf("a lane is held although everybody has left: %v", err)
		}
		leave()
	})
}

// With a job that forgets nothing for ever, samba's end is seen and samba is
// started again.
func TestForgettingWinbinddDoesNotKeepSambaDown(t *testing.T) {
	c := newChildren()
	reaped := make(chan struct{})
	defer close(reaped)
	go c.reap(reaped)
	dir := t.TempDir()
	program := func(name string) *process {
		return &process{name: name, argv: []string{"/bin/sh", "-c", "echo $$ > " + filepath.Join(dir, name) + "; exec sleep 1000"}, log: newLogbook(filepath.Join(dir, name+".log"))}
	}
	forgetting := make(chan struct{}, 100)
	s := &supervisor{
		children: c, samba: program("samba"), winbindd: program("winbindd"), runDir: dir,
		restart: make(chan chan error), anew: make(chan chan error),
		cleanRun: func() error { return nil },
		forget: func(ctx context.Context) error {
			forgetting <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		},
	}
	s.everything = func() {
		for _, p := range []*process{s.samba, s.winbindd} {
			if p.exit != nil {
				killGroup(p.pid, unix.SIGKILL)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); s.run(ctx) }()
	defer func() { cancel(); <-ended }()
	running := func(p *process) bool { return p.snapshot().Running }
	await := func(what string, is func() bool) {
		for !is() {
			if sleep(t.Context(), 5*time.Millisecond); t.Context().Err() != nil {
				t.Fatalf("never: %s", what)
			}
		}
	}
	await("both run", func() bool {
		text, err := os.ReadFile(filepath.Join(dir, "samba"))
		return err == nil && strings.HasSuffix(string(text), "\n") && running(s.samba) && running(s.winbindd)
	})
	asked, hangUp := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() { answered <- s.restartWinbindd(asked) }()
	<-forgetting
	hangUp()
	if err := <-answered; err == nil {
		t.Error("winbindd is said to run again")
	}
	text, err := os.ReadFile(filepath.Join(dir, "samba"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	killGroup(pid, unix.SIGKILL)
	await("samba started again", func() bool { return s.samba.snapshot().Restarts > 0 && running(s.samba) })
}
