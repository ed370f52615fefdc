package reconcile

import (
	"container/heap"
	"time"
)

// entry is a key and when it is to run.
type entry struct {
	key   string
	at    time.Time
	class class
	index int // in its queue
}

// queue is a heap of entries, the first due on top.
type queue []*entry

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *queue) Push(x any) {
	e := x.(*entry)
	e.index = len(*q)
	*q = append(*q, e)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return e
}

// file makes key due at a time, or sooner if it is filed for sooner already.
func (l *Loop) file(key string, at time.Time) {
	if e := l.filed[key]; e != nil {
		if e.at.Before(at) {
			at = e.at
		}
		heap.Remove(&l.queue[e.class], e.index)
	}
	e := &entry{key: key, at: at, class: l.classOf(key)}
	l.filed[key] = e
	heap.Push(&l.queue[e.class], e)
}

func (l *Loop) classOf(key string) class {
	if h := l.known[key]; h != nil && h.fails > 0 {
		return failing
	}
	if f, ok := l.cfg.Reconciler.(Failer); ok && f.Failing(key) {
		return failing
	}
	return fine
}

// next takes the first key of a class out of its queue.
func (l *Loop) next(c class) string {
	e := heap.Pop(&l.queue[c]).(*entry)
	delete(l.filed, e.key)
	return e.key
}

// due reports whether a key of a class is to run, and when the first one is.
func (l *Loop) due(c class, now time.Time) (at time.Time, is bool) {
	if len(l.queue[c]) == 0 {
		return time.Time{}, false
	}
	at = l.queue[c][0].at
	return at, !at.After(now)
}
