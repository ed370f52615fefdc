package dnsforward

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"time"

	"github.com/miekg/dns"
)

// serve answers one query. It must not panic: it runs in the process that
// holds the DC together.
func (s *Server) serve(ctx context.Context, w dns.ResponseWriter, req *dns.Msg) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("DNS query made the forwarder panic", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			s.write(w, req, failure(req, dns.RcodeServerFailure, dns.ExtendedErrorCodeOther, "internal error"))
		}
	}()
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		s.write(w, req, failure(req, dns.RcodeServerFailure, dns.ExtendedErrorCodeNotReady, "too many queries at once"))
		return
	}
	s.write(w, req, s.reply(ctx, req))
}

// reply makes the answer to req, not yet cut to the client's size.
func (s *Server) reply(ctx context.Context, req *dns.Msg) *dns.Msg {
	if no := refuse(req); no != nil {
		return no
	}
	q := questionOf(req)
	set := s.rules.Load()
	r := set.match(q.name)
	switch {
	case r == nil:
		return failure(req, dns.RcodeRefused, dns.ExtendedErrorCodeNotAuthoritative,
			"no conditional forwarder for this domain and no default DNS servers")
	case !r.own && !req.RecursionDesired:
		return failure(req, dns.RcodeRefused, dns.ExtendedErrorCodeNotAuthoritative,
			"this is a forwarder, and the query does not desire recursion")
	}
	msg, err := s.resolve(ctx, set, r, q)
	if r.reverse && (err != nil || !msg.Authoritative) {
		// Nobody made this reverse zone in the directory.
		if r = set.rules["."]; r == nil || !req.RecursionDesired {
			return failure(req, dns.RcodeNameError, dns.ExtendedErrorCodeNotAuthoritative, "no reverse zone in the directory, and no default DNS servers")
		}
		msg, err = s.resolve(ctx, set, r, q)
	}
	var none *unanswered
	switch {
	case errors.As(err, &none):
		code := dns.ExtendedErrorCodeNetworkError
		if none.silent {
			code = dns.ExtendedErrorCodeNoReachableAuthority
		}
		return failure(req, dns.RcodeServerFailure, code, none.Error())
	case err != nil:
		return failure(req, dns.RcodeServerFailure, dns.ExtendedErrorCodeOther, err.Error())
	}
	return passOn(req, msg, r.own)
}

// resolve answers q from the cache or the rule's servers. The same question
// from several clients is asked once, which also ends loops: a query that
// comes back to us waits for the one it came from, and that one times out.
func (s *Server) resolve(ctx context.Context, set *ruleSet, r *rule, q question) (*dns.Msg, error) {
	if r.cached {
		if msg := set.cache.get(q, time.Now()); msg != nil {
			return msg, nil
		}
	}
	flight, err, _ := set.flights.Do(r.domain+" "+q.key(), func() (any, error) {
		msg, err := s.ask(ctx, r, q)
		if err != nil {
			return nil, err
		}
		if r.cached {
			set.cache.put(q, msg, time.Now())
		}
		return msg, nil
	})
	if err != nil {
		return nil, err
	}
	return flight.(*dns.Msg).Copy(), nil
}

func questionOf(req *dns.Msg) question {
	q := question{
		name:  dns.CanonicalName(req.Question[0].Name),
		qtype: req.Question[0].Qtype, class: req.Question[0].Qclass,
		cd: req.CheckingDisabled,
	}
	if opt := req.IsEdns0(); opt != nil {
		q.do = opt.Do()
	}
	return q
}

