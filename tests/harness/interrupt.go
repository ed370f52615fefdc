package harness

import (
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"testing"
)

// opened are the servers that were not taken down yet. They run in process
// groups of their own, so that nobody else ends them.
var opened struct {
	sync.Mutex
	servers map[*Server]bool
	heard   bool // whether signals come to us
}

func remember(s *Server) {
	opened.Lock()
	defer opened.Unlock()
	if opened.servers == nil {
		opened.servers = map[*Server]bool{}
	}
	opened.servers[s] = true
	if testing.Testing() && !opened.heard { // other programs end as they see fit
		opened.heard = true
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		go interrupted(signals)
	}
}

func forget(s *Server) {
	opened.Lock()
	defer opened.Unlock()
	delete(opened.servers, s)
}

// interrupted ends tests that somebody interrupts, whose clean-up does not run:
// servers are taken down, and with them their domain controllers. Forests end
// with the test's process.
func interrupted(signals <-chan os.Signal) {
	got := <-signals
	opened.Lock()
	servers := slices.Collect(maps.Keys(opened.servers))
	opened.Unlock()
	fmt.Fprintf(os.Stderr, "%v: taking %d servers down\n", got, len(servers))
	var all sync.WaitGroup
	for _, s := range servers {
		all.Go(func() {
			if err := s.Down(); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		})
	}
	all.Wait()
	os.Exit(1)
}
