package console

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/entente-ad/entente/access"
)

// How long a session lasts: so long after sign-in, and so long without use.
// A page that is open uses its session.
const (
	sessionLife = 12 * time.Hour
	sessionIdle = time.Hour
)

// maxSessions is how many sessions there can be; the one unused for longest
// makes way for a new one.
const maxSessions = 1000

// header is what every request of the console carries. A page of another
// origin cannot send it: its browser would ask us first, and we do not agree.
const header = "X-Entente-Console"

// ErrSignedOut says that a request of the console has no session, or one that
// has ended.
var ErrSignedOut = errors.New("you are not signed in: the session has ended or was never there; sign in again")

// ErrForeign says that another page made the request.
var ErrForeign = errors.New("the request does not come from the console's own page")

// session is somebody who signed in with an access key. Its id is nowhere but
// in the browser's cookie; here is only the id's hash.
type session struct {
	key     access.Key
	expires time.Time
	used    time.Time
}

type sessions struct {
	now  func() time.Time
	path string // where sessions outlive the process; "" means nowhere

	mu   sync.Mutex
	byID map[[sha256.Size]byte]*session
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, byID: map[[sha256.Size]byte]*session{}}
}

// start makes a session and gives its id.
func (s *sessions) start(key access.Key) (id string, expires time.Time) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	id = base64.RawURLEncoding.EncodeToString(raw)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.makeRoomLocked(now)
	expires = now.Add(sessionLife)
	s.byID[sha256.Sum256([]byte(id))] = &session{key: key, expires: expires, used: now}
	s.keepLocked()
	return id, expires
}

// makeRoomLocked drops what has expired and, if there are still too many, the
// session unused for longest.
func (s *sessions) makeRoomLocked(now time.Time) {
	var oldest [sha256.Size]byte
	var at time.Time
	for id, have := range s.byID {
		if have.over(now) {
			delete(s.byID, id)
			continue
		}
		if at.IsZero() || have.used.Before(at) {
			oldest, at = id, have.used
		}
	}
	if len(s.byID) >= maxSessions {
		delete(s.byID, oldest)
	}
}

func (s *session) over(now time.Time) bool {
	return !now.Before(s.expires) || now.Sub(s.used) >= sessionIdle
}

// find gives the session of that id and notes that it was used.
func (s *sessions) find(id string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hash, now := sha256.Sum256([]byte(id)), s.now()
	have, ok := s.byID[hash]
	if !ok {
		return session{}, false
	}
	if have.over(now) {
		delete(s.byID, hash)
		return session{}, false
	}
	have.used = now
	return *have, true
}

func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hash := sha256.Sum256([]byte(id))
	if _, ok := s.byID[hash]; ok {
		delete(s.byID, hash)
		s.keepLocked()
	}
}

// claimed tells whether a request says that it is the console's.
func claimed(r *http.Request) bool { return len(r.Header.Values(header)) > 0 }

// Session finds the access key behind a request of the console; mine is false
// when the request does not say that it is one. The errors are ErrForeign and
// ErrSignedOut.
func (c *Console) Session(r *http.Request) (key access.Key, mine bool, err error) {
	if !claimed(r) {
		return access.Key{}, false, nil
	}
	s, err := c.find(r)
	return s.key, true, err
}

// find gives the session of a request that the console's own page has made.
func (c *Console) find(r *http.Request) (session, error) {
	if !sameOrigin(r) || len(r.Header.Values("Authorization")) > 0 {
		return session{}, ErrForeign
	}
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return session{}, ErrSignedOut
	}
	s, ok := c.sessions.find(cookie.Value)
	if !ok {
		return session{}, ErrSignedOut
	}
	// A session has no more rights than its key has now, and none when the key
	// is gone or has become another.
	key, _, ok := c.cfg.Keys(s.key.ID)
	if !ok || !key.CreatedAt.Equal(s.key.CreatedAt) {
		c.sessions.end(cookie.Value)
		return session{}, ErrSignedOut
	}
	s.key = key
	return s, nil
}

// sameOrigin tells whether the console's own page has made the request, as far
// as the browser says: the header, and where the request comes from.
func sameOrigin(r *http.Request) bool {
	if v := r.Header.Values(header); len(v) != 1 || v[0] != "1" {
		return false
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	for _, origin := range r.Header.Values("Origin") {
		if u, err := url.Parse(origin); err != nil || u.Host == "" || u.Host != r.Host {
			return false
		}
	}
	return true
}

// cookieName tells consoles on different ports of one host apart: browsers
// keep cookies by host alone.
func cookieName(r *http.Request) string {
	_, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		return "entente-session"
	}
	return "entente-session-" + port
}
