package console

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// hub remembers of each noun when it changed last, and wakes those who wait for
// a change. Changes are counted from 1 in every life of the server, whose name
// tells the counts apart. Which object has changed it does not keep: that would
// tell one account of another's.
type hub struct {
	life string

	mu      sync.Mutex
	last    int64            // number of the newest change
	latest  map[string]int64 // noun -> number of its newest change
	changed chan struct{}
	closed  bool
}

func newHub() *hub {
	return &hub{life: rand.Text(), latest: map[string]int64{}, changed: make(chan struct{})}
}

// told says which tables' changes the console is told of. Secrets, claims,
// access keys and the audit log are nobody's news.
var told = map[string]bool{
	"directories": true, "trusts": true, "forwarders": true, "vpcs": true, "groups": true, "interfaces": true,
	"routes": true, "assessments": true, "snapshots": true, "selective": true, "settings": true,
	"certificates": true, "ldaps": true, "topics": true, "logs": true,
}

// add takes a change in. Table is the store's name: "trusts/status".
func (h *hub) add(table string) {
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
	h.latest[noun] = h.last
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

// since gives the nouns that have changed after number n, in order of name;
// known is false when there was no such number yet. wake is closed at the next
// change.
func (h *hub) since(n int64) (nouns []string, last int64, wake <-chan struct{}, known, closed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for noun, at := range h.latest {
		if at > n {
			nouns = append(nouns, noun)
		}
	}
	slices.Sort(nouns)
	return nouns, h.last, h.changed, n <= h.last, h.closed
}

// id names a place in the stream, as in Last-Event-ID.
func (h *hub) id(n int64) string { return fmt.Sprintf("%s-%d", h.life, n) }

// place reads an id; known is false when it is of another life.
func (h *hub) place(id string) (n int64, known bool) {
	life, number, _ := strings.Cut(id, "-")
	n, err := strconv.ParseInt(number, 10, 64)
	return n, err == nil && life == h.life && n >= 0
}
