// Package console serves the console to browsers: its pages, which Vite built
// and the binary embeds, sign-in with an access key, and a stream that names
// what has changed. Everything else the console does by the API that all
// clients use; this package only tells awsapi whose session a request has.
//
// It decides nothing about directories and trusts, and imports neither the
// store nor the service. Of a session only the hash of its id is kept, in memory
// and in one small file, so that a restart or a crash signs nobody out.
package console

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/entente-ad/entente/access"
	"github.com/entente-ad/entente/internal/secret"
)

// Config says what a Console works with. Keys and Changes are required.
type Config struct {
	// Keys finds an access key and its secret; ok is false when there is none.
	Keys func(id string) (key access.Key, secretKey secret.Text, ok bool)
	// Changes calls f with the table of every object that was written or
	// deleted, from one goroutine, until ctx ends. It returns at once.
	Changes func(ctx context.Context, f func(table string))
	// File is where the hashes of sessions' ids are kept, so that a restart
	// signs nobody out; "" means that it does.
	File string
	Now  func() time.Time // nil means time.Now
	Log  *slog.Logger     // nil means slog.Default()
}

// Console answers browsers. It is safe for concurrent use.
type Console struct {
	cfg      Config
	sessions *sessions
	attempts *limiter
	events   *hub
	pages    *pages
	streams  atomic.Int64
}

// New builds a Console.
func New(cfg Config) (*Console, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	p, err := newPages(built)
	if err != nil {
		return nil, err
	}
	s := newSessions(cfg.Now)
	if cfg.File != "" {
		if err := s.load(cfg.File); err != nil {
			return nil, err
		}
	}
	return &Console{cfg: cfg, sessions: s, attempts: newLimiter(cfg.Now), events: newHub(), pages: p}, nil
}

// Run listens for changes until ctx ends, and then ends all streams.
func (c *Console) Run(ctx context.Context) error {
	c.cfg.Changes(ctx, c.events.add)
	<-ctx.Done()
	c.Close()
	return nil
}

// Close ends all event streams, so that a server that shuts down need not wait
// for them. Clients come back by themselves.
func (c *Console) Close() { c.events.close() }

// Wrap answers what is the console's and leaves the rest to api.
func (c *Console) Wrap(api http.Handler) http.Handler {
	own := http.NewServeMux()
	own.HandleFunc("GET /console/session", c.whoami)
	own.HandleFunc("POST /console/session", c.signIn)
	own.HandleFunc("DELETE /console/session", c.signOut)
	own.HandleFunc("GET /console/events", c.stream)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/console/"):
			protect(w.Header())
			w.Header().Set("Cache-Control", "no-store")
			own.ServeHTTP(w, r)
		case claimed(r):
			protect(w.Header())
			w.Header().Set("Cache-Control", "no-store")
			api.ServeHTTP(w, r)
		case forBrowser(r):
			protect(w.Header())
			c.pages.ServeHTTP(w, r)
		default:
			api.ServeHTTP(w, r)
		}
	})
}

// forBrowser tells whether a page is asked for. Whoever brings a signature is
// answered by the API, even if wrongly with GET.
func forBrowser(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	q := r.URL.Query()
	return r.URL.Path != "/healthz" && r.Header.Get("Authorization") == "" && r.Header.Get("X-Amz-Target") == "" &&
		!q.Has("X-Amz-Signature") && !q.Has("X-Amz-Algorithm") && !q.Has("Action")
}

// policy allows a page what it brings itself and nothing else: no script or
// style in the page, no frame around it, no request to anybody else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types ec2-answers"

// protect sets the headers that keep other pages out.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
}
