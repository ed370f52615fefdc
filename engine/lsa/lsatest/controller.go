package lsatest

import (
	"context"
	"net/netip"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/trust"
)

// Controller is one domain controller. The directory's data is the same on all
// controllers at once; what winbindd knows is each one's own.
type Controller struct {
	Host    string // FQDN
	Address netip.Addr

	domain   *Domain
	up       bool
	skew     time.Duration
	winbindd map[directory.FQDN]*entry
	faults   map[string][]fault
}

// entry is a trust as winbindd saw it first; it never looks again.
type entry struct {
	outgoing bool
	channel  *channel // nil means cold
}

// channel is a secure channel: it names the partner's account, not the trust.
type channel struct{ account uint64 }

type fault struct {
	err  error
	done bool
}

// SetUp switches the controller on or off. It comes up with a fresh winbindd.
func (c *Controller) SetUp(up bool) {
	c.domain.locked(func() {
		if up && !c.up {
			c.restart()
		}
		c.up = up
	})
}

// SetSkew sets how far the clock is ahead of the others.
func (c *Controller) SetSkew(d time.Duration) { c.domain.locked(func() { c.skew = d }) }

// Reload is "smbcontrol winbindd reload-config": winbindd adds what is new.
func (c *Controller) Reload() { c.domain.locked(c.load) }

// RestartWinbindd makes winbindd forget all and look again.
func (c *Controller) RestartWinbindd() { c.domain.locked(c.restart) }

// FailNext makes the next operation op (OpCreateTrust …) return err: before it
// did anything, or, with done, after it did everything.
func (c *Controller) FailNext(op string, err error, done bool) {
	c.domain.locked(func() { c.faults[op] = append(c.faults[op], fault{err, done}) })
}

func (c *Controller) nextFault(op string) (fault, bool) {
	list := c.faults[op]
	if len(list) == 0 {
		return fault{}, false
	}
	c.faults[op] = list[1:]
	return list[0], true
}

func (c *Controller) restart() {
	c.winbindd = map[directory.FQDN]*entry{}
	c.load()
}

func (c *Controller) load() {
	for name, o := range c.domain.trusts {
		if c.winbindd[name] == nil {
			c.winbindd[name] = &entry{outgoing: o.tdo.Direction.HasOutgoing()}
		}
	}
}

// Dial logs on to the controller. A user other than Administrator may only read.
func (c *Controller) Dial(ctx context.Context, t lsa.Target, creds lsa.Credentials) (*Session, error) {
	w := c.domain.world
	w.mu.Lock()
	defer w.mu.Unlock()
	s := &Session{c: c, side: t.Side, admin: creds.User == "Administrator"}
	const step = "log on for the trust calls"
	if err := ctx.Err(); err != nil {
		return nil, s.failure(step, err)
	}
	if !c.up {
		return nil, s.failure(step, context.DeadlineExceeded)
	}
	if !creds.Password.Empty() && creds.Password.Reveal() != c.domain.password {
		return nil, s.failure(step, lsa.StatusLogonFailure)
	}
	return s, nil
}

// verify is NETLOGON_CONTROL_TC_VERIFY as Samba 4.22 answers it.
func (c *Controller) verify(name directory.FQDN, admin bool) trust.VerifyResult {
	e, status := c.entryFor(name, admin)
	if status != 0 {
		return trust.VerifyResult{Call: uint32(status)}
	}
	both := func(s lsa.Win32) trust.VerifyResult { return trust.VerifyResult{PDC: uint32(s), TC: uint32(s)} }
	if !e.outgoing {
		return both(lsa.ErrorCantAccessDomainInfo)
	}
	partner := c.partner(name)
	if partner == nil {
		return both(lsa.ErrorNoLogonServers)
	}
	theirs := partner.domain.trusts[c.domain.identity.DNSName]
	if e.channel == nil {
		if s := c.connect(e, name); s != 0 {
			return both(s)
		}
	}
	r := trust.VerifyResult{TrustedDC: partner.Host}
	switch {
	case theirs != nil && theirs.account == 0:
		r.PDC = uint32(lsa.ErrorNoTrustLSASecret)
	case theirs == nil, theirs.account != e.channel.account:
		r.PDC = uint32(lsa.ErrorAccountDisabled)
	case !accepts(theirs, c.domain.trusts[name]):
		return both(lsa.ErrorAccessDenied)
	}
	return r
}

// rediscover is NETLOGON_CONTROL_REDISCOVER.
func (c *Controller) rediscover(name directory.FQDN, admin bool) error {
	e, status := c.entryFor(name, admin)
	if status != 0 {
		return status
	}
	if !e.outgoing {
		return lsa.ErrorCantAccessDomainInfo
	}
	e.channel = nil
	if s := c.connect(e, name); s != 0 {
		return s
	}
	return nil
}

func (c *Controller) entryFor(name directory.FQDN, admin bool) (*entry, lsa.Win32) {
	if !admin {
		return nil, lsa.ErrorAccessDenied
	}
	if c.domain.trusts[name] == nil || c.winbindd[name] == nil {
		return nil, lsa.ErrorNoSuchDomain
	}
	return c.winbindd[name], 0
}

// partner gives a controller of the partner that can be reached.
func (c *Controller) partner(name directory.FQDN) *Controller {
	d := c.domain.world.domains[name]
	if d == nil || d.dns != "" {
		return nil
	}
	return d.upLocked()
}

// connect makes a new secure channel.
func (c *Controller) connect(e *entry, name directory.FQDN) lsa.Win32 {
	partner := c.partner(name)
	if partner == nil {
		return lsa.ErrorNoLogonServers
	}
	theirs := partner.domain.trusts[c.domain.identity.DNSName]
	if theirs == nil || theirs.account == 0 {
		return lsa.ErrorNoTrustSAMAccount
	}
	if !accepts(theirs, c.domain.trusts[name]) {
		return lsa.ErrorAccessDenied
	}
	e.channel = &channel{account: theirs.account}
	return 0
}

// accepts reports whether the partner takes our outgoing password.
func accepts(theirs, ours *object) bool {
	return ours.outgoing != "" && (ours.outgoing == theirs.incoming || ours.outgoing == theirs.previous)
}
