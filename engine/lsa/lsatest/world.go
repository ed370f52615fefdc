package lsatest

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/trust"
)

// World is a set of domains that can reach each other.
type World struct {
	now func() time.Time

	mu      sync.Mutex // guards everything in the world
	domains map[directory.FQDN]*Domain
	serial  uint64
	calls   []string
}

// NewWorld makes an empty world with that clock; nil means time.Now.
func NewWorld(now func() time.Time) *World {
	if now == nil {
		now = time.Now
	}
	return &World{now: now, domains: map[directory.FQDN]*Domain{}}
}

func (w *World) next() uint64 { w.serial++; return w.serial }

// Calls lists the operations done so far, "dc1.a.example CreateTrust".
func (w *World) Calls() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls)
}

// Domain is a domain, which is a forest of its own.
type Domain struct {
	world       *World
	identity    trust.Identity
	controllers []*Controller // the first is the PDC emulator
	trusts      map[directory.FQDN]*object
	accounts    map[directory.NetBIOSName]bool // NAME$ left over without a trust
	password    string                         // of Administrator
	dns         lsa.DNSOutcome                 // "" means that it resolves
	silent      bool                           // tells strangers nothing
}

// object is a trusted-domain object with its secrets.
type object struct {
	tdo      trust.TDO
	outgoing string
	incoming string
	previous string // of incoming
	account  uint64 // identity of NAME$; 0 without the incoming direction
}

// AdminPassword is Administrator's password in every domain of a world.
const AdminPassword = "Administrator-1"

// AddDomain makes a domain with controllers dc1, dc2 … unless hosts are given.
func (w *World) AddDomain(name directory.FQDN, hosts ...string) *Domain {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(hosts) == 0 {
		hosts = []string{"dc1"}
	}
	n := len(w.domains) + 1
	label, _, _ := strings.Cut(string(name), ".")
	d := &Domain{
		world: w,
		identity: trust.Identity{
			DNSName: name, Forest: name,
			NetBIOSName: directory.NetBIOSName(strings.ToUpper(label)),
			SID:         fmt.Sprintf("S-1-5-21-%d-%d-%d", 1000+n, 2000+n, 3000+n),
			GUID:        fmt.Sprintf("00000000-0000-4000-8000-%012d", n),
		},
		trusts:   map[directory.FQDN]*object{},
		accounts: map[directory.NetBIOSName]bool{},
		password: AdminPassword,
	}
	for i, host := range hosts {
		d.controllers = append(d.controllers, &Controller{
			Host:    host + "." + string(name),
			Address: netip.AddrFrom4([4]byte{192, 0, 2, byte(16*n + i)}),
			domain:  d, up: true,
			winbindd: map[directory.FQDN]*entry{},
			faults:   map[string][]fault{},
		})
	}
	w.domains[name] = d
	return d
}

// Identity gives the domain's names and SID.
func (d *Domain) Identity() trust.Identity { return d.identity }

// Controllers lists the domain's controllers; the first is the PDC emulator.
func (d *Domain) Controllers() []*Controller { return d.controllers }

// SetIdentity changes who the domain says it is, for clashes of names.
func (d *Domain) SetIdentity(id trust.Identity) { d.locked(func() { d.identity = id }) }

// SetDNS makes every question about the domain end so; "" heals it.
func (d *Domain) SetDNS(outcome lsa.DNSOutcome) { d.locked(func() { d.dns = outcome }) }

// SetSilent makes the domain refuse null sessions.
func (d *Domain) SetSilent(silent bool) { d.locked(func() { d.silent = silent }) }

// AddOrphan leaves an account NAME$ behind, as an unclean deletion does.
func (d *Domain) AddOrphan(name directory.NetBIOSName) { d.locked(func() { d.accounts[name] = true }) }

// SetUp switches all controllers of the domain on or off.
func (d *Domain) SetUp(up bool) {
	for _, c := range d.controllers {
		c.SetUp(up)
	}
}

func (d *Domain) locked(fn func()) {
	d.world.mu.Lock()
	defer d.world.mu.Unlock()
	fn()
}

// up gives the controller that answers for the domain; nil when none does.
// The world's lock is held.
func (d *Domain) upLocked() *Controller {
	for _, c := range d.controllers {
		if c.up {
			return c
		}
	}
	return nil
}

// Dial logs on to the domain's PDC emulator as Administrator, from our side.
func (d *Domain) Dial(ctx context.Context) (*Session, error) {
	return d.controllers[0].Dial(ctx, lsa.Target{Side: lsa.OurSide}, lsa.Credentials{User: "Administrator"})
}

// Discover is lsa.Discover in this world.
func (w *World) Discover(_ context.Context, domain directory.FQDN) (trust.Partner, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var p trust.Partner
	d := w.domains[domain]
	outcome := lsa.DNSNameError
	if d != nil {
		outcome = d.dns
	}
	if outcome != "" {
		return p, lsa.Failure("find the domain controllers of "+string(domain), "DNS server "+lsa.DefaultResolver,
			&lsa.DNSError{Server: lsa.DefaultResolver, Name: "_ldap._tcp.dc._msdcs." + string(domain), Type: "SRV", Outcome: outcome})
	}
	p.FoundAt = w.now()
	for i, c := range d.controllers {
		host, _, _ := strings.Cut(c.Host, ".")
		dc := trust.PartnerDC{Host: c.Host, Address: c.Address, PDC: i == 0}
		if c.up {
			dc.Answered, dc.Writable, dc.NetBIOS, dc.ClockSkew = true, true, strings.ToUpper(host), c.skew
		} else {
			dc.Error = lsa.Explain(context.DeadlineExceeded).Words
		}
		p.DCs = append(p.DCs, dc)
	}
	best := d.upLocked()
	if best == nil {
		c := d.controllers[0]
		t := lsa.Target{Side: lsa.PartnerSide, Host: c.Host, Address: c.Address}
		return p, lsa.Failure("reach a domain controller of "+string(domain), t.SMB(), context.DeadlineExceeded)
	}
	p.Identity = d.identity
	if d.silent {
		p.SID = ""
		return p, d.silence("read the SID of "+string(domain), best)
	}
	return p, nil
}

// PartnerTrust is lsa.PartnerTrust in this world.
func (w *World) PartnerTrust(ctx context.Context, dc trust.PartnerDC, name directory.FQDN) (trust.TDO, error) {
	w.mu.Lock()
	var c *Controller
	var silent bool
	for _, d := range w.domains {
		for _, candidate := range d.controllers {
			if candidate.Host == dc.Host {
				c, silent = candidate, d.silent
			}
		}
	}
	w.mu.Unlock()
	if c == nil {
		return trust.TDO{}, lsa.Failure("read the trust with "+string(name), dc.Host, context.DeadlineExceeded)
	}
	if silent {
		return trust.TDO{}, c.domain.silence("read the trust with "+string(name)+" without an account", c)
	}
	return (&Session{c: c, side: lsa.PartnerSide}).Trust(ctx, name)
}

func (d *Domain) silence(step string, c *Controller) error {
	t := lsa.Target{Side: lsa.PartnerSide, Host: c.Host, Address: c.Address}
	return lsa.Failure(step, t.SMB(), &lsa.AnonymousError{Err: lsa.StatusAccessDenied})
}
