package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// How a stream behaves: changes within gather go out together, a comment every
// heartbeat shows that it lives, and one write may take so long.
const (
	gather    = 50 * time.Millisecond
	heartbeat = 10 * time.Second
	patience  = 10 * time.Second
)

// maxStreams bounds the streams that are open; further pages ask from time to
// time instead.
const maxStreams = 512

// stream tells one page what changes, as server-sent events: "hello" where it
// starts, "changes" with nouns, "all" when it cannot be said what has changed
// since the id that the page came back with.
func (c *Console) stream(w http.ResponseWriter, r *http.Request) {
	if _, err := c.find(r); err != nil {
		refuse(w, http.StatusUnauthorized, err.Error())
		return
	}
	if !c.openStream() {
		refuse(w, http.StatusServiceUnavailable, "Too many pages are open.")
		return
	}
	defer c.closeStream()
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // the server's is for requests
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	send := func(event string, at int64, data any) error {
		body, err := json.Marshal(data)
		if err != nil {
			return err
		}
		_ = out.SetWriteDeadline(c.cfg.Now().Add(patience))
		if _, err := fmt.Fprintf(w, "event: %s\nid: %s\ndata: %s\n\n", event, c.events.id(at), body); err != nil {
			return err
		}
		return out.Flush()
	}

	_, last, _, _, _ := c.events.since(0)
	at, first := last, "hello"
	if came := r.Header.Get("Last-Event-ID"); came != "" {
		if n, known := c.events.place(came); known {
			at = n
		} else {
			first = "all"
		}
	}
	if send(first, at, map[string]string{"life": c.events.life}) != nil {
		return
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		nouns, last, wake, known, closed := c.events.since(at)
		// Asked after the news was taken: what changed after somebody signed out is
		// never told to that page.
		if _, err := c.find(r); err != nil || closed {
			return
		}
		switch {
		case !known:
			at = last
			if send("all", at, struct{}{}) != nil {
				return
			}
			continue
		case len(nouns) > 0:
			at = last
			if send("changes", at, nouns) != nil {
				return
			}
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			if _, err := c.find(r); err != nil {
				return // signed out, expired, or the key is gone
			}
			_ = out.SetWriteDeadline(c.cfg.Now().Add(patience))
			if _, err := fmt.Fprint(w, ":\n\n"); err != nil || out.Flush() != nil {
				return
			}
		case <-wake:
			time.Sleep(gather)
		}
	}
}

func (c *Console) openStream() bool {
	if c.streams.Add(1) > maxStreams {
		c.streams.Add(-1)
		return false
	}
	return true
}

func (c *Console) closeStream() { c.streams.Add(-1) }
