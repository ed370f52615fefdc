package console

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/entente-ad/entente/access"
	"github.com/entente-ad/entente/internal/secret"
)

const (
	testKey    = "AKIAAAAAAAAAAAAAAAAA"
	testSecret = "a-secret-of-forty-characters-or-so-12345"
)

// rig is a console in front of an API that says who called.
type rig struct {
	*Console
	now    time.Time
	keys   map[string]access.Key
	change func(table string)
	url    string
}

func newRig(t *testing.T, file string) *rig {
	t.Helper()
	r := &rig{now: time.Now(), keys: map[string]access.Key{testKey: {ID: testKey, Account: "000000000000", CreatedAt: time.Unix(1, 0)}}}
	changes := make(chan func(string), 1)
	c, err := New(Config{
		Keys: func(id string) (access.Key, secret.Text, bool) {
			k, ok := r.keys[id]
			return k, secret.New(testSecret), ok
		},
		Changes: func(_ context.Context, f func(table string)) { changes <- f },
		File:    file,
		Now:     func() time.Time { return r.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Console = c
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	r.change = <-changes
	api := http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		key, mine, err := c.Session(q)
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"key": key.ID, "mine": mine})
	})
	server := httptest.NewServer(c.Wrap(api))
	t.Cleanup(func() {
		stop()
		<-ended
		server.Close()
	})
	r.url = server.URL
	return r
}

// do makes a request as the console's own page would; change may spoil it.
func (r *rig) do(t *testing.T, method, path, body string, cookie *http.Cookie, change func(*http.Request)) *http.Response {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set(header, "1")
	q.Header.Set("Origin", r.url)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	if path == "/console/session" && method == http.MethodPost {
		q.Header.Set("Content-Type", "application/json")
	}
	if cookie != nil {
		q.AddCookie(cookie)
	}
	if change != nil {
		change(q)
	}
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func (r *rig) signIn(t *testing.T) *http.Cookie {
	t.Helper()
	res := r.do(t, http.MethodPost, "/console/session", `{"AccessKeyId":"`+testKey+`","SecretAccessKey":"`+testSecret+`"}`, nil, nil)
	if res.StatusCode != http.StatusOK || len(res.Cookies()) != 1 {
		t.Fatalf("sign-in: %s, %d cookies", res.Status, len(res.Cookies()))
	}
	return res.Cookies()[0]
}

func (r *rig) status(t *testing.T, cookie *http.Cookie, change func(*http.Request)) int {
	t.Helper()
	return r.do(t, http.MethodPost, "/", "{}", cookie, change).StatusCode
}

func TestSessionCookieIsForTheServerAlone(t *testing.T) {
	cookie := newRig(t, "").signIn(t)
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || len(cookie.Value) < 43 {
		t.Errorf("cookie is %+v", cookie)
	}
	if left := time.Until(cookie.Expires); left > sessionLife+time.Minute {
		t.Errorf("the cookie lives for %v", left)
	}
}

func TestCookieIsSecureBehindTLS(t *testing.T) {
	r := newRig(t, "")
	res := r.do(t, http.MethodPost, "/console/session", `{"AccessKeyId":"`+testKey+`","SecretAccessKey":"`+testSecret+`"}`, nil,
		func(q *http.Request) { q.Header.Set("X-Forwarded-Proto", "https") })
	if c := res.Cookies(); len(c) != 1 || !c[0].Secure {
		t.Errorf("cookies are %+v", c)
	}
}

func TestNobodySignsInInClear(t *testing.T) {
	r := newRig(t, "")
	for host, want := range map[string]int{
		"dc.example.com:8640": http.StatusForbidden, "192.0.2.7": http.StatusForbidden, "localhost.example.com": http.StatusForbidden,
		"localhost:1": http.StatusOK, "[::1]:8640": http.StatusOK, "[::1]": http.StatusOK, "127.0.0.9": http.StatusOK,
	} {
		res := r.do(t, http.MethodPost, "/console/session", `{"AccessKeyId":"`+testKey+`","SecretAccessKey":"`+testSecret+`"}`, nil,
			func(q *http.Request) { q.Host = host; q.Header.Set("Origin", "http://"+host) })
		if res.StatusCode != want {
			t.Errorf("%s: %s", host, res.Status)
		}
	}
}

func TestSecretIsNeverAnsweredOrLogged(t *testing.T) {
	r := newRig(t, "")
	res := r.do(t, http.MethodPost, "/console/session", `{"AccessKeyId":"`+testKey+`","SecretAccessKey":"`+testSecret+`"}`, nil, nil)
	body, _ := io.ReadAll(res.Body)
	if strings.Contains(string(body), testSecret) {
		t.Errorf("the answer holds the secret: %s", body)
	}
	if got := printable(testSecret); strings.Contains(got, testSecret) {
		t.Errorf("a secret in the wrong field is logged: %s", got)
	}
}

func TestForeignPagesGetNowhere(t *testing.T) {
	r := newRig(t, "")
	cookie := r.signIn(t)
	if got := r.status(t, cookie, nil); got != http.StatusOK {
		t.Fatalf("our own page gets %d", got)
	}
	for name, spoil := range map[string]func(*http.Request){
		"another origin":        func(q *http.Request) { q.Header.Set("Origin", "https://evil.example") },
		"another port":          func(q *http.Request) { q.Header.Set("Origin", "http://127.0.0.1:1") },
		"an opaque origin":      func(q *http.Request) { q.Header.Set("Origin", "null") },
		"two origins":           func(q *http.Request) { q.Header.Add("Origin", "https://evil.example") },
		"cross-site":            func(q *http.Request) { q.Header.Set("Sec-Fetch-Site", "cross-site") },
		"same-site":             func(q *http.Request) { q.Header.Set("Sec-Fetch-Site", "same-site") },
		"another header value":  func(q *http.Request) { q.Header.Set(header, "yes") },
		"two headers":           func(q *http.Request) { q.Header.Add(header, "1") },
		"a signature besides":   func(q *http.Request) { q.Header.Set("Authorization", "AWS4-HMAC-SHA256 x") },
		"the cookie is missing": func(q *http.Request) { q.Header.Del("Cookie") },
		"the cookie is another": func(q *http.Request) { q.Header.Set("Cookie", cookie.Name+"=AAAA") },
	} {
		if got := r.status(t, cookie, spoil); got != http.StatusForbidden {
			t.Errorf("%s: %d", name, got)
		}
		for _, call := range [][2]string{{http.MethodGet, "/console/session"}, {http.MethodGet, "/console/events"}} {
			if got := r.do(t, call[0], call[1], "", cookie, spoil).StatusCode; got == http.StatusOK {
				t.Errorf("%s: %s %s answers 200", name, call[0], call[1])
			}
		}
	}
	// Without the header a request is nobody's: the API asks for a signature.
	res := r.do(t, http.MethodPost, "/", "{}", cookie, func(q *http.Request) { q.Header.Del(header) })
	var said struct{ Mine bool }
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil || said.Mine {
		t.Errorf("a cookie alone is taken for a session (%v)", err)
	}
}

func TestBrowsersAreNeverToldThatOthersMayCall(t *testing.T) {
	r := newRig(t, "")
	res := r.do(t, http.MethodOptions, "/", "", nil, func(q *http.Request) {
		q.Header.Set("Origin", "https://evil.example")
		q.Header.Set("Access-Control-Request-Headers", header)
		q.Header.Set("Access-Control-Request-Method", http.MethodPost)
	})
	for name := range res.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("the answer has %s", name)
		}
	}
}

