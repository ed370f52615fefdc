package console

import (
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// kept is how many changes are remembered for streams that come back.
const kept = 4096

// event names one object that has changed, never what it has become: that is
// the API's to tell.
type event struct{ noun, key string }

// hub remembers the last changes and wakes those who wait for one. Numbers
// count from 1 in every life of the server, whose name tells them apart.
type hub struct {
	life string

	mu      sync.Mutex
	last    int64   // number of the newest change
	ring    []event // of number n at n % kept
	changed chan struct{}
	closed  bool
}

func newHub() *hub {
	return &hub{life: rand.Text(), ring: make([]event, kept), changed: make(chan struct{})}
}

// told says which tables' changes the console is told of. Secrets, claims,
// access keys and the audit log are nobody's news.
var told = map[string]bool{
	"directories": true, "trusts": true, "forwarders": true, "vpcs": true, "groups": true, "interfaces": true,
	"routes": true, "assessments": true, "snapshots": true, "selective": true, "settings": true,
	"certificates": true, "ldaps": true, "topics": true, "logs": true,
}

// add takes a change in. Table is the store's name: "trusts/status".
func (h *hub) add(table, key string) {
	noun, part, _ := strings.Cut(table, "/")
	if !told[noun] || part == "marks" {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	h.last++
	h.ring[h.last%kept] = event{noun, key}
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		close(h.changed)
	}
}

// since gives what has changed after number n, each object once; whole is
// false when some of it is forgotten. wake is closed at the next change.
func (h *hub) since(n int64) (list []event, last int64, wake <-chan struct{}, whole, closed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n > h.last || h.last-n > kept {
		return nil, h.last, h.changed, false, h.closed
	}
	seen := map[event]bool{}
	for i := n + 1; i <= h.last; i++ {
		if e := h.ring[i%kept]; !seen[e] {
			seen[e] = true
			list = append(list, e)
		}
	}
	return list, h.last, h.changed, true, h.closed
}

// id names a place in the stream, as in Last-Event-ID.
func (h *hub) id(n int64) string { return fmt.Sprintf("%s-%d", h.life, n) }

// place reads an id; known is false when it is of another life.
func (h *hub) place(id string) (n int64, known bool) {
	life, number, _ := strings.Cut(id, "-")
	n, err := strconv.ParseInt(number, 10, 64)
	return n, err == nil && life == h.life && n >= 0
}
