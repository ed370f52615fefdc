package trusts

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/trust"
)

// internet is every domain that the tests know, in memory. It answers as
// Samba 4.22 was measured to: winbindd only ever learns trusts, a second DC
// gets an object by replication and learns of it when it is told, a channel
// outlives the trust that it was made for.
type internet struct {
	mu      sync.Mutex
	domains map[directory.FQDN]*domain
	fail    map[string]failure // by call, once
	calls   []string
	after   int    // calls until kill
	kill    func() // the process ends: no later call does anything
	dead    bool
}

// onCall kills the process after n more calls; 0 lets it live.
func (n *internet) onCall(calls int, kill func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.after, n.kill, n.dead = calls, kill, false
}

// failure lets the next call of that name fail, before or after it is done.
type failure struct{ done bool }

type domain struct {
	trust.Identity
	down     bool // its DCs do not answer
	noDNS    bool // DNS has no answer for it
	deaf     bool // its DNS servers do not answer
	silent   bool // it tells strangers nothing
	skew     time.Duration
	dcs      []*fakeDC
	accounts int // grows with each object, as SIDs of accounts do
}

type fakeDC struct {
	id       directory.DCID
	host     string
	down     bool
	held     map[directory.FQDN]*object
	winbindd map[directory.FQDN]trust.Direction // what winbindd learned
	channel  map[directory.FQDN]int             // account that the cached channel was made with
}

type object struct {
	trust.TDO
	password secret.Text
	account  int
}

func newInternet() *internet {
	return &internet{domains: map[directory.FQDN]*domain{}, fail: map[string]failure{}}
}

func (n *internet) add(name directory.FQDN, netbios directory.NetBIOSName, ids ...directory.DCID) *domain {
	number := len(n.domains) + 1
	d := &domain{Identity: trust.Identity{DNSName: name, NetBIOSName: netbios, Forest: name, SID: fmt.Sprintf("S-1-5-21-%d-2-3", number)}}
	for i, id := range ids {
		d.dcs = append(d.dcs, &fakeDC{
			id: id, host: fmt.Sprintf("dc%d.%s", i+1, name),
			held: map[directory.FQDN]*object{}, winbindd: map[directory.FQDN]trust.Direction{}, channel: map[directory.FQDN]int{},
		})
	}
	n.domains[name] = d
	return d
}

// stock writes a domain's own side with stock tools, and its winbindd learns.
func (n *internet) stock(d *domain, other *domain, direction trust.Direction, typ trust.Type, password string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	d.accounts++
	for _, dc := range d.dcs {
		dc.held[other.DNSName] = &object{
			TDO: trust.TDO{DNSName: other.DNSName, NetBIOSName: other.NetBIOSName, SID: other.SID, Direction: direction,
				Type: typ, Attributes: trust.AttributesFor(typ)},
			password: secret.New(password), account: d.accounts,
		}
		dc.winbindd[other.DNSName] = direction
	}
}

func (n *internet) dc(id directory.DCID) (*domain, *fakeDC) {
	for _, d := range n.domains {
		for _, dc := range d.dcs {
			if dc.id == id {
				return d, dc
			}
		}
	}
	panic("no such DC: " + id)
}

// enter starts a call; the error it returns is the call's. With done, the
// call happens all the same.
func (n *internet) enter(call string, id directory.DCID) (done bool, err error) {
	if n.dead {
		return false, context.Canceled
	}
	n.calls = append(n.calls, call+" "+string(id))
	if n.after--; n.after == 0 && n.kill != nil {
		n.kill()
		n.dead = true
	}
	if f, ok := n.fail[call]; ok {
		delete(n.fail, call)
		return f.done, errs.E(errs.Unavailable, "connection reset")
	}
	if _, dc := n.dc(id); dc.down {
		return false, errs.E(errs.Unavailable, "connection refused")
	}
	return true, nil
}

