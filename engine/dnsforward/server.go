package dnsforward

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/netutil"

	"github.com/entente-ad/entente/directory"
)

// Server is one forwarder. Its methods may be called from any goroutine,
// before and while it runs.
type Server struct {
	cfg   Config
	log   *slog.Logger
	slots chan struct{} // one per query being served
	wake  chan struct{} // capacity 1: a probe is due

	rules atomic.Pointer[ruleSet]
	setMu sync.Mutex // one SetRules at a time

	asking sync.WaitGroup // attempts that outlive their query, and probes
}

// New builds a Server that knows its own domain and no other rule.
func New(cfg Config) *Server {
	cfg.setDefaults()
	s := &Server{
		cfg: cfg, log: cfg.Log,
		slots: make(chan struct{}, cfg.MaxQueries),
		wake:  make(chan struct{}, 1),
	}
	s.rules.Store(s.newRuleSet(0, nil, nil, time.Now()))
	return s
}

// Run serves UDP and TCP until ctx ends, and returns nil then. An error means
// that the address could not be bound or a socket broke.
func (s *Server) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	packets, streams, err := listen(ctx, s.cfg.Listen.String())
	if err != nil {
		return fmt.Errorf("cannot serve DNS on %s: %w", s.cfg.Listen, err)
	}
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) { s.serve(ctx, w, q) })
	servers := []*dns.Server{
		{PacketConn: packets, Handler: handler, UDPSize: ednsSize},
		{Listener: netutil.LimitListener(streams, maxTCPClients), Handler: handler},
	}
	ended := make(chan error, len(servers))
	started := make(chan struct{}, len(servers))
	for _, srv := range servers {
		srv.NotifyStartedFunc = func() { started <- struct{}{} }
		go func() { ended <- srv.ActivateAndServe() }()
	}
	s.asking.Go(func() { s.probeLoop(ctx) })

	running := len(servers)
	for range servers { // Shutdown works only on a server that has started
		select {
		case <-started:
		case e := <-ended:
			err, running = errors.Join(err, e), running-1
		}
	}
	if err == nil {
		select {
		case <-ctx.Done():
		case e := <-ended:
			err, running = errors.Join(e, errors.New("socket closed")), running-1
		}
	}
	cancel()
	for _, srv := range servers {
		_ = srv.Shutdown() // not started means ended already
	}
	for range running {
		err = errors.Join(err, <-ended)
	}
	s.asking.Wait()
	if err != nil {
		return fmt.Errorf("cannot serve DNS on %s any more: %w", s.cfg.Listen, err)
	}
	return nil
}

// listen binds UDP and TCP at once, so that a server that runs serves both.
func listen(ctx context.Context, addr string) (net.PacketConn, net.Listener, error) {
	var lc net.ListenConfig
	packets, err := lc.ListenPacket(ctx, "udp", addr)
	if err != nil {
		return nil, nil, err
	}
	streams, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		_ = packets.Close()
		return nil, nil, err
	}
	return packets, streams, nil
}

// Revision is the revision that the rules served now were set with; 0 before
// the first SetRules.
func (s *Server) Revision() int64 { return s.rules.Load().revision }

// Health says how each server of the rules answers, in the order of the rules.
// The DC's own server is not among them.
func (s *Server) Health() []directory.UpstreamHealth {
	var list []directory.UpstreamHealth
	for _, u := range s.rules.Load().upstreams {
		list = append(list, u.health())
	}
	return list
}