func TestSessionEnds(t *testing.T) {
	for name, end := range map[string]func(*rig, *http.Cookie){
		"after its life": func(r *rig, _ *http.Cookie) { r.now = r.now.Add(sessionLife) },
		"unused":         func(r *rig, _ *http.Cookie) { r.now = r.now.Add(sessionIdle) },
		"with its key":   func(r *rig, _ *http.Cookie) { delete(r.keys, testKey) },
		"with another key of the id": func(r *rig, _ *http.Cookie) {
			r.keys[testKey] = access.Key{ID: testKey, CreatedAt: time.Unix(2, 0)}
		},
		"by signing out": func(r *rig, c *http.Cookie) { r.do(t, http.MethodDelete, "/console/session", "", c, nil) },
	} {
		r := newRig(t, "")
		cookie := r.signIn(t)
		end(r, cookie)
		// A replayed cookie, as somebody who stole it would send it.
		if got := r.status(t, cookie, nil); got != http.StatusForbidden {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func TestUseKeepsASessionOnlyWithinItsLife(t *testing.T) {
	r := newRig(t, "")
	cookie := r.signIn(t)
	for began := r.now; r.now.Sub(began) < sessionLife-sessionIdle/2; r.now = r.now.Add(sessionIdle / 2) {
		if got := r.status(t, cookie, nil); got != http.StatusOK {
			t.Fatalf("after %v: %d", r.now.Sub(began), got)
		}
	}
	r.now = r.now.Add(sessionIdle / 2)
	if got := r.status(t, cookie, nil); got != http.StatusForbidden {
		t.Errorf("after its life: %d", got)
	}
}

func TestRightsAreTheKeysOfNow(t *testing.T) {
	r := newRig(t, "")
	cookie := r.signIn(t)
	k := r.keys[testKey]
	k.ReadOnly = true
	r.keys[testKey] = k
	q := httptest.NewRequest(http.MethodPost, r.url+"/", nil)
	q.Header.Set(header, "1")
	q.AddCookie(cookie)
	if got, mine, err := r.Session(q); err != nil || !mine || !got.ReadOnly {
		t.Errorf("session is %+v, %v, %v", got, mine, err)
	}
}

func TestSessionsOutliveARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sessions")
	before := newRig(t, file)
	kept, ended := before.signIn(t), before.signIn(t)
	before.do(t, http.MethodDelete, "/console/session", "", ended, nil)
	after := newRig(t, file)
	name := after.signIn(t).Name // of the new server's port
	for _, c := range []*http.Cookie{kept, ended} {
		c.Name = name
	}
	if got := after.status(t, kept, nil); got != http.StatusOK {
		t.Errorf("a session that was kept gets %d", got)
	}
	if got := after.status(t, ended, nil); got != http.StatusForbidden {
		t.Errorf("a session that had ended gets %d", got)
	}
}

func TestGuessingIsSlow(t *testing.T) {
	r := newRig(t, "")
	refused := 0
	for range 3 * maxAttempts {
		res := r.do(t, http.MethodPost, "/console/session", `{"AccessKeyId":"`+testKey+`","SecretAccessKey":"wrong"}`, nil, nil)
		switch res.StatusCode {
		case http.StatusUnauthorized:
		case http.StatusTooManyRequests:
			refused++
			if res.Header.Get("Retry-After") == "" {
				t.Error("nobody says when to come back")
			}
		default:
			t.Fatalf("a wrong secret gets %s", res.Status)
		}
	}
	if refused != 2*maxAttempts {
		t.Errorf("%d of %d attempts were refused", refused, 3*maxAttempts)
	}
	r.now = r.now.Add(attemptEvery)
	r.signIn(t)
}

func TestSigningInAgainAndAgainCostsNothing(t *testing.T) {
	r := newRig(t, "")
	for range 3 * maxAttempts {
		r.signIn(t)
	}
}

func TestSessionsAreBounded(t *testing.T) {
	now := time.Now()
	s := newSessions(func() time.Time { return now })
	first, _ := s.start(access.Key{})
	for range maxSessions + 50 {
		now = now.Add(time.Millisecond)
		s.start(access.Key{})
	}
	if len(s.byID) > maxSessions {
		t.Errorf("there are %d sessions", len(s.byID))
	}
	if _, ok := s.find(first); ok {
		t.Error("the session unused for longest is still there")
	}
}

func TestEveryAnswerOfThePagesIsProtected(t *testing.T) {
	r := newRig(t, "")
	for _, path := range []string{"/", "/us-east-1/directories/d-1234567890", "/assets/none.js", "/console/session", "/console/none"} {
		h := r.do(t, http.MethodGet, path, "", nil, nil).Header
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for name, want := range map[string]string{"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
}

func TestScriptsBringNoHeadersOfDocuments(t *testing.T) {
	p, err := newPages(fstest.MapFS{"dist/app/index.html": {Data: []byte("<p>")}, "dist/app/assets/a-1234.js": {Data: []byte("code();")}})
	if err != nil {
		t.Fatal(err)
	}
	for path, document := range map[string]bool{"/": true, "/assets/a-1234.js": false, "/assets/b.js": true} {
		w := httptest.NewRecorder()
		protect(w.Header())
		p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if got := w.Header().Get("Content-Security-Policy") != ""; got != document {
			t.Errorf("%s comes with a policy: %t", path, got)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s may be taken for another type", path)
		}
	}
}

func TestPages(t *testing.T) {
	p, err := newPages(fstest.MapFS{
		"dist/README":               {Data: []byte("not served")},
		"dist/app/index.html":       {Data: []byte("<p>" + strings.Repeat("index", 200))},
		"dist/app/assets/a-1234.js": {Data: []byte(strings.Repeat("code();", 200))},
	})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string, headers ...string) *httptest.ResponseRecorder {
		q := httptest.NewRequest(http.MethodGet, path, nil)
		for i := 0; i < len(headers); i += 2 {
			q.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, q)
		return w
	}
	if w := get("/eu-west-1/trusts/t-1"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "index") || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("a deep link gets %d, %v", w.Code, w.Header())
	}
	script := get("/assets/a-1234.js", "Accept-Encoding", "gzip")
	if h := script.Header(); h.Get("Content-Encoding") != "gzip" || !strings.Contains(h.Get("Cache-Control"), "immutable") || !strings.HasPrefix(h.Get("Content-Type"), "text/javascript") {
		t.Errorf("a script gets %v", h)
	}
	if script.Body.Len() > 200 {
		t.Errorf("a compressed script has %d bytes", script.Body.Len())
	}
	if w := get("/", "If-None-Match", get("/").Header().Get("ETag")); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("an unchanged page gets %d", w.Code)
	}
	for _, path := range []string{"/assets/b.js", "/../secret.key", "/README.md"} {
		if w := get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s gets %d", path, w.Code)
		}
	}
}

func TestWithoutABuiltConsoleAPageSaysHow(t *testing.T) {
	p, err := newPages(fstest.MapFS{"dist/README": {Data: []byte("x")}})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "make console build") {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
}
