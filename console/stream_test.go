package console

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"
)

// line is one event of a stream.
type line struct{ event, id, data string }

// listen opens a stream and gives its events.
func (r *rig) listen(t *testing.T, cookie *http.Cookie, from string) <-chan line {
	t.Helper()
	res := r.do(t, http.MethodGet, "/console/events", "", cookie, func(q *http.Request) {
		if from != "" {
			q.Header.Set("Last-Event-ID", from)
		}
	})
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the stream answers %s", res.Status)
	}
	events := make(chan line, 100)
	go func() {
		defer close(events)
		var l line
		for in := bufio.NewScanner(res.Body); in.Scan(); {
			name, value, _ := strings.Cut(in.Text(), ": ")
			switch name {
			case "event":
				l.event = value
			case "id":
				l.id = value
			case "data":
				l.data = value
			case "":
				if l.event != "" {
					events <- l
				}
				l = line{}
			}
		}
	}()
	return events
}

func next(t *testing.T, events <-chan line) line {
	t.Helper()
	select {
	case l, ok := <-events:
		if !ok {
			t.Fatal("the stream has ended")
		}
		return l
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
	}
	return line{}
}

func TestStreamNamesWhatHasChanged(t *testing.T) {
	r := newRig(t, "")
	events := r.listen(t, r.signIn(t), "")
	if l := next(t, events); l.event != "hello" {
		t.Fatalf("the stream begins with %+v", l)
	}
	r.change("trusts/status")
	if l := next(t, events); l.event != "changes" || l.data != `["trusts"]` {
		t.Errorf("got %+v", l)
	}
}

func TestStreamKeepsSecretsAndKeysToItself(t *testing.T) {
	h := newHub()
	for _, table := range []string{"secrets", "claims", "keys/spec", "audit/spec", "trusts/marks"} {
		h.add(table)
	}
	if list, _, _, _, _ := h.since(0); len(list) != 0 {
		t.Errorf("told: %v", list)
	}
}

func TestStreamResumesWhereItBroke(t *testing.T) {
	r := newRig(t, "")
	cookie := r.signIn(t)
	at := next(t, r.listen(t, cookie, "")).id
	r.change("trusts/status")
	r.change("trusts/status")
	r.change("directories/spec")
	events := r.listen(t, cookie, at)
	if l := next(t, events); l.event != "hello" {
		t.Errorf("got %+v", l)
	}
	if l := next(t, events); l.data != `["directories","trusts"]` {
		t.Errorf("got %+v", l)
	}
}

func TestStreamSaysWhenItCannotTell(t *testing.T) {
	r := newRig(t, "")
	cookie := r.signIn(t)
	for _, from := range []string{"another-life-3", "nonsense", r.events.life + "-99999", strings.Repeat("9", 400)} {
		events := r.listen(t, cookie, from)
		if l := next(t, events); l.event != "all" && l.event != "hello" {
			t.Errorf("from %.20q: %+v", from, l)
		} else if l.event == "hello" {
			if l := next(t, events); l.event != "all" {
				t.Errorf("from %.20q: then %+v", from, l)
			}
		}
	}
}

func TestStreamEndsWithItsSession(t *testing.T) {
	r := newRig(t, "")
	cookie := r.signIn(t)
	events := r.listen(t, cookie, "")
	next(t, events)
	r.do(t, http.MethodDelete, "/console/session", "", cookie, nil)
	r.change("trusts/status")
	select {
	case l, open := <-events:
		if open {
			t.Errorf("after signing out came %+v", l)
		}
	case <-time.After(20 * time.Second):
		t.Error("the stream goes on after signing out")
	}
}

func TestCloseEndsStreams(t *testing.T) {
	r := newRig(t, "")
	events := r.listen(t, r.signIn(t), "")
	next(t, events)
	r.Close()
	select {
	case _, open := <-events:
		if open {
			t.Error("something came")
		}
	case <-time.After(20 * time.Second):
		t.Error("the stream goes on")
	}
}