// call wraps what every call does.
func (n *internet) call(name string, id directory.DCID, f func(d *domain, dc *fakeDC) error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	do, err := n.enter(name, id)
	if do {
		d, dc := n.dc(id)
		if own := f(d, dc); err == nil {
			err = own
		}
	}
	return err
}

func (n *internet) open(_ context.Context, dc directory.Instance) (Side, error) {
	if err := n.call("Open", dc.DC.ID, func(*domain, *fakeDC) error { return nil }); err != nil {
		return nil, err
	}
	return &fakeSide{n: n, id: dc.DC.ID}, nil
}

type fakeSide struct {
	n  *internet
	id directory.DCID
}

var errNoTrust = errs.E(errs.NotFound, "no such trust")

func (s *fakeSide) Trust(_ context.Context, name directory.FQDN) (tdo trust.TDO, err error) {
	err = s.n.call("Trust", s.id, func(_ *domain, dc *fakeDC) error {
		if o := dc.held[name]; o != nil {
			tdo = o.TDO
			return nil
		}
		return errNoTrust
	})
	return tdo, err
}

func (s *fakeSide) CreateTrust(_ context.Context, t trust.NewTDO) error {
	return s.n.call("CreateTrust", s.id, func(d *domain, dc *fakeDC) error {
		for _, o := range dc.held {
			if o.DNSName == t.DNSName || o.NetBIOSName == t.NetBIOSName || o.SID == t.SID {
				return errs.E(errs.Exists, "STATUS_OBJECT_NAME_COLLISION")
			}
		}
		d.accounts++
		dc.held[t.DNSName] = &object{TDO: t.TDO, password: t.Password, account: d.accounts}
		return nil
	})
}

func (s *fakeSide) change(call string, name directory.FQDN, f func(*object)) error {
	return s.n.call(call, s.id, func(_ *domain, dc *fakeDC) error {
		if o := dc.held[name]; o != nil {
			f(o)
			return nil
		}
		return errNoTrust
	})
}

func (s *fakeSide) SetEncryptionTypes(_ context.Context, name directory.FQDN, e trust.EncryptionTypes) error {
	return s.change("SetEncryptionTypes", name, func(o *object) { o.EncryptionTypes = e })
}

func (s *fakeSide) SetForestInfo(_ context.Context, name directory.FQDN, records []trust.ForestRecord) error {
	return s.change("SetForestInfo", name, func(o *object) { o.ForestInfo = records })
}

func (s *fakeSide) DeleteTrust(_ context.Context, name directory.FQDN) error {
	return s.n.call("DeleteTrust", s.id, func(_ *domain, dc *fakeDC) error {
		if dc.held[name] == nil {
			return errNoTrust
		}
		delete(dc.held, name)
		return nil
	})
}

func (s *fakeSide) Rediscover(_ context.Context, name directory.FQDN) error {
	return s.n.call("Rediscover", s.id, func(d *domain, dc *fakeDC) error {
		delete(dc.channel, name)
		if code := s.n.verify(d, dc, name); code != 0 {
			return errs.E(errs.Refused, "status %d", code)
		}
		return nil
	})
}

func (s *fakeSide) Verify(_ context.Context, name directory.FQDN) (r trust.VerifyResult, err error) {
	err = s.n.call("Verify", s.id, func(d *domain, dc *fakeDC) error {
		switch code := s.n.verify(d, dc, name); code {
		case 1355:
			r.Call = code
		case 1331:
			r.PDC = code
		default:
			r.PDC, r.TC = code, code
		}
		if p := s.n.domains[name]; p != nil {
			r.TrustedDC = `\\` + p.dcs[0].host
		}
		return nil
	})
	return r, err
}

// verify is NETLOGON's word: the table of measured statuses.
func (n *internet) verify(d *domain, dc *fakeDC, name directory.FQDN) uint32 {
	direction, known := dc.winbindd[name]
	p, ours := n.domains[name], dc.held[name]
	switch {
	case !known || ours == nil:
		return 1355
	case !direction.HasOutgoing():
		return 1351
	case p == nil || p.down || p.noDNS:
		return 1311
	}
	theirs := p.dcs[0].held[d.DNSName]
	account, warm := dc.channel[name]
	switch {
	case warm && (theirs == nil || theirs.account != account):
		return 1331
	case theirs == nil || !theirs.Direction.HasIncoming():
		return 1787
	case theirs.password.Reveal() != ours.password.Reveal():
		return 5
	}
	dc.channel[name] = theirs.account
	return 0
}