// refuse answers what a forwarder does not do; nil means go on.
func refuse(req *dns.Msg) *dns.Msg {
	switch {
	case req.Opcode != dns.OpcodeQuery:
		return failure(req, dns.RcodeNotImplemented, dns.ExtendedErrorCodeNotSupported, "only queries are answered here")
	case len(req.Question) != 1:
		return failure(req, dns.RcodeFormatError, dns.ExtendedErrorCodeOther, "one question is needed")
	case req.IsTsig() != nil:
		return failure(req, dns.RcodeRefused, dns.ExtendedErrorCodeNotSupported, "signed queries cannot be forwarded")
	}
	if opt := req.IsEdns0(); opt != nil && opt.Version() != 0 {
		return failure(req, dns.RcodeBadVers, dns.ExtendedErrorCodeNotSupported, "EDNS version 0 is spoken here")
	}
	switch q := req.Question[0]; {
	case q.Qclass != dns.ClassINET:
		return failure(req, dns.RcodeRefused, dns.ExtendedErrorCodeNotSupported, "only class IN is answered here")
	case q.Qtype == dns.TypeANY:
	case q.Qtype == dns.TypeNone, q.Qtype == dns.TypeOPT, q.Qtype >= 128 && q.Qtype <= 255: // RFC 6895, section 3.1
		return failure(req, dns.RcodeRefused, dns.ExtendedErrorCodeInvalidQueryType, "zone transfers and other meta queries are not answered here")
	}
	return nil
}

// failure is an answer of our own, with the reason in an Extended DNS Error
// for clients that speak EDNS.
func failure(req *dns.Msg, rcode int, code uint16, text string) *dns.Msg {
	m := new(dns.Msg).SetRcode(req, rcode)
	m.RecursionAvailable = true
	if replyOPT(req, m) != nil {
		explain(m, code, text)
	}
	return m
}

// explain adds an Extended DNS Error to m.
func explain(m *dns.Msg, code uint16, text string) {
	opt := m.IsEdns0()
	if opt == nil {
		opt = m.SetEdns0(ednsSize, false).IsEdns0()
	}
	opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: code, ExtraText: text})
}

// passOn makes the server's answer, a copy, into ours.
func passOn(req, msg *dns.Msg, own bool) *dns.Msg {
	m := new(dns.Msg).SetRcode(req, msg.Rcode)
	m.RecursionAvailable = true
	m.Authoritative = own && msg.Authoritative
	m.Answer, m.Ns = msg.Answer, msg.Ns
	var reasons []dns.EDNS0
	for _, rr := range msg.Extra {
		switch rr := rr.(type) {
		case *dns.OPT: // concerns one hop; only the reason goes on
			for _, o := range rr.Option {
				if ede, ok := o.(*dns.EDNS0_EDE); ok {
					reasons = append(reasons, ede)
				}
			}
		case *dns.TSIG, *dns.SIG:
		default:
			m.Extra = append(m.Extra, rr)
		}
	}
	opt := replyOPT(req, m)
	if opt != nil {
		opt.Option = reasons
	}
	if opt == nil && m.Rcode > 0xf { // extended codes need EDNS
		m.Rcode = dns.RcodeServerFailure
	}
	return m
}

// replyOPT adds the OPT record to m if req has one, and gives it.
func replyOPT(req, m *dns.Msg) *dns.OPT {
	asked := req.IsEdns0()
	if asked == nil {
		return nil
	}
	m.SetEdns0(ednsSize, asked.Do())
	return m.IsEdns0()
}

// write cuts m to what the client takes and sends it.
func (s *Server) write(w dns.ResponseWriter, req, m *dns.Msg) {
	m.Compress = true
	m.Truncate(clientSize(w, req))
	data, err := m.Pack()
	if err != nil {
		s.log.Warn("DNS answer cannot be packed", "error", err.Error())
		if data, err = failure(req, dns.RcodeServerFailure, dns.ExtendedErrorCodeInvalidData, "malformed answer").Pack(); err != nil {
			return
		}
	}
	_, _ = w.Write(data) // the client is gone: nobody to tell
}

func clientSize(w dns.ResponseWriter, req *dns.Msg) int {
	if _, tcp := w.RemoteAddr().(*net.TCPAddr); tcp {
		return dns.MaxMsgSize
	}
	if opt := req.IsEdns0(); opt != nil {
		return max(dns.MinMsgSize, int(opt.UDPSize()))
	}
	return dns.MinMsgSize
}
