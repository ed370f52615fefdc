package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"time"
)

const (
	trustsMade = 100
	clients    = 4 // connections that ask at once
	askFor     = 5 * time.Second
)

var apiPart = part{
	name: "api", what: "DescribeTrusts with 100 trusts against moto_server",
	lines: []line{describeTrusts}, run: measureAPI,
}

var describeTrusts = line{fmt.Sprintf("DescribeTrusts, %d trusts", trustsMade), perSecond, "moto", atLeast(20)}

// measureAPI compares how many DescribeTrusts one process answers in a
// second, all trusts in each answer.
func measureAPI(r *run, s *shared) {
	if _, err := exec.LookPath("moto_server"); err != nil {
		r.Fatal("moto_server is not installed: pip install 'moto[server]'")
	}
	ours := rate(r, startSeeded)
	s.record(r, describeTrusts, ours, rate(r, startMoto))
}

// rate starts a server, asks it with several clients, and stops it.
func rate(r *run, start func(*run) endpoint) float64 {
	own := newRun(r.ctx)
	defer own.end()
	server := start(own)
	request, err := server.describe(r.ctx)
	own.check(err)
	answer, err := request.do(r.ctx)
	own.check(err)
	var got struct{ Trusts []json.RawMessage }
	own.check(json.Unmarshal(answer, &got))
	if len(got.Trusts) != trustsMade {
		own.Fatalf("DescribeTrusts answers %d trusts, not %d", len(got.Trusts), trustsMade)
	}
	_, err = request.ask(r.ctx, clients, time.Second) // warm up
	own.check(err)
	before, err := cpuTime(server.PID)
	own.check(err)
	n, err := request.ask(r.ctx, clients, askFor)
	own.check(err)
	after, err := cpuTime(server.PID)
	own.check(err)
	own.Logf("  %.0f requests/s, %.2f ms of CPU each, %d bytes", float64(n)/askFor.Seconds(), float64((after-before).Microseconds())/1e3/float64(n), len(answer))
	return float64(n) / askFor.Seconds()
}

// startSeeded runs this program again as a server whose store was filled
// beforehand: the same API, service and store as in entente serve, and no
// domain controllers behind the trusts.
func startSeeded(r *run) endpoint {
	dir := r.TempDir()
	exe, err := os.Executable()
	r.check(err)
	cmd := exec.Command(exe, serveTrusts, dir)
	log, err := os.Create(dir + "/log")
	r.check(err)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	r.check(err)
	startProcess(r, cmd)
	var e endpoint
	if err := json.NewDecoder(out).Decode(&e); err != nil {
		content, _ := os.ReadFile(log.Name())
		r.Fatalf("the seeded server does not start: %v\n%s", err, content)
	}
	e.PID = cmd.Process.Pid
	return e
}

// startMoto runs moto_server and makes the same trusts by its API.
func startMoto(r *run) endpoint {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	r.check(err)
	port := netip.MustParseAddrPort(free.Addr().String()).Port()
	r.check(free.Close())
	cmd := exec.Command("moto_server", "-H", "127.0.0.1", "-p", fmt.Sprint(port))
	startProcess(r, cmd)
	e := endpoint{URL: fmt.Sprintf("http://127.0.0.1:%d/", port), KeyID: "AKIAIOSFODNN7EXAMPLE", Secret: "moto-verifies-nothing", PID: cmd.Process.Pid}
	if !waitUntil(r.ctx, func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
		}
		return err == nil
	}) {
		r.Fatal("moto_server does not listen")
	}
	r.check(e.fill(r.ctx))
	return e
}

// fill makes a directory with trusts through the API.
func (e endpoint) fill(ctx context.Context) error {
	net, err := e.defaultNetwork(ctx)
	if err != nil {
		return err
	}
	if len(net.Subnets) < 2 {
		return errors.New("no default VPC with two subnets")
	}
	var made struct{ DirectoryId string }
	err = e.call(ctx, "CreateMicrosoftAD", map[string]any{
		"Name": "bench.example.com", "Password": "Correct-Horse-7", "Edition": "Standard",
		"VpcSettings": map[string]any{"VpcId": net.VPC, "SubnetIds": net.Subnets[:2]},
	}, &made)
	for i := range trustsMade {
		if err != nil {
			return err
		}
		err = e.call(ctx, "CreateTrust", map[string]any{
			"DirectoryId": made.DirectoryId, "RemoteDomainName": fmt.Sprintf("partner%d.example.com", i),
			"TrustPassword": "Correct-Horse-7", "TrustDirection": "Two-Way", "TrustType": "Forest",
		}, nil)
	}
	return err
}

// startProcess starts cmd and ends it with r.
func startProcess(r *run, cmd *exec.Cmd) {
	r.check(cmd.Start())
	r.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}
