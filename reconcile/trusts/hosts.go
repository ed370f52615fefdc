package trusts

import (
	"maps"
	"slices"
	"sync"

	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// hosts finds trusts whose partners have domain controllers of one host name,
// without a look at all of them.
type hosts struct {
	mu      sync.Mutex
	trusts  map[string]map[string]bool // by host name
	byTrust map[string][]string
}

func newHosts(s *store.Store) *hosts {
	h := &hosts{trusts: map[string]map[string]bool{}, byTrust: map[string][]string{}}
	for o := range store.TrustStatus.All(s) {
		h.note(o.Key, o.Value)
	}
	return h
}

// note takes in which hosts a trust's partner has; none where it was never
// found, or the trust is gone.
func (h *hosts) note(key string, st trust.Status) {
	var names []string
	if st.Partner != nil {
		for _, dc := range st.Partner.DCs {
			if name := trust.HostName(dc); name != "" {
				names = append(names, name)
			}
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, name := range h.byTrust[key] {
		if delete(h.trusts[name], key); len(h.trusts[name]) == 0 {
			delete(h.trusts, name)
		}
	}
	delete(h.byTrust, key)
	if len(names) == 0 {
		return
	}
	h.byTrust[key] = names
	for _, name := range names {
		if h.trusts[name] == nil {
			h.trusts[name] = map[string]bool{}
		}
		h.trusts[name][key] = true
	}
}

// shared gives the other trusts that have a host name in common with key, by
// that name.
func (h *hosts) shared(key string) map[string][]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found map[string][]string
	for _, name := range h.byTrust[key] {
		if len(h.trusts[name]) < 2 {
			continue
		}
		others := slices.DeleteFunc(slices.Sorted(maps.Keys(h.trusts[name])), func(k string) bool { return k == key })
		if found == nil {
			found = map[string][]string{}
		}
		found[name] = others
	}
	return found
}
