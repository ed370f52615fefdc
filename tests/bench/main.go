// Command bench prints how fast and how big Entente is, as ratios to stock
// tools measured in the same run on the same machine: absolute numbers differ
// from machine to machine. It judges nothing and never fails because of a
// number. It needs root and Samba; moto_server is measured where it is
// installed. Run it with "make bench" on a machine that does nothing else.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// part is one thing that is measured.
type part struct {
	name string
	what string
	run  func(r *run, s *shared)
}

var parts = []part{
	{"api", "DescribeTrusts with 100 trusts against moto_server", measureAPI},
	{"bare", "two stock domain controllers: time and memory", measureBare},
	{"serve", "memory of an idle entente serve", measureServe},
	{"directory", "time and memory of a directory", measureDirectory},
	{"trust", "CreateTrust to Verified against samba-tool", measureTrust},
	{"rules", "a rule and a route until in force against nft and ip", measureRules},
	{"region", "AddRegion until Active against two stock domain controllers that join", measureRegion},
	{"console", "time to interactive with 50 directories, 200 trusts and 2,000 tags against one of each", measureConsole},
	{"forwarder", "DNS queries per second against CoreDNS", measureForwarder},
}

// shared is what one part leaves to the next.
type shared struct {
	table  table
	bare   *bareResult // nil when not measured
	server *ourServer  // nil before it is needed
	rounds int
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == serveTrusts {
		if err := serveSeeded(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "bench: "+err.Error())
			os.Exit(1)
		}
		return
	}
	if len(os.Args) >= 3 && (os.Args[1] == serveAnswers || os.Args[1] == serveForwarder) {
		if err := serveDNS(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench: "+err.Error())
			os.Exit(1)
		}
		return
	}
	only := flag.String("only", "", "parts to measure, comma-separated (default all)")
	rounds := flag.Int("rounds", 5, "how often a trust is made; medians are shown")
	flag.Usage = usage
	flag.Parse()
	if os.Getuid() != 0 {
		fmt.Fprintln(os.Stderr, "bench: must run as root: it makes network namespaces and domain controllers")
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &shared{rounds: max(1, *rounds)}
	all := newRun(ctx)
	for _, p := range parts {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), p.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring %s: %s\n", p.name, p.what)
		if err := all.try(func(r *run) { p.run(r, s) }); err != nil {
			s.table.missing(p.name, err)
		}
	}
	all.end()
	s.table.print(os.Stdout)
}

func usage() {
	fmt.Fprintf(os.Stderr, "usage: bench [-only PART,…] [-rounds N]\n\nParts:\n")
	for _, p := range parts {
		fmt.Fprintf(os.Stderr, "  %-10s %s\n", p.name, p.what)
	}
}
