package dnsforward

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sys/unix"
)

// question is what is asked of a server: whatever the client asked that may
// change the answer.
type question struct {
	name  string // lower case, trailing dot
	qtype uint16
	class uint16
	do    bool // DNSSEC records wanted
	cd    bool // DNSSEC checking disabled
}

// errSelf is why a server is not asked at all.
var errSelf = errors.New("this is the domain controller's own address: it would ask itself")

// errSilence says that a server did not answer in time. It does not say in
// what time: that differs from question to question, and who shows it would
// take each for news.
var errSilence = errors.New("no answer")

// exchange asks the server once by UDP, and by TCP when the answer does not
// fit. It gives up when ctx does.
func (u *upstream) exchange(ctx context.Context, q question) (*dns.Msg, error) {
	if u.self {
		return nil, errSelf
	}
	msg, err := u.once(ctx, "udp", q, true)
	if err == nil && refusesEDNS(msg) {
		msg, err = u.once(ctx, "udp", q, false)
	}
	if err != nil || !msg.Truncated {
		return msg, err
	}
	full, err := u.once(ctx, "tcp", q, msg.IsEdns0() != nil)
	if err != nil {
		return nil, fmt.Errorf("the answer needs TCP: %w", err)
	}
	return full, nil
}

// refusesEDNS tells servers from before RFC 6891, which find an OPT record
// malformed.
func refusesEDNS(msg *dns.Msg) bool {
	return msg.IsEdns0() == nil && (msg.Rcode == dns.RcodeFormatError || msg.Rcode == dns.RcodeNotImplemented)
}

// once sends one message and waits for its answer: by UDP from a socket that
// few questions have used before, by TCP from a fresh one.
func (u *upstream) once(ctx context.Context, network string, q question, edns bool) (*dns.Msg, error) {
	start := time.Now()
	if network == "udp" {
		if s := u.sockets.take(start); s != nil {
			msg, err := u.over(ctx, s, network, q, edns)
			if err == nil || errors.Is(plain(err), errSilence) {
				return msg, plain(err)
			}
			// The way may have changed since the socket was made.
		}
	}
	dialer := net.Dialer{Control: reportICMP}
	raw, err := dialer.DialContext(ctx, network, u.addr.String())
	if err != nil {
		return nil, plain(err)
	}
	msg, err := u.over(ctx, newSocket(raw, start), network, q, edns)
	return msg, plain(err)
}

// over asks by the socket and keeps it, or closes it, for good when the answer
// did not come: it might come later.
func (u *upstream) over(ctx context.Context, s *socket, network string, q question, edns bool) (msg *dns.Msg, err error) {
	raw := s.Conn.Conn
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	defer func() {
		if untouched := stop(); untouched && err == nil && network == "udp" {
			u.sockets.give(s, time.Now())
		} else {
			_ = s.Close()
		}
	}()
	req := u.request(q, edns)
	if err := s.WriteMsg(req); err != nil {
		return nil, err
	}
	for {
		var head dns.Header
		data, err := s.ReadMsgHeader(&head)
		switch {
		case errors.Is(err, dns.ErrShortRead) && network == "udp":
			continue // not DNS; wait for the real answer
		case err != nil:
			return nil, err
		}
		msg := new(dns.Msg)
		if err = msg.Unpack(data); err == nil {
			err = wellFormed(msg)
		}
		if belongs(msg, req) {
			// What cannot be read whole by UDP may have been cut off.
			msg.Truncated = network == "udp" && (msg.Truncated || err != nil)
			if network == "udp" || err == nil {
				return msg, nil
			}
			return nil, fmt.Errorf("malformed answer: %w", err)
		}
		if network == "tcp" {
			return nil, errors.New("answered another question")
		}
	}
}

func (u *upstream) request(q question, edns bool) *dns.Msg {
	req := new(dns.Msg)
	req.Id = dns.Id()
	// Without recursion the DC's own server does not hand a name that is not
	// in its zones back to us.
	req.RecursionDesired = !u.own
	req.CheckingDisabled = q.cd
	req.Question = []dns.Question{{Name: q.name, Qtype: q.qtype, Qclass: q.class}}
	if edns {
		req.SetEdns0(ednsSize, q.do)
	}
	return req
}

// belongs reports whether msg answers req. Servers may leave out the
// question when they refuse.
func belongs(msg, req *dns.Msg) bool {
	if !msg.Response || msg.Id != req.Id || msg.Opcode != req.Opcode {
		return false
	}
	if len(msg.Question) == 0 {
		return msg.Rcode != dns.RcodeSuccess && msg.Rcode != dns.RcodeNameError
	}
	m, r := msg.Question[0], req.Question[0]
	return strings.EqualFold(m.Name, r.Name) && m.Qtype == r.Qtype && m.Qclass == r.Qclass
}

// wellFormed finds records that the parser lets pass although their data is
// missing or cut off: passed on, they would make our own answer malformed.
func wellFormed(msg *dns.Msg) error {
	if whole(msg.Answer) && whole(msg.Ns) && whole(msg.Extra) {
		return nil
	}
	data, err := msg.Pack()
	if err != nil {
		return err
	}
	return new(dns.Msg).Unpack(data)
}

// whole reports whether all records are of common types and evidently have all
// their data; false means that it is not known.
func whole(section []dns.RR) bool {
	for _, rr := range section {
		ok := false
		switch rr := rr.(type) {
		case *dns.A:
			ok = len(rr.A) == net.IPv4len || len(rr.A) == net.IPv6len
		case *dns.AAAA:
			ok = len(rr.AAAA) == net.IPv6len
		case *dns.CNAME:
			ok = rr.Target != ""
		case *dns.NS:
			ok = rr.Ns != ""
		case *dns.PTR:
			ok = rr.Ptr != ""
		case *dns.SRV:
			ok = rr.Target != ""
		case *dns.OPT:
			ok = len(rr.Option) == 0
		}
		if !ok {
			return false
		}
	}
	return true
}

// reportICMP makes a read fail as soon as ICMP says that the server cannot be
// reached; without it Linux tells a UDP socket about closed ports only.
func reportICMP(network, _ string, raw syscall.RawConn) error {
	level, opt := unix.SOL_IP, unix.IP_RECVERR
	switch network {
	case "udp6":
		level, opt = unix.SOL_IPV6, unix.IPV6_RECVERR
	case "udp4":
	default:
		return nil
	}
	var failed error
	err := raw.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), level, opt, 1) })
	return errors.Join(err, failed)
}

// plain turns an error of a socket into what happened: silence, or the
// system's own words without addresses and layers.
func plain(err error) error {
	if err == nil {
		return nil
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.Canceled) {
		return errSilence
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}
