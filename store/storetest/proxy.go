package storetest

import (
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy stands between a store and etcd and fails when it is told to.
type proxy struct {
	listener net.Listener
	network  string
	target   string
	deaf     atomic.Bool // answers go nowhere
	wg       sync.WaitGroup

	mu    sync.Mutex
	down  bool
	conns []net.Conn
}

func startProxy(t testing.TB, endpoint string) *proxy {
	t.Helper()
	network, target, _ := strings.Cut(endpoint, "://")
	if network == "http" {
		network = "tcp"
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, network: network, target: target}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.cut()
		p.wg.Wait()
	})
	return p
}

func (p *proxy) endpoint() string { return "http://" + p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(p.network, p.target)
		p.mu.Lock()
		if err != nil || p.down {
			_ = client.Close()
			if err == nil {
				_ = server.Close()
			}
			p.mu.Unlock()
			continue
		}
		p.conns = append(p.conns, client, server)
		p.mu.Unlock()
		p.wg.Go(func() { p.copy(server, client, nil) })
		p.wg.Go(func() { p.copy(client, server, &p.deaf) })
	}
}

// copy moves bytes until either side ends, and drops them while *drop.
func (p *proxy) copy(to, from net.Conn, drop *atomic.Bool) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && (drop == nil || !drop.Load()) {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// cut breaks all connections and takes no new ones.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = true
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}

// restore lets everything through again.
func (p *proxy) restore() {
	p.deaf.Store(false)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

// swallowAnswers lets requests through, but no answer.
func (p *proxy) swallowAnswers() { p.deaf.Store(true) }
