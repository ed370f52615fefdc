package probe

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// Look asks one domain controller of the partner everything that it tells
// without an account, from one of ours. It takes a few seconds at most; what
// is not answered stays empty.
func (p *Prober) Look(ctx context.Context, from directory.Instance, domain directory.FQDN, to trust.PortTarget) assessment.Look {
	l := &looker{Prober: p, dial: p.cfg.Dial(from.DC.ID), domain: domain, to: to, clocks: map[string]time.Duration{}}
	l.found = assessment.Look{From: from.DC.ID, Host: to.Host, Address: to.Address, Start: p.cfg.Now()}
	var group sync.WaitGroup
	for _, ask := range []func(context.Context){l.ping, l.rootDSE, l.smb, l.kdc, func(ctx context.Context) { l.null(ctx, from.Domain) }} {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, 3*p.cfg.Timeout)
			defer cancel()
			ask(ctx)
		})
	}
	group.Wait()
	for _, by := range []string{"LDAP", "Kerberos", "SMB"} {
		if skew, ok := l.clocks[by]; ok {
			l.found.Clock = &assessment.Clock{Skew: skew, By: by}
			break
		}
	}
	l.found.End = p.cfg.Now()
	return l.found
}

// looker is one look; its parts run at once.
type looker struct {
	*Prober
	dial   Dialer
	domain directory.FQDN
	to     trust.PortTarget

	mu     sync.Mutex // guards what follows
	found  assessment.Look
	clocks map[string]time.Duration
}

func (l *looker) note(set func(*assessment.Look)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	set(&l.found)
}

func (l *looker) clock(by string, now time.Time) {
	skew := now.Sub(l.cfg.Now()).Round(time.Second)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clocks[by] = skew
}

func (l *looker) ping(ctx context.Context) {
	pong, err := lsa.Ping(ctx, l.dial, join(l.to.Address, portLDAP), l.domain)
	if err != nil {
		return
	}
	l.note(func(f *assessment.Look) {
		f.Ping = &assessment.Ping{
			Domain: pong.Domain, Forest: pong.Forest, GUID: pong.GUID,
			NetBIOSDomain: pong.NetBIOSDomain, NetBIOSHost: pong.NetBIOSHost, PDC: pong.PDC(),
		}
	})
}

func (l *looker) rootDSE(ctx context.Context) {
	const domain, forest, controller = "domainFunctionality", "forestFunctionality", "domainControllerFunctionality"
	values, err := lsa.RootDSE(ctx, l.dial, l.to.Address, "currentTime", domain, forest, controller)
	if err != nil {
		return
	}
	if now, err := lsa.ParseTime(values["currentTime"]); err == nil {
		l.clock("LDAP", now)
	}
	level := func(name string) int {
		n, err := strconv.Atoi(values[name])
		if err != nil {
			return -1
		}
		return n
	}
	l.note(func(f *assessment.Look) {
		f.Levels = &assessment.Levels{Domain: level(domain), Forest: level(forest), Controller: level(controller)}
	})
}

func (l *looker) smb(ctx context.Context) {
	offer, now, err := negotiate(ctx, l.dial, l.to.Address)
	if err != nil {
		if errors.Is(err, errNotSMB) {
			l.note(func(f *assessment.Look) { f.SMBError = err.Error() })
		}
		return
	}
	l.clock("SMB", now)
	l.note(func(f *assessment.Look) { f.SMB = &offer })
}

func (l *looker) kdc(ctx context.Context) {
	host, _, _ := strings.Cut(l.to.Host, ".")
	found, now, err := kdc(ctx, l.dial, l.to.Address, l.domain, host)
	if err != nil {
		return
	}
	if !now.IsZero() {
		l.clock("Kerberos", now)
	}
	l.note(func(f *assessment.Look) { f.Kerberos = &found })
}

// null opens a null session, reads who the partner is, and what it holds of a
// trust with our own domain.
func (l *looker) null(ctx context.Context, ours directory.FQDN) {
	target := lsa.Target{Side: lsa.PartnerSide, Host: l.to.Host, Address: l.to.Address, Realm: l.domain, Dial: l.dial}
	id, err := lsa.AnonymousIdentity(ctx, target)
	var refused *lsa.AnonymousError
	l.note(func(f *assessment.Look) {
		switch {
		case err == nil:
			f.Identity, f.SID, f.Anonymous.Tried = &id, id.SID, true
		case errors.As(err, &refused):
			f.Anonymous = assessment.Anonymous{Tried: true, Refused: true, Detail: lsa.Explain(refused.Err).Name}
		default:
			f.Anonymous.Detail = err.Error()
		}
	})
	if err != nil {
		if sid, err := lsa.DomainSID(ctx, l.dial, l.to.Address); err == nil {
			l.note(func(f *assessment.Look) { f.SID = sid })
		}
		return
	}
	tdo, err := lsa.PartnerTrust(ctx, lsa.Config{Dial: l.dial, Timeout: l.cfg.Timeout}, trust.PartnerDC{Host: l.to.Host, Address: l.to.Address}, ours)
	l.note(func(f *assessment.Look) {
		f.Partner.Asked = true
		switch {
		case err == nil:
			f.Partner.Known, f.Partner.TDO = true, &tdo
		case errs.Is(err, errs.NotFound):
			f.Partner.Known = true
		}
	})
}
