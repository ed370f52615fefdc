package dnsforward

import (
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// How long a socket serves: a source port that an attacker may have found out
// is gone before it is worth much (docs/decisions/0160). One question at a
// time goes through a socket.
const (
	maxUses   = 16
	maxAge    = 5 * time.Second
	maxIdle   = time.Second
	maxUnused = 64 // sockets kept per server
)

// socket is a UDP socket that is connected to one server.
type socket struct {
	*dns.Conn
	uses  int
	made  time.Time
	freed time.Time
}

// sockets keeps the sockets of one server between questions.
type sockets struct {
	mu     sync.Mutex
	unused []*socket
	closed bool
}

// take gives a socket that is good for another question, nil when there is
// none. Which one is chance, so that nobody knows the port of the next question.
func (p *sockets) take(now time.Time) *socket {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := len(p.unused); n > 0; n-- {
		i := rand.IntN(n) //nolint:gosec // the port itself is the kernel's choice, and the query's id is from crypto/rand
		s := p.unused[i]
		p.unused[i] = p.unused[n-1]
		p.unused = p.unused[:n-1]
		if now.Sub(s.made) < maxAge && now.Sub(s.freed) < maxIdle {
			return s
		}
		_ = s.Close()
	}
	return nil
}

// give keeps a socket whose question is answered.
func (p *sockets) give(s *socket, now time.Time) {
	s.uses++
	s.freed = now
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || s.uses >= maxUses || len(p.unused) >= maxUnused || now.Sub(s.made) >= maxAge {
		_ = s.Close()
		return
	}
	p.unused = append(p.unused, s)
}

// sweep closes what was not used for a while.
func (p *sockets) sweep(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := p.unused[:0]
	for _, s := range p.unused {
		if now.Sub(s.freed) < maxIdle && now.Sub(s.made) < maxAge {
			kept = append(kept, s)
		} else {
			_ = s.Close()
		}
	}
	clear(p.unused[len(kept):])
	p.unused = kept
}

// close closes all, and those that are still in use when they come back.
func (p *sockets) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, s := range p.unused {
		_ = s.Close()
	}
	p.unused = nil
}

func newSocket(c net.Conn, now time.Time) *socket {
	return &socket{Conn: &dns.Conn{Conn: c, UDPSize: ednsSize}, made: now}
}
