package trusts

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
)

// idleFor is how long a session that nobody uses is kept: long enough for the
// passes of one creation, short enough not to be a load on a DC.
const idleFor = 30 * time.Second

// How many sessions there are with one DC at once. NETLOGON of a DC whose
// partner is silent keeps one busy for 22 seconds: trusts that fail have some of
// their own, and never keep those of the others.
const (
	sessionsFine    = 12
	sessionsFailing = 4
)

// pool keeps sessions with our DCs between uses, since logging on costs more
// than most steps. A session has one user at a time, for as long as it works.
type pool struct {
	open Opener

	mu     sync.Mutex
	idle   map[directory.DCID][]*session
	lanes  map[directory.DCID]*lanes
	closed bool
}

// lanes hold a token for each session in use.
type lanes struct{ fine, failing chan struct{} }

// session is a Side and what the pool knows of it.
type session struct {
	Side
	dc     directory.DCID
	reused bool // it may have died meanwhile
	bad    bool // it is not to be used again
	timer  *time.Timer
	lane   chan struct{}
}

func newPool(open Opener) *pool {
	return &pool{open: open, idle: map[directory.DCID][]*session{}, lanes: map[directory.DCID]*lanes{}}
}

// take gives a session with dc, for a trust that fails or one that does not.
func (p *pool) take(ctx context.Context, dc directory.Instance, failing bool) (*session, error) {
	lane, err := p.enter(ctx, dc.DC.ID, failing)
	if err != nil {
		return nil, err
	}
	if s := p.reuse(dc.DC.ID); s != nil {
		s.lane = lane
		return s, nil
	}
	return p.dial(ctx, dc, lane)
}

// fresh opens a new session with dc.
func (p *pool) fresh(ctx context.Context, dc directory.Instance, failing bool) (*session, error) {
	lane, err := p.enter(ctx, dc.DC.ID, failing)
	if err != nil {
		return nil, err
	}
	return p.dial(ctx, dc, lane)
}

// enter waits until the DC has room for one more session.
func (p *pool) enter(ctx context.Context, dc directory.DCID, failing bool) (chan struct{}, error) {
	p.mu.Lock()
	l := p.lanes[dc]
	if l == nil {
		l = &lanes{make(chan struct{}, sessionsFine), make(chan struct{}, sessionsFailing)}
		p.lanes[dc] = l
	}
	p.mu.Unlock()
	lane := l.fine
	if failing {
		lane = l.failing
	}
	select {
	case lane <- struct{}{}:
		return lane, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("no session with domain controller %s got free: %w", dc, context.Cause(ctx))
	}
}

func (p *pool) dial(ctx context.Context, dc directory.Instance, lane chan struct{}) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	side, err := p.open(ctx, dc)
	if err != nil {
		<-lane
		return nil, err
	}
	return &session{Side: side, dc: dc.DC.ID, lane: lane}, nil
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
	if len(p.idle[id]) == 0 {
		delete(p.idle, id)
	}
	s.timer.Stop()
	s.reused = true
	return s
}

// put gives a session back. One that failed is closed.
func (p *pool) put(s *session) {
	if s == nil {
		return
	}
	<-s.lane
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
			if len(p.idle[s.dc]) == 0 {
				delete(p.idle, s.dc)
			}
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
