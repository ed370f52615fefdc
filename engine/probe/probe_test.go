package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

func TestWhatAFailureMeans(t *testing.T) {
	for want, errs := range map[trust.Outcome][]error{
		trust.PortAnswers:     {nil},
		trust.PortRefused:     {os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		trust.PortNoRoute:     {&net.OpError{Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}},
		trust.PortUnreachable: {syscall.EHOSTUNREACH},
		trust.PortForbidden:   {syscall.EPERM, syscall.EACCES},
		trust.PortSilent:      {context.DeadlineExceeded, os.ErrDeadlineExceeded, net.ErrClosed},
		trust.PortUntried:     {errors.New("something else")},
	} {
		for _, err := range errs {
			if got := classify(err); got != want {
				t.Errorf("%v: %s, want %s", err, got, want)
			}
		}
	}
}

func TestPortsOfThisHost(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := netip.MustParseAddr("127.0.0.1")
	number := l.Addr().(*net.TCPAddr).Port
	p := New(Config{Dial: func(directory.DCID) Dialer { return new(net.Dialer).DialContext }})
	if err := p.tryTCP(t.Context(), new(net.Dialer).DialContext, address, number); err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := classify(p.tryTCP(t.Context(), new(net.Dialer).DialContext, address, number)); got != trust.PortRefused {
		t.Error(got)
	}
}

func TestEveryUDPPortHasARequest(t *testing.T) {
	for _, p := range trust.Ports() {
		if p.Protocol != vpc.UDP {
			continue
		}
		if b, err := datagram(p.From, "corp.example.com"); err != nil || len(b) == 0 {
			t.Errorf("%s: %v", p, err)
		}
	}
}

// Answers come from a side that is not trusted: none may break the reader.
func TestGarbageIsRefused(t *testing.T) {
	negotiated := append([]byte("\xfeSMB"), make([]byte, 124)...)
	negotiated[64+4], negotiated[64+5], negotiated[64+6] = 0x11, 0x03, 0xff // 3.1.1 with many contexts
	for _, at := range []byte{0, 8, 0x7f, 0xff} {
		negotiated[64+60] = at
		if offer, _, err := parseNegotiate(negotiated); err == nil && offer.Encryption {
			t.Error("it found a cipher in nothing")
		}
	}
	if _, _, err := parseNegotiate([]byte(strings.Repeat("x", 200))); err == nil {
		t.Error("it takes anything for SMB")
	}
	for _, b := range [][]byte{nil, {1, 0, 7}, {1, 0, 7, 2, 0, 0, 0}} {
		if port, err := portIn(b); err == nil {
			t.Errorf("%v names port %d", b, port)
		}
	}
	if port, err := portIn([]byte{9, 9, 1, 0, 7, 2, 0, 0xc0, 0x01, 9}); err != nil || port != 49153 {
		t.Error(port, err)
	}
}
