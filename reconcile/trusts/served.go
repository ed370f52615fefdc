package trusts

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
)

// served draws from the status of DCs what trusts need of it. What is in force
// on network interfaces is long where there are many rules: it is drawn once for
// each time that it is written, and not once for each trust.
type served struct {
	store *store.Store

	mu      sync.Mutex
	nudged  map[directory.ID]servedBy // as it was when trusts were nudged last
	health  map[string]string         // answering, by forwarder, as it was then
	filters map[directory.DCID]filterMark
}

// servedBy is what the DCs of one directory serve of its forwarders.
type servedBy struct {
	revision int64 // of the status; 0 when there is none
	applied  map[directory.DCID]int64
}

// filterMark is what is in force on one network interface.
type filterMark struct {
	revision int64
	sum      uint64
}

func newServed(s *store.Store) *served {
	return &served{store: s, nudged: map[directory.ID]servedBy{}, health: map[string]string{}, filters: map[directory.DCID]filterMark{}}
}

// by gives what the directory's DCs serve.
func (s *served) by(id directory.ID) servedBy {
	o, _ := store.ForwardersStatus.PeekObject(s.store, string(id))
	return servedBy{revision: o.Revision, applied: o.Value.Applied}
}

// rules changes with what is in force on the network interfaces of the
// directory's DCs.
func (s *served) rules(dir directory.Spec) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, dc := range dir.DCs {
		o, ok := store.InterfaceStatus.PeekObject(s.store, string(dc.ID))
		if !ok {
			delete(s.filters, dc.ID)
			continue
		}
		mark := s.filters[dc.ID]
		if mark.revision != o.Revision {
			h := fnv.New64a()
			_ = json.NewEncoder(h).Encode([]any{o.Value.Filter, o.Value.Routes, o.Value.Reason})
			mark = filterMark{o.Revision, h.Sum64()}
			s.filters[dc.ID] = mark
		}
		fmt.Fprintf(&b, "%s %x;", dc.ID, mark.sum)
	}
	return b.String()
}

// turned gives what the DCs served when it was asked last, and now.
func (s *served) turned(id directory.ID) (before, now servedBy) {
	now = s.by(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	before = s.nudged[id]
	if now.revision == 0 {
		delete(s.nudged, id)
	} else {
		s.nudged[id] = now
	}
	return before, now
}

// forwarded names the trusts that a change of what DCs serve concerns: those
// whose forwarder was not on every DC.
func (r *Reconciler) forwarded(id directory.ID) []string {
	before, now := r.served.turned(id)
	if before.revision == 0 {
		return r.trustsOf(id, "")
	}
	var keys []string
	for o := range store.Trusts.All(r.cfg.Store) {
		if o.Value.Directory != id {
			continue
		}
		_, revision := r.forwarderFor(o.Value)
		if revision == 0 {
			continue
		}
		pending := false
		for dc, applied := range now.applied {
			pending = pending || before.applied[dc] < revision && applied != before.applied[dc]
		}
		if pending {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

// answering says which DNS servers of a forwarder answer which DC, to compare.
func answering(h directory.ForwarderHealth) string {
	var b strings.Builder
	for _, dc := range slices.Sorted(maps.Keys(h.Servers)) {
		for _, u := range h.Servers[dc] {
			fmt.Fprintf(&b, " %s %s %v", dc, u.Address, u.Healthy)
		}
	}
	return b.String()
}

// answeredOtherwise names the trusts that a change of a forwarder's health
// concerns: its own, when another server answers than before.
func (r *Reconciler) answeredOtherwise(key string) []string {
	if !r.served.changed(key) {
		return nil
	}
	id, domain, _ := strings.Cut(key, "/")
	return r.trustsOf(directory.ID(id), domain)
}

// changed reports whether other servers of a forwarder answer than when it was
// asked last.
func (s *served) changed(key string) bool {
	o, ok := store.ForwarderHealth.PeekObject(s.store, key)
	now := answering(o.Value)
	s.mu.Lock()
	defer s.mu.Unlock()
	before, known := s.health[key]
	if !ok {
		delete(s.health, key)
		return known
	}
	s.health[key] = now
	return !known || before != now
}
