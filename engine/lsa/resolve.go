package lsa

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"github.com/entente-ad/entente/directory"
)

// ednsSize is the UDP answer size asked for: what passes without fragments.
const ednsSize = 1232

// resolver asks one DNS server over sockets of a Dialer.
type resolver struct {
	dial   Dialer
	server string
}

// hostsOf lists the targets of an SRV record set, best first.
func (r resolver) hostsOf(ctx context.Context, name string) ([]string, error) {
	records, err := r.ask(ctx, name, dns.TypeSRV)
	if err != nil {
		return nil, err
	}
	var hosts []string
	for _, rr := range records {
		if srv, ok := rr.(*dns.SRV); ok && srv.Target != "." {
			hosts = append(hosts, string(directory.Normalise(srv.Target)))
		}
	}
	if len(hosts) == 0 {
		return nil, r.failure(name, dns.TypeSRV, DNSNoRecords, nil)
	}
	return hosts, nil
}

// addressOf gives a host's IPv4 address.
func (r resolver) addressOf(ctx context.Context, host string) (netip.Addr, error) {
	records, err := r.ask(ctx, host, dns.TypeA)
	if err != nil {
		return netip.Addr{}, err
	}
	for _, rr := range records {
		if a, ok := rr.(*dns.A); ok {
			if address, ok := netip.AddrFromSlice(a.A.To4()); ok {
				return address, nil
			}
		}
	}
	return netip.Addr{}, r.failure(host, dns.TypeA, DNSNoRecords, nil)
}

// ask puts one question over UDP, and over TCP when the answer is cut.
func (r resolver) ask(ctx context.Context, name string, kind uint16) ([]dns.RR, error) {
	q := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
	q.SetEdns0(ednsSize, false)
	answer, err := r.exchange(ctx, "udp", q)
	if err == nil && answer.Truncated {
		answer, err = r.exchange(ctx, "tcp", q)
	}
	if err != nil {
		return nil, r.failure(name, kind, DNSNoAnswer, err)
	}
	if answer.Rcode == dns.RcodeSuccess {
		return answer.Answer, nil
	}
	outcome, said := outcomeOf(answer)
	return nil, &DNSError{Server: r.server, Name: name, Type: dns.TypeToString[kind], Outcome: outcome, Said: said}
}

func (r resolver) exchange(ctx context.Context, network string, q *dns.Msg) (*dns.Msg, error) {
	socket, err := r.dial(ctx, network, r.server)
	if err != nil {
		return nil, err
	}
	defer socket.Close()
	stop := context.AfterFunc(ctx, func() { _ = socket.Close() })
	defer stop()
	c := &dns.Conn{Conn: socket, UDPSize: ednsSize}
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(deadline)
	}
	if err := c.WriteMsg(q); err != nil {
		return nil, err
	}
	for {
		answer, err := c.ReadMsg()
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, err
		}
		if answer.Id == q.Id {
			return answer, nil
		}
		if network == "tcp" {
			return nil, errors.New("the answer belongs to another question")
		}
	}
}

func (r resolver) failure(name string, kind uint16, outcome DNSOutcome, err error) error {
	return &DNSError{Server: r.server, Name: strings.TrimSuffix(name, "."), Type: dns.TypeToString[kind], Outcome: outcome, Err: err}
}
