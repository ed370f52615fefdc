package lsa

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// Config is what discovery needs to know.
type Config struct {
	Dial     Dialer           // nil means net.Dialer
	Resolver string           // host:port of the DNS server; "" means 127.0.0.53:53
	Timeout  time.Duration    // per question; 0 means 3 s
	Now      func() time.Time // nil means time.Now
}

// DefaultResolver is the forwarder in each of our domain controllers.
const DefaultResolver = "127.0.0.53:53"

const defaultTimeout = 3 * time.Second

// forwarding is how much longer a DNS question may take than the forwarder
// waits for silent servers, so that it can say which ones are.
const forwarding = time.Second

// maxControllers is how many controllers of a large domain are asked.
const maxControllers = 8

func (cfg Config) withDefaults() Config {
	cfg.Dial = orNetDialer(cfg.Dial)
	cfg.Resolver = cmp.Or(cfg.Resolver, DefaultResolver)
	cfg.Timeout = cmp.Or(cfg.Timeout, defaultTimeout)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return cfg
}

// Discover finds a domain's controllers by DNS, pings each (CLDAP), compares
// its clock, and reads who the domain is, without credentials. On an error
// the Partner still holds what was found up to then; Explain gives its cause:
// DNSNoAnswer, DNSUnreachable, NoForwarder, PartnerUnreachable, PortClosed,
// NoRoute or PipeAccessDenied. Clocks and names are reported, not judged.
func Discover(ctx context.Context, cfg Config, domain directory.FQDN) (trust.Partner, error) {
	cfg = cfg.withDefaults()
	var p trust.Partner
	dcs, err := cfg.controllers(ctx, domain)
	if err != nil {
		return p, Failure("find the domain controllers of "+string(domain), "DNS server "+cfg.Resolver, err)
	}
	seen := make([]sighting, len(dcs))
	var group sync.WaitGroup
	for i := range dcs {
		group.Go(func() { seen[i] = cfg.look(ctx, dcs[i], domain) })
	}
	group.Wait()
	for _, s := range seen {
		p.DCs = append(p.DCs, s.dc)
	}
	p.FoundAt = cfg.Now()

	// The PDC emulator first: it is what the trust calls go to.
	slices.SortStableFunc(seen, func(a, b sighting) int { return rank(a) - rank(b) })
	best := seen[0]
	if !best.dc.Answered {
		return p, Failure("reach a domain controller of "+string(domain), Target{Side: PartnerSide, Host: best.dc.Host, Address: best.dc.Address}.at(best.port), best.err)
	}
	p.Identity, err = cfg.identity(ctx, best, domain)
	return p, err
}

func rank(s sighting) int {
	switch {
	case !s.dc.Answered:
		return 2
	case s.dc.PDC:
		return 0
	}
	return 1
}

// controllers asks DNS for the domain's controllers ([MS-ADTS] 6.3.2.3).
func (cfg Config) controllers(ctx context.Context, domain directory.FQDN) ([]trust.PartnerDC, error) {
	r := resolver{cfg.Dial, cfg.Resolver}
	ctx, cancel := context.WithTimeout(ctx, 2*cfg.Timeout+forwarding)
	defer cancel()
	ask, done := context.WithTimeout(ctx, cfg.Timeout+forwarding)
	hosts, err := r.hostsOf(ask, "_ldap._tcp.dc._msdcs."+string(domain))
	done()
	if err != nil {
		return nil, err
	}
	// The record of the PDC emulator is a hint: the ping says it for sure.
	pdc, _ := r.hostsOf(ctx, "_ldap._tcp.pdc._msdcs."+string(domain))
	slices.Sort(hosts)
	hosts = slices.Compact(hosts)
	slices.SortStableFunc(hosts, func(a, b string) int { return bit(slices.Contains(pdc, b)) - bit(slices.Contains(pdc, a)) })
	if len(hosts) > maxControllers {
		hosts = hosts[:maxControllers]
	}
	var dcs []trust.PartnerDC
	var missing error
	for _, host := range hosts {
		address, err := r.addressOf(ctx, host)
		if err != nil {
			missing = err
			continue
		}
		dcs = append(dcs, trust.PartnerDC{Host: host, Address: address, PDC: slices.Contains(pdc, host)})
	}
	if len(dcs) == 0 {
		return nil, missing
	}
	return dcs, nil
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// sighting is what came of looking at one controller.
type sighting struct {
	dc   trust.PartnerDC
	pong pong
	sid  string // of its domain, "" where LDAP does not tell
	port int    // the port that err is about
	err  error  // why it did not answer
}

// look pings one controller and compares its clock with ours.
func (cfg Config) look(ctx context.Context, dc trust.PartnerDC, domain directory.FQDN) sighting {
	s := sighting{dc: dc, port: portLDAP}
	ask, cancel := context.WithTimeout(ctx, cfg.Timeout)
	s.pong, s.err = ping(ask, cfg.Dial, join(dc, portLDAP), domain)
	cancel()
	if s.err != nil {
		s.err = cfg.whySilent(ctx, dc, s.err)
		s.dc.Error = Explain(plain(s.err)).Words
		return s
	}
	s.dc.Answered = true
	s.dc.PDC = s.pong.flags&pongPDC != 0
	s.dc.Writable = s.pong.flags&pongWritable != 0
	s.dc.NetBIOS = s.pong.netbiosHost
	ask, cancel = context.WithTimeout(ctx, cfg.Timeout)
	defer cancel()
	if told, err := readClockAndSID(ask, cfg.Dial, dc, domain); err == nil {
		s.dc.ClockSkew = told.now.Sub(cfg.Now()).Round(time.Second)
		s.sid = told.sid
	}
	return s
}

// whySilent tells a dead host from one that answers, but not to the ping.
func (cfg Config) whySilent(ctx context.Context, dc trust.PartnerDC, err error) error {
	ctx, cancel := context.WithTimeout(ctx, cfg.Timeout)
	defer cancel()
	c, tcp := cfg.Dial(ctx, "tcp", join(dc, portSMB))
	if tcp == nil {
		_ = c.Close()
		return &PortError{Network: "UDP", Port: portLDAP, Open: portSMB, Err: err}
	}
	if errors.Is(err, syscall.ECONNREFUSED) && errors.Is(tcp, syscall.ECONNREFUSED) {
		return &StoppedError{Err: err}
	}
	if isTimeout(err) && !isTimeout(tcp) && !errors.Is(tcp, context.DeadlineExceeded) {
		return tcp // says more than silence
	}
	return err
}

func join(dc trust.PartnerDC, port int) string {
	return net.JoinHostPort(dc.Address.String(), strconv.Itoa(port))
}
