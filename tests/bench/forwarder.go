package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	forwardFor    = 3 * time.Second // per round and kind of question
	forwardRounds = 5               // at least
	hotNames      = 500             // names that are asked again and again
)

var forwarderPart = part{
	name: "forwarder", what: "DNS queries per second against CoreDNS",
	lines: []line{forwarderCached, forwarderUncached}, run: measureForwarder,
}

var (
	forwarderCached   = line{"forwarder, queries answered from its cache", perSecond, "CoreDNS", atLeast(0.9)}
	forwarderUncached = line{"forwarder, queries that it passes on", perSecond, "CoreDNS", atLeast(0.9)}
)

// measureForwarder compares how many queries our forwarder and CoreDNS answer
// in a second, both with one upstream server behind them and nothing else to
// do: names that are in the cache, and names that nobody asked before. Rounds
// of both alternate, so that what else happens on the machine meets both.
func measureForwarder(r *run, s *shared) {
	own := newRun(r.ctx)
	defer own.end()
	coredns := buildCoreDNS(own)
	upstream := startSelf(own, serveAnswers)
	ours := startSelf(own, serveForwarder, upstream)
	theirs := startCoreDNS(own, coredns, upstream)

	for _, kind := range []line{forwarderCached, forwarderUncached} {
		var rates [2][]float64
		for round := range max(forwardRounds, s.rounds) + 1 {
			for i, server := range []string{ours, theirs} {
				rate, err := askDNS(own.ctx, server, kind == forwarderUncached, forwardFor)
				own.check(err)
				if round > 0 { // the first one warms up
					rates[i] = append(rates[i], rate)
				}
			}
		}
		s.record(r, kind, middle(rates[0]), middle(rates[1]))
	}
}

func middle(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

// corednsMain is CoreDNS itself with the plug-ins that the comparison needs;
// all of them would take minutes to build.
const corednsMain = `package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/forward"
)

func main() {
	dnsserver.Directives = []string{"bind", "cache", "forward"}
	coremain.Run()
}
`

// buildCoreDNS builds CoreDNS, in the version that our go.mod names, as a
// module of its own: what it needs is none of our dependencies.
func buildCoreDNS(r *run) string {
	out, err := exec.CommandContext(r.ctx, "go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "github.com/coredns/coredns").Output()
	r.check(err)
	dir := r.TempDir()
	r.check(os.WriteFile(filepath.Join(dir, "main.go"), []byte(corednsMain), 0o600))
	r.check(os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module bench.invalid/coredns\n\ngo 1.27.3\n\nrequire "+strings.TrimSpace(string(out))+"\n"), 0o600))
	exe := filepath.Join(dir, "coredns")
	build := exec.CommandContext(r.ctx, "go", "build", "-mod=mod", "-buildvcs=false", "-o", exe, ".")
	build.Dir = dir
	if said, err := build.CombinedOutput(); err != nil {
		r.Fatalf("cannot build CoreDNS: %v\n%s", err, said)
	}
	return exe
}

func startCoreDNS(r *run, exe, upstream string) string {
	address := freePacketPort(r)
	host, port, _ := strings.Cut(address, ":")
	corefile := filepath.Join(r.TempDir(), "Corefile")
	r.check(os.WriteFile(corefile, fmt.Appendf(nil, ".:%s {\n\tbind %s\n\tcache\n\tforward . %s\n}\n", port, host, upstream), 0o600))
	cmd := exec.Command(exe, "-quiet", "-conf", corefile)
	cmd.Stderr = os.Stderr
	startProcess(r, cmd)
	waitDNS(r, address)
	return address
}

// startSelf runs this program again as one of the servers and gives the
// address that it serves.
func startSelf(r *run, what string, args ...string) string {
	exe, err := os.Executable()
	r.check(err)
	address := freePacketPort(r)
	cmd := exec.Command(exe, append([]string{what, address}, args...)...)
	cmd.Stderr = os.Stderr
	startProcess(r, cmd)
	waitDNS(r, address)
	return address
}

func waitDNS(r *run, address string) {
	if !waitUntil(r.ctx, func() bool {
		rate, err := askDNS(r.ctx, address, true, 50*time.Millisecond)
		return err == nil && rate > 0
	}) {
		r.Fatalf("nothing answers DNS on %s", address)
	}
}
