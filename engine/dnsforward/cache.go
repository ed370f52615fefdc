package dnsforward

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/coredns/coredns/plugin/pkg/cache"
	"github.com/coredns/coredns/plugin/pkg/dnsutil"
	"github.com/coredns/coredns/plugin/pkg/response"
	"github.com/miekg/dns"
)

// How much is kept and for how long. A domain that is about to be trusted
// changes while people wait: what it lacks now may be there in a moment, so
// negative answers are kept only long enough to stop a flood, and failures
// not at all.
const (
	maxAnswers    = 1024
	maxAnswerSize = 4096 // bytes on the wire; larger ones are asked again
	maxTTL        = 5 * time.Minute
	maxNegative   = 5 * time.Second
)

// answers keeps answers for their time to live, at most maxAnswers; a full
// cache forgets one at random.
type answers struct{ kept *cache.Cache[*answer] }

type answer struct {
	q      question
	msg    *dns.Msg // never changed
	stored time.Time
	ttl    time.Duration
}

func newAnswers() *answers { return &answers{kept: cache.New[*answer](maxAnswers)} }

// key tells questions apart.
func (q question) key() string {
	b := make([]byte, 0, len(q.name)+6)
	b = append(b, q.name...)
	b = binary.BigEndian.AppendUint16(b, q.qtype)
	b = binary.BigEndian.AppendUint16(b, q.class)
	for _, flag := range []bool{q.do, q.cd} {
		if flag {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	return string(b)
}

func (q question) hash() uint64 { return cache.Hash([]byte(q.key())) }

// get gives a copy of the answer to q with the time that is left to it, nil
// when there is none.
func (a *answers) get(q question, now time.Time) *dns.Msg {
	found, ok := a.kept.Get(q.hash())
	if !ok || found.q != q {
		return nil
	}
	age := now.Sub(found.stored)
	if age >= found.ttl {
		return nil
	}
	msg := found.msg.Copy()
	for _, section := range [][]dns.RR{msg.Answer, msg.Ns, msg.Extra} {
		for _, rr := range section {
			if h := rr.Header(); h.Rrtype != dns.TypeOPT {
				h.Ttl = uint32(max(0, min(time.Duration(h.Ttl)*time.Second, maxTTL)-age) / time.Second)
			}
		}
	}
	return msg
}

// put keeps msg, which must not be changed afterwards, if it may be kept.
func (a *answers) put(q question, msg *dns.Msg, now time.Time) {
	if msg.Truncated || msg.Len() > maxAnswerSize {
		return
	}
	kind, _ := response.Typify(msg, now)
	limit := maxNegative
	switch kind {
	case response.NoError:
		if len(msg.Answer) == 0 {
			return
		}
		limit = maxTTL
	case response.NameError, response.NoData:
		if !slices.ContainsFunc(msg.Ns, isSOA) {
			return // nothing says how long (RFC 2308, section 5)
		}
	default:
		return
	}
	if ttl := dnsutil.MinimalTTLWithMaximum(msg, kind, limit); ttl > 0 {
		a.kept.Add(q.hash(), &answer{q: q, msg: msg, stored: now, ttl: ttl})
	}
}

func isSOA(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeSOA }
