package crash

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/tests/harness"
)

// TestAJobThatNeverReturnsHoldsNobody stops every job of one domain controller
// in the middle, for as long as the test lasts, while a password is reset
// there. The death of the other domain controller is shown and repaired
// meanwhile, and the server ends when it is told to.
func TestAJobThatNeverReturnsHoldsNobody(t *testing.T) {
	s := harness.Start(t, harness.Config{})
	id := s.CreateDirectory(t, "hang.entente.test")
	s.WaitDirectory(t, id, types.DirectoryStageActive)
	dcs := s.Containers(t)
	if len(dcs) != 2 {
		t.Fatalf("%d containers of domain controllers run, want 2", len(dcs))
	}

	reset := make(chan error, 1)
	hung := hang(t, dcs)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		_, err := s.DS(t).ResetUserPassword(ctx, &directoryservice.ResetUserPasswordInput{
			DirectoryId: aws.String(id), UserName: aws.String("Admin"), NewPassword: aws.String("Another-Horse-8"),
		})
		reset <- err
	}()
	stuck := hung.first(t)
	other := dcs[0]
	if other.DC == stuck {
		other = dcs[1]
	}
	t.Logf("a job of %s hangs; %s is killed", stuck, other.DC)

	if err := syscall.Kill(other.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waitDC(t, s, id, other.DC, "to be shown as dead", func(st types.DomainControllerStatus) bool { return st != types.DomainControllerStatusActive })
	waitDC(t, s, id, other.DC, "to be repaired", func(st types.DomainControllerStatus) bool { return st == types.DomainControllerStatusActive })
	if hung.now() == 0 {
		t.Error("nothing hung any more when the other domain controller was repaired: the test shows nothing")
	}
	select {
	case err := <-reset:
		t.Logf("the reset ended meanwhile: %v", err)
	default:
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	hung.end()
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.WaitDirectory(t, id, types.DirectoryStageActive)
}

// hanging stops the jobs of one domain controller: of that whose job it meets
// first.
type hanging struct {
	cancel context.CancelFunc
	done   chan struct{}
	met    chan string // the domain controller, once

	mu      sync.Mutex
	stopped map[int]bool
}

// hang begins to look for jobs in the containers.
func hang(t *testing.T, dcs []harness.Container) *hanging {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	h := &hanging{cancel: cancel, done: make(chan struct{}), met: make(chan string, 1), stopped: map[int]bool{}}
	go func() {
		defer close(h.done)
		of := map[int]string{}
		for _, dc := range dcs {
			of[dc.PID] = dc.DC
		}
		chosen := ""
		for ctx.Err() == nil {
			for pid, dc := range jobs(of) {
				if chosen == "" {
					chosen = dc
					h.met <- dc
				}
				if dc == chosen {
					_ = syscall.Kill(pid, syscall.SIGSTOP) // it may have ended
					h.mu.Lock()
					h.stopped[pid] = true
					h.mu.Unlock()
				}
			}
			time.Sleep(2 * time.Millisecond)
		}
	}()
	t.Cleanup(h.end)
	return h
}

// first waits for the first job that was stopped, and names its domain
// controller.
func (h *hanging) first(t *testing.T) string {
	t.Helper()
	select {
	case dc := <-h.met:
		return dc
	case <-time.After(harness.Patience):
		t.Fatal("no job was seen in any domain controller")
		return ""
	}
}

// now counts the jobs that hang.
func (h *hanging) now() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for pid := range h.stopped {
		if state(pid) == "T" {
			n++
		}
	}
	return n
}

// end lets all go on.
func (h *hanging) end() {
	h.cancel()
	<-h.done
	h.mu.Lock()
	defer h.mu.Unlock()
	for pid := range h.stopped {
		if state(pid) == "T" {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	}
}

// jobs finds the Python programs that are children of the containers' inits.
func jobs(of map[int]string) map[int]string {
	found := map[int]string{}
	for init, dc := range of {
		var content []byte
		tasks, _ := filepath.Glob(filepath.Join("/proc", strconv.Itoa(init), "task", "[0-9]*", "children"))
		for _, file := range tasks {
			more, _ := os.ReadFile(file) // it may have ended
			content = append(append(content, ' '), more...)
		}
		for _, field := range strings.Fields(string(content)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				continue
			}
			line, _ := os.ReadFile(filepath.Join("/proc", field, "cmdline"))
			if strings.HasPrefix(string(line), "/usr/bin/python3\x00-I\x00") {
				found[pid] = dc
			}
		}
	}
	return found
}

// state gives the state of a process, a letter, as proc(5) has it.
func state(pid int) string {
	content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(content), ") ")
	letter, _, _ := strings.Cut(rest, " ")
	return letter
}

// waitDC waits until the state of a domain controller is as wanted.
func waitDC(t *testing.T, s *harness.Server, directory, dc, what string, ok func(types.DomainControllerStatus) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), harness.Patience)
	defer cancel()
	for {
		out, err := s.DS(t).DescribeDomainControllers(ctx, &directoryservice.DescribeDomainControllersInput{
			DirectoryId: aws.String(directory), DomainControllerIds: []string{dc},
		})
		if err != nil {
			t.Fatalf("waiting for %s %s: %v", dc, what, err)
		}
		if ok(out.DomainControllers[0].Status) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
