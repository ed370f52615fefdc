package console

import (
	"crypto/subtle"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/entente-ad/entente/access"
)

// maxSignIn is the size of a sign-in request, in bytes.
const maxSignIn = 4096

type signInRequest struct {
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string `json:"SecretAccessKey"`
}

type sessionAnswer struct {
	AccessKeyID string `json:"AccessKeyId"`
	Account     string
	Description string
	ReadOnly    bool
	Expires     time.Time
}

// signIn starts a session for an access key and its secret.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	if !sameOrigin(r) || r.Header.Get("Content-Type") != "application/json" {
		refuse(w, http.StatusForbidden, ErrForeign.Error())
		return
	}
	from := sourceIP(r)
	if !unheard(r) {
		refuse(w, http.StatusForbidden, inClear)
		return
	}
	if wait, ok := c.attempts.take(from); !ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		refuse(w, http.StatusTooManyRequests, "Too many attempts to sign in from this address. Wait a minute and try again.")
		return
	}
	var in signInRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxSignIn)).Decode(&in); err != nil {
		refuse(w, http.StatusBadRequest, "The request is not what the sign-in page sends.")
		return
	}
	key, ok := c.check(in)
	if !ok {
		c.cfg.Log.WarnContext(r.Context(), "sign-in refused", "access_key", printable(in.AccessKeyID), "source_ip", from)
		refuse(w, http.StatusUnauthorized, "There is no such access key, or its secret is another one.")
		return
	}
	c.attempts.giveBack(from)
	if old, err := r.Cookie(cookieName(r)); err == nil {
		c.sessions.end(old.Value)
	}
	id, expires := c.sessions.start(key)
	setCookie(w, r, id, expires)
	c.cfg.Log.InfoContext(r.Context(), "signed in", "access_key", key.ID, "source_ip", from)
	tell(w, key, expires)
}

// check compares the secret in a time that does not tell how much of it is
// right.
func (c *Console) check(in signInRequest) (access.Key, bool) {
	key, want, known := c.cfg.Keys(strings.TrimSpace(in.AccessKeyID))
	same := subtle.ConstantTimeCompare([]byte(want.Reveal()), []byte(strings.TrimSpace(in.SecretAccessKey))) == 1
	return key, known && same && !want.Empty()
}

func (c *Console) whoami(w http.ResponseWriter, r *http.Request) {
	s, err := c.find(r)
	if err != nil {
		refuse(w, http.StatusUnauthorized, err.Error())
		return
	}
	tell(w, s.key, s.expires)
}

// signOut ends the session here, not only in the browser.
func (c *Console) signOut(w http.ResponseWriter, r *http.Request) {
	if !sameOrigin(r) {
		refuse(w, http.StatusForbidden, ErrForeign.Error())
		return
	}
	if cookie, err := r.Cookie(cookieName(r)); err == nil {
		c.sessions.end(cookie.Value)
	}
	setCookie(w, r, "", time.Unix(0, 0))
	w.WriteHeader(http.StatusNoContent)
}

// inClear says why nobody signs in here.
const inClear = "The secret access key would cross the network in clear, and the session after it. Start entente serve with --tls-cert and --tls-key, " +
	"put a proxy with TLS in front of it, or come through a tunnel (ssh -L)."

// unheard tells whether nobody else can hear a request, as browsers do when
// they call a context secure: it comes by TLS, here or at a proxy, or the
// browser called a loopback address, be it through a tunnel. The page warns
// before anything is sent.
func unheard(r *http.Request) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return encrypted(r) || host == "localhost" || ip != nil && ip.IsLoopback()
}

// encrypted believes a proxy that says it was asked by TLS.
func encrypted(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}

func setCookie(w http.ResponseWriter, r *http.Request, id string, expires time.Time) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure where there is TLS; a server on a loopback address has none
		Name: cookieName(r), Value: id, Path: "/", Expires: expires,
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: encrypted(r),
	})
}

func tell(w http.ResponseWriter, key access.Key, expires time.Time) {
	answer(w, http.StatusOK, sessionAnswer{AccessKeyID: key.ID, Account: key.Account, Description: key.Description, ReadOnly: key.ReadOnly, Expires: expires.UTC()})
}

func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, struct{ Message string }{message})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the browser may be gone
}

func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// printable is an access key id as it may be logged: whoever mistook the
// fields must not find a secret in the log.
func printable(id string) string {
	if len(id) == 20 && strings.HasPrefix(id, "AKIA") {
		return id
	}
	return "(not an access key id)"
}
