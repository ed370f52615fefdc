package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/dnsforward"
)

// First arguments of this program when it is a server that measureForwarder
// asks; the second is the address that it listens on.
const (
	serveAnswers   = "serve-answers"   // answers every question for an address
	serveForwarder = "serve-forwarder" // our forwarder; the third is its upstream server
)

// askers is how many questions are under way at once.
const askers = 32

var freshNames atomic.Uint32 // so that no name is asked twice

// askDNS asks server for that long and gives the answers per second. With
// fresh no name is asked twice, else the same few again and again.
func askDNS(ctx context.Context, server string, fresh bool, d time.Duration) (float64, error) {
	var answers atomic.Int64
	var all sync.WaitGroup
	failures := make(chan error, askers)
	start := time.Now()
	for i := range askers {
		all.Go(func() {
			n, err := ask(ctx, server, fresh, uint32(i), start.Add(d))
			answers.Add(n)
			if err != nil {
				failures <- err
			}
		})
	}
	all.Wait()
	if len(failures) > 0 {
		return 0, <-failures
	}
	return float64(answers.Load()) / time.Since(start).Seconds(), ctx.Err()
}

// ask is one client: the next question goes out when the answer is there. A
// lost packet costs it 200 ms, as it would cost a real client more.
func ask(ctx context.Context, server string, fresh bool, seed uint32, end time.Time) (int64, error) {
	c, err := net.Dial("udp", server)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	q := new(dns.Msg).SetQuestion("n00000000.bench.example.", dns.TypeA)
	query, err := q.Pack()
	if err != nil {
		return 0, err
	}
	buf := make([]byte, 1500)
	var n int64
	for i := seed; time.Now().Before(end) && ctx.Err() == nil; i++ {
		name := i % hotNames
		if fresh {
			name = 1_000_000 + freshNames.Add(1)
		}
		copy(query[14:], fmt.Appendf(nil, "%08d", name%100_000_000))
		binary.BigEndian.PutUint16(query, uint16(i))
		if _, err := c.Write(query); err != nil {
			return n, refusedIsSilence(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		switch size, err := c.Read(buf); {
		case errors.Is(err, os.ErrDeadlineExceeded):
		case err != nil:
			return n, refusedIsSilence(err)
		case size < 12 || binary.BigEndian.Uint16(buf) != uint16(i):
		case buf[3]&0xf != dns.RcodeSuccess || binary.BigEndian.Uint16(buf[6:]) != 1:
			return n, fmt.Errorf("%s answers %s with %d records", server, dns.RcodeToString[int(buf[3]&0xf)], binary.BigEndian.Uint16(buf[6:]))
		default:
			n++
		}
	}
	return n, nil
}

// refusedIsSilence takes a server that is not there yet for one that says
// nothing.
func refusedIsSilence(err error) error {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return nil
	}
	return err
}

func freePacketPort(r *run) string {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	r.check(err)
	defer c.Close()
	return c.LocalAddr().String()
}

// serveDNS is this program as a DNS server, until it is killed.
func serveDNS(args []string) error {
	if args[0] == serveAnswers {
		return dns.ListenAndServe(args[1], "udp", dns.HandlerFunc(answer))
	}
	listen, err := netip.ParseAddrPort(args[1])
	if err != nil {
		return err
	}
	upstream, err := netip.ParseAddrPort(args[2])
	if err != nil {
		return err
	}
	s := dnsforward.New(dnsforward.Config{Listen: listen, UpstreamPort: upstream.Port(), Log: slog.New(slog.DiscardHandler)})
	if err := s.SetRules(1, []directory.ForwardRule{{Addresses: []netip.Addr{upstream.Addr()}, Cache: true}}); err != nil {
		return err
	}
	return s.Run(context.Background())
}

func answer(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg).SetReply(q)
	m.RecursionAvailable = true
	m.Answer = []dns.RR{&dns.A{
		Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 300},
		A:   net.IPv4(192, 0, 2, 1),
	}}
	_ = w.WriteMsg(m)
}
