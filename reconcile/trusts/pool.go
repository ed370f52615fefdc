package trusts

import (
	"context"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
)

// idleFor is how long a session that nobody uses is kept: long enough for the
// passes of one creation, short enough not to be a load on a DC.
const idleFor = 30 * time.Second

// pool keeps sessions with our DCs between passes, since logging on costs
// more than most steps. A session is used by one pass at a time.
type pool struct {
	open Opener

	mu     sync.Mutex
	idle   map[directory.DCID][]*session
	closed bool
}

// session is a Side and what the pool knows of it.
type session struct {
	Side
	dc     directory.DCID
	reused bool // it may have died meanwhile
	bad    bool // it is not to be used again
	timer  *time.Timer
}

func newPool(open Opener) *pool {
	return &pool{open: open, idle: map[directory.DCID][]*session{}}
}

// take gives a session with dc.
func (p *pool) take(ctx context.Context, dc directory.Instance) (*session, error) {
	if s := p.reuse(dc.DC.ID); s != nil {
		return s, nil
	}
	return p.fresh(ctx, dc)
}

// fresh opens a new session with dc.
func (p *pool) fresh(ctx context.Context, dc directory.Instance) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	side, err := p.open(ctx, dc)
	if err != nil {
		return nil, err
	}
	return &session{Side: side, dc: dc.DC.ID}, nil
}

func (p *pool) reuse(id directory.DCID) *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.idle[id]
	if len(list) == 0 {
		return nil
	}
	s := list[len(list)-1]
	p.idle[id] = list[:len(list)-1]
	s.timer.Stop()
	s.reused = true
	return s
}

// put gives a session back. One that failed is closed.
func (p *pool) put(s *session) {
	if s == nil {
		return
	}
	p.mu.Lock()
	keep := !s.bad && !p.closed
	if keep {
		p.idle[s.dc] = append(p.idle[s.dc], s)
		s.timer = time.AfterFunc(idleFor, func() { p.expire(s) })
	}
	p.mu.Unlock()
	if !keep {
		_ = s.Close() // it is broken, or nobody needs it
	}
}

// expire closes a session that is still idle.
func (p *pool) expire(s *session) {
	p.mu.Lock()
	found := false
	for i, other := range p.idle[s.dc] {
		if other == s {
			p.idle[s.dc] = append(p.idle[s.dc][:i:i], p.idle[s.dc][i+1:]...)
			found = true
			break
		}
	}
	p.mu.Unlock()
	if found {
		_ = s.Close()
	}
}

// close closes what is idle, and everything that is given back from now on.
func (p *pool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = map[directory.DCID][]*session{}, true
	p.mu.Unlock()
	for _, list := range idle {
		for _, s := range list {
			s.timer.Stop()
			_ = s.Close()
		}
	}
}
