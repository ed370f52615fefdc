package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/tests/harness"
)

const managedDomain = "managed.test"

// ourServer is the real binary, and the directory that is made on it.
type ourServer struct {
	*harness.Server
	directory types.DirectoryDescription
}

var servePart = part{name: "serve", what: "memory of an idle entente serve", lines: []line{serveIdle}, run: measureServe}

var directoryPart = part{
	name: "directory", what: "time and memory of a directory against two stock domain controllers",
	lines: []line{directoryActive, controllerMemory, serveBusy}, run: measureDirectory,
}

var (
	serveIdle        = line{"`entente serve`, idle", megabytes, "", below(120)}
	serveBusy        = line{"`entente serve`, with a directory", megabytes, "", below(120)}
	directoryActive  = line{"directory until `Active`", seconds, "bare provision, start, join, start", atMost(1.3)}
	controllerMemory = line{"a domain controller", megabytes, "bare `samba -F`", atMost(1.15)}
)

// start gives the server, started at the first call.
func (s *shared) start(r *run) *ourServer {
	if s.server == nil {
		s.server = &ourServer{Server: harness.Start(r, harness.Config{})}
	}
	return s.server
}

// open gives the server with a directory on it that is let out to the networks
// of other parts' forests, made at the first call.
func (s *shared) open(r *run) *ourServer {
	server := s.start(r)
	if server.directory.DirectoryId == nil {
		server.directory.DirectoryId = aws.String(server.CreateDirectory(r, managedDomain))
	}
	server.directory = server.WaitDirectory(r, *server.directory.DirectoryId, types.DirectoryStageActive)
	return server
}

// look is how often the state of what was asked for is looked at: so much may
// be too much in what is measured. More often would measure the looking, which
// takes 3 ms of the machine each time.
const look = 25 * time.Millisecond

// measureServe looks at a server that has nothing to do.
func measureServe(r *run, s *shared) {
	server := s.start(r)
	settle(r)
	rss, err := ofServer(server.PID(), resident)
	r.check(err)
	s.record(r, serveIdle, mb(rss), 0)
}

// measureDirectory makes a directory and looks at its first domain controller.
func measureDirectory(r *run, s *shared) {
	bare := measureBare(r)
	server := s.start(r)
	begin := time.Now()
	id := server.CreateDirectory(r, managedDomain)
	ds := server.DS(r)
	for {
		out, err := ds.DescribeDirectories(r.ctx, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{id}})
		r.check(err)
		server.directory = out.DirectoryDescriptions[0]
		if server.directory.Stage == types.DirectoryStageActive {
			break
		}
		if server.directory.Stage == types.DirectoryStageFailed || time.Since(begin) > harness.Patience {
			r.Fatalf("directory %s is %s: %s", id, server.directory.Stage, aws.ToString(server.directory.StageReason))
		}
		pause(r.ctx, look)
	}
	took := time.Since(begin)
	settle(r)
	pss, processes, err := pidNamespace(server.firstDC(r))
	r.check(err)
	r.Logf("  one of our domain controllers: %s in %d processes", megabytes.show(mb(pss)), processes)
	rss, err := ofServer(server.PID(), resident)
	r.check(err)
	s.record(r, serveBusy, mb(rss), 0)
	s.record(r, directoryActive, took.Seconds(), bare.took.Seconds())
	s.record(r, controllerMemory, mb(pss), mb(bare.pss))
}

// firstDC is process 1 of the domain controller that was provisioned, which
// is the PDC emulator: its address is the first of the directory's.
func (o *ourServer) firstDC(r *run) int {
	out, err := o.DS(r).DescribeDomainControllers(r.ctx, &directoryservice.DescribeDomainControllersInput{DirectoryId: o.directory.DirectoryId})
	r.check(err)
	for _, dc := range out.DomainControllers {
		if aws.ToString(dc.DnsIpAddr) != o.directory.DnsIpAddrs[0] {
			continue
		}
		for _, c := range o.Containers(r) {
			if c.DC == aws.ToString(dc.DomainControllerId) {
				return c.PID
			}
		}
	}
	r.Fatalf("no container of a domain controller of %s is there", aws.ToString(o.directory.DirectoryId))
	return 0
}

// enter makes a command that runs in all namespaces of the process pid.
func enter(ctx context.Context, pid int, argv ...string) *exec.Cmd {
	args := []string{"--target", strconv.Itoa(pid), "--net", "--mount", "--uts", "--ipc", "--pid", "--root", "--wd", "--"}
	return exec.CommandContext(ctx, "nsenter", append(args, argv...)...)
}

// sambaTool runs samba-tool in the namespaces of the process pid.
func sambaTool(ctx context.Context, pid int, args ...string) error {
	cmd := enter(ctx, pid, "/usr/bin/python3", "-c", toolScript)
	cmd.Stdin = strings.NewReader(strings.Join(args, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("samba-tool %s: %w\n%s", strings.Join(args[:3], " "), err, out)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
