package store

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
)

// entry is one key as the cache holds it. Entries are never changed, only
// replaced.
type entry struct {
	key      string
	value    any    // a table's T, or []byte in claims and secrets
	more     []byte // the object as it is stored, where it holds members that this version does not know
	revision int64
}

// newEntry is what the cache holds of an object that was written.
func newEntry(u update) *entry {
	return &entry{key: u.Key, value: u.value, more: u.more, revision: u.revision}
}

// The two tables that are not Tables: their values are bytes.
const (
	claimsTable  = "claims"
	secretsTable = "secrets"
)

// cache is all keys of the store, as of one revision. Readers see each
// revision whole, never a transaction in part.
type cache struct {
	mu       sync.RWMutex
	tables   map[string][]*entry // by table, sorted by key
	closed   map[Change]bool     // objects that this version cannot read
	revision int64               // everything up to here is in
	changed  chan struct{}       // closed and replaced with each advance
	pending  *subscriptions
}

func newCache() *cache {
	return &cache{
		tables: map[string][]*entry{}, closed: map[Change]bool{}, changed: make(chan struct{}), pending: &subscriptions{},
	}
}

func (c *cache) get(table, key string) (*entry, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	list := c.tables[table]
	if i, ok := find(list, key); ok {
		return list[i], true
	}
	return nil, false
}

// more gives what Table.Put must keep of the object that it replaces: nothing
// when the cache has another revision of it, since then the write is refused.
func (c *cache) more(table, key string, revision int64) []byte {
	if e, ok := c.get(table, key); ok && e.revision == revision {
		return e.more
	}
	return nil
}

// readable reports whether this version can read the object, or there is none.
func (c *cache) readable(table, key string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return !c.closed[Change{Table: table, Key: key}]
}

// unreadable lists what this version cannot read.
func (c *cache) unreadable() []Change {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.SortedFunc(maps.Keys(c.closed), func(a, b Change) int {
		return cmp.Or(strings.Compare(a.Table, b.Table), strings.Compare(a.Key, b.Key))
	})
}

func (c *cache) list(table string) []*entry {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return append([]*entry(nil), c.tables[table]...)
}

// find gives key's place in list, or the place where it belongs.
func find(list []*entry, key string) (i int, ok bool) {
	i = sort.Search(len(list), func(i int) bool { return list[i].key >= key })
	return i, i < len(list) && list[i].key == key
}

// update is one key's news: value nil means deleted.
type update struct {
	Change
	value    any
	more     []byte
	closed   bool // it was written, and cannot be read
	revision int64
}

// advance takes in everything that happened up to revision, at once, and wakes
// those who wait.
func (c *cache) advance(revision int64, updates []update) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changes := make([]Change, 0, len(updates))
	for _, u := range updates {
		if u.revision > c.revision && c.takeLocked(u) {
			changes = append(changes, u.Change)
		}
	}
	c.wakeLocked(revision, changes)
}

// takeLocked reports whether u was news. An object that cannot be read keeps
// its last readable value and revision.
func (c *cache) takeLocked(u update) bool {
	if u.closed {
		c.closed[u.Change] = true
		return false
	}
	delete(c.closed, u.Change)
	list := c.tables[u.Table]
	i, exists := find(list, u.Key)
	switch {
	case exists && list[i].revision >= u.revision:
		return false // nothing new
	case u.value == nil && !exists:
		return false
	case u.value == nil:
		c.tables[u.Table] = append(list[:i], list[i+1:]...)
	case exists:
		list[i] = newEntry(u)
	default:
		list = append(list, nil)
		copy(list[i+1:], list[i:])
		list[i] = newEntry(u)
		c.tables[u.Table] = list
	}
	return true
}

// replace takes a whole picture as of revision, after a gap in the watch, and
// works out what changed.
func (c *cache) replace(revision int64, all []update) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fresh := map[Change]bool{}
	var changes []Change
	for _, u := range all {
		fresh[u.Change] = true
		if c.takeLocked(u) {
			changes = append(changes, u.Change)
		}
	}
	maps.DeleteFunc(c.closed, func(ch Change, _ bool) bool { return !fresh[ch] })
	for table, list := range c.tables {
		kept := make([]*entry, 0, len(list))
		for _, e := range list {
			ch := Change{Table: table, Key: e.key}
			if fresh[ch] {
				kept = append(kept, e)
			} else {
				changes = append(changes, ch)
			}
		}
		c.tables[table] = kept
	}
	c.wakeLocked(revision, changes)
}

func (c *cache) wakeLocked(revision int64, changes []Change) {
	c.revision = max(c.revision, revision)
	c.pending.addLocked(changes)
	close(c.changed)
	c.changed = make(chan struct{})
}

// state gives the revision and a channel that is closed when it advances.
func (c *cache) state() (revision int64, changed <-chan struct{}) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.revision, c.changed
}
