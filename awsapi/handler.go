// Package awsapi is the wire: AWS's JSON 1.1 protocol for Directory Service
// and for what Entente adds to it, AWS's query protocol for the few calls of
// EC2 and STS that clients make beside it, all on one path. It checks the
// signature, decodes, checks the shape of the input against AWS's model, calls
// package service, and encodes; it is the only place that knows AWS's names of
// errors.
//
// It decides nothing: what a request means is the service's business. It keeps
// no state, so a crash loses nothing but answers.
package awsapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/entente-ad/entente/access"
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/service"
)

// Config says what a Handler works with.
type Config struct {
	Service *service.Service
	// Keys finds an access key and its secret; ok is false when there is none.
	Keys func(id string) (key access.Key, secretKey secret.Text, ok bool)
	// Session finds the key behind a request of the console; mine is false for
	// any other request, which has to be signed. nil means there is no console.
	Session func(r *http.Request) (key access.Key, mine bool, err error)
	// Account is the account of keys that name none; "" means 000000000000.
	Account string
	Now     func() time.Time // nil means time.Now
	Log     *slog.Logger     // nil means slog.Default()
	// Ready says why requests cannot be served yet, for /healthz; nil means
	// always ready.
	Ready func(ctx context.Context) error
	// Short lists, in sentences for everybody to read, what is short or missing
	// while requests are served, for /healthz; nil means nothing ever is.
	Short func() []string
	// Revision grows with every change that an answer could tell of; nil means
	// that no answer is given twice.
	Revision func() int64
}

// Handler answers the API. It is safe for concurrent use.
type Handler struct {
	cfg     Config
	plans   plans
	buffers sync.Pool // of *[]byte, for answers
	answers answers
	model   *model
	targets map[api]target // of the JSON protocol
	query   map[api]queryService
}

// New builds a Handler.
func New(cfg Config) (*Handler, error) {
	return newHandler(cfg, operations(cfg.Service))
}

func newHandler(cfg Config, table []operation) (*Handler, error) {
	if cfg.Account == "" {
		cfg.Account = "000000000000"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	m, err := loadModel()
	if err != nil {
		return nil, err
	}
	rows, err := byAPI(table)
	if err != nil {
		return nil, err
	}
	h := &Handler{cfg: cfg, model: m}
	if h.targets, err = newTargets(m, rows); err != nil {
		return nil, err
	}
	h.query = map[api]queryService{apiSTS: stsService{rows[apiSTS]}, apiEC2: &ec2Service{&h.plans, rows[apiEC2]}}
	return h, nil
}

// request is one request on its way, with what its log line will say.
type request struct {
	*http.Request
	w         http.ResponseWriter
	id        string
	service   string // "ds", "sts", "ec2"
	operation string // "" until it is known to be one
	caller    audit.Caller
	key       access.Key
	known     bool // who calls is known by a session, not by a signature
	status    int
	answered  int // bytes
	failure   *failure
}

// ServeHTTP answers one request and logs one line about it.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/healthz" {
		h.health(w, r)
		return
	}
	ctx, start := r.Context(), h.cfg.Now()
	q := &request{Request: r, w: w, id: uuid.NewString()}
	w.Header().Set("x-amzn-RequestId", q.id)
	w.Header().Set("Date", start.UTC().Format(http.TimeFormat)) // clients correct their clock by it
	defer func() {
		if p := recover(); p != nil {
			h.panicked(ctx, q, p)
		}
		h.log(ctx, q, h.cfg.Now().Sub(start))
	}()
	switch contentType := mediaType(r); {
	case r.URL.Path != "/":
		f := fail("UnknownOperationException", "There is nothing at this path: the API is at /.")
		f.status = http.StatusNotFound
		q.failJSON(f)
	case contentType == "application/x-www-form-urlencoded" && len(r.Header.Values("X-Amz-Target")) == 0:
		h.serveQuery(ctx, q)
	default:
		h.serveJSON(ctx, q)
	}
}

func (h *Handler) health(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
	case h.cfg.Ready != nil:
		if err := h.cfg.Ready(r.Context()); err != nil {
			h.cfg.Log.WarnContext(r.Context(), "not ready", "error", err.Error())
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		fallthrough
	default:
		said := "ok\n"
		if h.cfg.Short != nil {
			for _, sentence := range h.cfg.Short() {
				said += "warning: " + sentence + "\n"
			}
		}
		_, _ = io.WriteString(w, said) // the client may be gone
	}
}

// panicked answers a request whose handling has panicked, if nothing was
// answered yet. Where it was goes to the log; its words do only when they are
// the runtime's, because anybody else's could hold a secret.
func (h *Handler) panicked(ctx context.Context, q *request, p any) {
	words := fmt.Sprintf("%T", p)
	if e, ok := p.(runtime.Error); ok {
		words = e.Error()
	}
	h.cfg.Log.ErrorContext(ctx, "panic", "request_id", q.id, "operation", q.operation, "panic", words, "stack", string(debug.Stack()))
	f := internalFailure(errors.New("panic: " + words))
	if q.status != 0 {
		q.failure = f
		return
	}
	if s, ok := h.query[api(q.service)]; ok {
		q.failQuery(s, f)
		return
	}
	q.failJSON(f)
}

// log writes the request's one wide line. It holds names and numbers only,
// never a member's value.
func (h *Handler) log(ctx context.Context, q *request, took time.Duration) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request_id", q.id),
		slog.String("service", q.service),
		slog.String("operation", q.operation),
		slog.String("region", q.caller.Region),
		slog.String("account", q.caller.Account),
		slog.String("access_key", q.caller.AccessKeyID),
		slog.String("source_ip", sourceIP(q.Request)),
		slog.Int("status", q.status),
		slog.Int64("request_bytes", q.ContentLength),
		slog.Int("answer_bytes", q.answered),
		slog.Float64("took_ms", float64(took.Microseconds())/1000),
	}
	if f := q.failure; f != nil {
		attrs = append(attrs, slog.String("code", f.code))
		if f.status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		if f.cause != nil {
			attrs = append(attrs, slog.String("error", f.cause.Error()))
		}
	}
	h.cfg.Log.LogAttrs(ctx, level, "request", attrs...)
}

// answer writes the whole response at once.
func (q *request) answer(status int, contentType string, body []byte) {
	q.status, q.answered = status, len(body)
	q.w.Header().Set("Content-Type", contentType)
	q.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	q.w.WriteHeader(status)
	_, _ = q.w.Write(body) // the client may be gone; it asks again
}

// mediaType is the Content-Type without parameters, "" when there is none or
// more than one.
func mediaType(r *http.Request) string {
	values := r.Header.Values("Content-Type")
	if len(values) != 1 {
		return ""
	}
	t, _, _ := strings.Cut(values[0], ";")
	return strings.ToLower(strings.TrimSpace(t))
}

func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
