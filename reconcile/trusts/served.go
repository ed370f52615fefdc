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

// served draws from the status of DCs what trusts need of it, once for each
// time that it is written and not once for each trust: it is long where there
// are many forwarders or rules.
type served struct {
	store *store.Store

	mu       sync.Mutex
	statuses map[directory.ID]*servedBy
	told     map[directory.ID]*servedBy // as it was when trusts were nudged last
	filters  map[directory.DCID]filterMark
}

// servedBy is what the DCs of one directory serve of its forwarders.
type servedBy struct {
	revision int64 // of the status
	applied  map[directory.DCID]int64
	health   map[directory.FQDN]string // of the servers for a domain, to compare
}

// filterMark is what is in force on one network interface.
type filterMark struct {
	revision int64
	sum      uint64
}

func newServed(s *store.Store) *served {
	return &served{store: s, statuses: map[directory.ID]*servedBy{}, told: map[directory.ID]*servedBy{}, filters: map[directory.DCID]filterMark{}}
}

// by gives what the directory's DCs serve.
func (s *served) by(id directory.ID) *servedBy {
	o, ok := store.ForwardersStatus.PeekObject(s.store, string(id))
	s.mu.Lock()
	defer s.mu.Unlock()
	if !ok {
		delete(s.statuses, id)
		return &servedBy{}
	}
	if known := s.statuses[id]; known != nil && known.revision == o.Revision {
		return known
	}
	now := &servedBy{revision: o.Revision, applied: o.Value.Applied, health: map[directory.FQDN]string{}}
	words := map[directory.FQDN]*strings.Builder{}
	for _, dc := range slices.Sorted(maps.Keys(o.Value.Upstreams)) {
		for _, u := range o.Value.Upstreams[dc] {
			if words[u.Domain] == nil {
				words[u.Domain] = &strings.Builder{}
			}
			fmt.Fprintf(words[u.Domain], " %s %s %v", dc, u.Address, u.Healthy)
		}
	}
	for domain, b := range words {
		now.health[domain] = b.String()
	}
	s.statuses[id] = now
	return now
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
func (s *served) turned(id directory.ID) (before, now *servedBy) {
	now = s.by(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	before = s.told[id]
	if now.revision == 0 {
		delete(s.told, id)
	} else {
		s.told[id] = now
	}
	return before, now
}

// forwarded names the trusts that a change of what DCs serve concerns: those
// whose forwarder was not on every DC, and those of whose DNS servers another
// one answers now.
func (r *Reconciler) forwarded(id directory.ID) []string {
	before, now := r.served.turned(id)
	if before == nil {
		return r.trustsOf(id, "")
	}
	var keys []string
	for o := range store.Trusts.All(r.cfg.Store) {
		if o.Value.Directory != id {
			continue
		}
		f, revision := r.forwarderFor(o.Value)
		if revision == 0 {
			continue
		}
		pending := false
		for dc, applied := range now.applied {
			pending = pending || before.applied[dc] < revision && applied != before.applied[dc]
		}
		if pending || before.health[f.RemoteDomain] != now.health[f.RemoteDomain] {
			keys = append(keys, o.Key)
		}
	}
	return keys
}