func (s *fakeSide) ChangePassword(_ context.Context, name directory.FQDN) error {
	return s.n.call("ChangePassword", s.id, func(d *domain, dc *fakeDC) error {
		password := secret.New("rolled by " + string(s.id))
		dc.held[name].password = password
		for _, theirs := range s.n.domains[name].dcs {
			theirs.held[d.DNSName].password = password
		}
		return nil
	})
}

func (s *fakeSide) Close() error { return nil }

// Find and Side make internet the Finder.
func (n *internet) Find(_ context.Context, _ directory.Instance, name directory.FQDN) (trust.Partner, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.domains[name]
	switch {
	case p != nil && p.deaf:
		return trust.Partner{}, &trust.Fault{Cause: condition.DNSUnreachable, Detail: "203.0.113.10 port 53: i/o timeout"}
	case p == nil || p.noDNS:
		return trust.Partner{}, &trust.Fault{Cause: condition.DNSNoAnswer, Detail: "no such host"}
	case p.down:
		return trust.Partner{}, &trust.Fault{Cause: condition.PartnerUnreachable, Detail: "203.0.113.10 port 389: connection refused"}
	}
	found := trust.Partner{Identity: p.Identity, FoundAt: time.Now()}
	for i, dc := range p.dcs {
		found.DCs = append(found.DCs, trust.PartnerDC{Host: dc.host, Address: netip.MustParseAddr("203.0.113.10"), PDC: i == 0, Answered: true, ClockSkew: p.skew})
	}
	return found, nil
}

func (n *internet) Side(_ context.Context, _ directory.Instance, dc trust.PartnerDC, ours directory.FQDN) (trust.TDO, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, d := range n.domains {
		for _, other := range d.dcs {
			if other.host != dc.Host {
				continue
			}
			switch o := other.held[ours]; {
			case d.silent:
				return trust.TDO{}, errs.E(errs.Denied, "access denied")
			case o == nil:
				return trust.TDO{}, errNoTrust
			default:
				return o.TDO, nil
			}
		}
	}
	return trust.TDO{}, errs.E(errs.Unavailable, "no such host")
}

// ReloadConfig, RestartWinbindd and Replicate make internet the Controller.
func (n *internet) ReloadConfig(_ context.Context, dc directory.Instance) error {
	return n.call("ReloadConfig", dc.DC.ID, func(_ *domain, dc *fakeDC) error {
		for name, o := range dc.held {
			if _, known := dc.winbindd[name]; !known {
				dc.winbindd[name] = o.Direction
			}
		}
		return nil
	})
}

func (n *internet) RestartWinbindd(_ context.Context, dc directory.Instance) error {
	return n.call("RestartWinbindd", dc.DC.ID, func(_ *domain, dc *fakeDC) error {
		dc.winbindd = map[directory.FQDN]trust.Direction{}
		for name, o := range dc.held {
			dc.winbindd[name] = o.Direction
		}
		return nil
	})
}

func (n *internet) Replicate(_ context.Context, to, from directory.Instance) error {
	return n.call("Replicate", to.DC.ID, func(_ *domain, dc *fakeDC) error {
		_, source := n.dc(from.DC.ID)
		if source.down {
			return errs.E(errs.Unavailable, "connection refused")
		}
		dc.held = map[directory.FQDN]*object{}
		for name, o := range source.held {
			copied := *o
			dc.held[name] = &copied
		}
		return nil
	})
}

// explain is what the engine does: a Fault as such, else the error's kind.
func explain(err error) trust.Fault {
	if f, ok := errors.AsType[*trust.Fault](err); ok {
		return *f
	}
	return plain(err)
}
