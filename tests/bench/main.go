// Command bench prints how fast and how big Entente is, as ratios to stock
// tools measured in the same run on the same machine: absolute numbers differ
// from machine to machine. It judges nothing and never fails because of a
// number; it fails if a line of its table was not measured. It needs root,
// Samba, moto_server, Chromium, Node and a build of the console. Run it with
// "make bench" on a machine that does nothing else.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// parts in the order in which they run: an idle server is looked at before
// there is a directory on it.
var parts = []part{
	apiPart, servePart, directoryPart, trustPart, rulesPart, regionPart, consolePart, forwarderPart, deadPart,
}

// shared is what parts share: what is made at the first call of one of them,
// and the table.
type shared struct {
	table  *table
	server *ourServer // nil before it is needed
	rounds int
}

// servers are what this program is instead when its first argument says so:
// what parts ask or compare with.
var servers = map[string]func(args []string) error{
	serveTrusts:    serveSeeded,
	serveAnswers:   serveDNS,
	serveForwarder: serveDNS,
}

func main() {
	if len(os.Args) >= 3 && servers[os.Args[1]] != nil {
		end(servers[os.Args[1]](os.Args[1:]))
	}
	only := flag.String("only", "", "parts to measure, comma-separated (default all)")
	rounds := flag.Int("rounds", 5, "how often a trust is made; medians are shown")
	readme := flag.String("readme", "", "`file` to write the table into, between its marks; only after a whole run")
	flag.Usage = usage
	flag.Parse()
	chosen, err := choose(*only)
	if err != nil {
		end(err)
	}
	if *readme != "" && *only != "" {
		end(errors.New("-readme is for a whole run, without -only"))
	}
	if os.Getuid() != 0 {
		end(errors.New("must run as root: it makes network namespaces and domain controllers"))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &shared{table: newTable(chosen), rounds: max(1, *rounds)}
	all := newRun(ctx)
	for _, p := range chosen {
		fmt.Fprintf(os.Stderr, "measuring %s: %s\n", p.name, p.what)
		begin := time.Now()
		s.measure(all, p)
		fmt.Fprintf(os.Stderr, "  in %s\n", time.Since(begin).Round(time.Second))
	}
	all.end()
	s.table.print(os.Stdout)
	err = s.table.complaint()
	if err == nil && *readme != "" {
		err = s.table.writeReadme(*readme, time.Now())
	}
	if all.failed {
		err = errors.Join(err, errors.New("something went wrong besides (see above)"))
	}
	end(err)
}

// choose gives the parts that names, a comma-separated list, names; all of them
// for none.
func choose(names string) ([]part, error) {
	if names == "" {
		return parts, nil
	}
	var chosen []part
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(parts, func(p part) bool { return p.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no part %q (bench -h lists them)", name)
		}
		chosen = append(chosen, parts[i])
	}
	return chosen, nil
}

// end ends the program.
func end(err error) {
	if err == nil {
		os.Exit(0)
	}
	for line := range strings.Lines(err.Error() + "\n") {
		fmt.Fprint(os.Stderr, "bench: "+line)
	}
	os.Exit(1)
}

func usage() {
	fmt.Fprintf(os.Stderr, "usage: bench [-only PART,…] [-rounds N] [-readme FILE]\n\nParts:\n")
	for _, p := range parts {
		fmt.Fprintf(os.Stderr, "  %-10s %s\n", p.name, p.what)
	}
}
