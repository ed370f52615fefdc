package dnsforward

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/entente-ad/entente/directory"
)

// Config configures a Server. Zero values mean what each field says.
type Config struct {
	Listen    netip.AddrPort // zero means 127.0.0.53:53
	OwnDomain directory.FQDN // the DC's own domain; "" means none
	// OwnNetworks are networks whose reverse zones may be the DC's own: it is
	// asked first. Names in a zone that it has not go to the default servers,
	// and do not exist where there are none (RFC 6303).
	OwnNetworks  []netip.Prefix
	OwnServer    netip.AddrPort // the DC's own DNS server; zero means 127.0.0.1:53
	OwnAddresses []netip.Addr   // the DC's addresses: a rule that names one would ask itself
	UpstreamPort uint16         // 0 means 53
	MaxQueries   int            // queries served at once; 0 means 1,024
	Log          *slog.Logger   // nil means slog.Default()
}

// How long the forwarder waits. A resolver gives up after five seconds
// (resolv.conf(5)), Samba after ten, so a verdict must come before.
const (
	queryTimeout    = 3 * time.Second        // for one question, all servers together
	stagger         = 400 * time.Millisecond // before the next server is asked as well
	staggerAllDown  = 50 * time.Millisecond  // the same when none was healthy before
	countsAsSilence = time.Second            // a shorter wait says nothing about the server
	probeTimeout    = 1500 * time.Millisecond
)

// ednsSize is the UDP payload offered to servers and clients: what passes
// without fragments (DNS flag day 2020).
const ednsSize = 1232

// maxTCPClients is how many TCP connections are served at once.
const maxTCPClients = 64

func (c *Config) setDefaults() {
	if !c.Listen.IsValid() {
		c.Listen = netip.MustParseAddrPort("127.0.0.53:53")
	}
	if !c.OwnServer.IsValid() {
		c.OwnServer = netip.MustParseAddrPort("127.0.0.1:53")
	}
	if c.UpstreamPort == 0 {
		c.UpstreamPort = 53
	}
	if c.MaxQueries == 0 {
		c.MaxQueries = 1024
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
}
