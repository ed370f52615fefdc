package awsapi

import "sync"

// maxAnswers and maxAnswerBytes bound what is remembered.
const (
	maxAnswers     = 64
	maxAnswerBytes = 256 << 10
)

// answers remembers encoded answers that come from the store alone (freshness
// stored), for as long as nothing in the store changes. Clients wait for a state by asking the same
// question again and again; most of the time nothing happened since.
type answers struct {
	mu       sync.RWMutex
	revision int64 // of the store, when all of known were encoded
	known    map[question][]byte
}

// question is all that an answer depends on besides the store.
type question struct {
	operation       string // X-Amz-Target, which names the API too
	account, region string
	body            string
}

func questionOf(q *request, body []byte) question {
	return question{operation: q.Header.Get("X-Amz-Target"), account: q.caller.Account, region: q.caller.Region, body: string(body)}
}

// get gives the answer that was encoded at this revision.
func (a *answers) get(revision int64, q question) ([]byte, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if a.revision != revision {
		return nil, false
	}
	b, ok := a.known[q]
	return b, ok
}

// put remembers an answer whose making began at revision. What was written
// meanwhile may be in it or not, so it counts for no later revision.
func (a *answers) put(revision int64, q question, answer []byte) {
	if len(answer) > maxAnswerBytes || len(q.body) > maxAnswerBytes {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if revision < a.revision {
		return
	}
	if revision > a.revision || a.known == nil || len(a.known) >= maxAnswers {
		a.revision, a.known = revision, map[question][]byte{}
	}
	a.known[q] = append([]byte(nil), answer...)
}
