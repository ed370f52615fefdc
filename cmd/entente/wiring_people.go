package main

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/ldap"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// lookers is service.TrustedDomains: a ticket across the trust by engine/lsa,
// a look with it by engine/ldap, both from inside one of our domain
// controllers' networks.
type lookers struct{ ours sides }

func (l lookers) Users(ctx context.Context, way trust.Way, q trust.Lookup) (users []trust.User, next string, err error) {
	err = l.look(ctx, way, func(c *ldap.Conn) (err error) { users, next, err = c.Users(ctx, q); return err })
	return users, next, err
}

func (l lookers) Groups(ctx context.Context, way trust.Way, q trust.Lookup) (groups []trust.Group, next string, err error) {
	err = l.look(ctx, way, func(c *ldap.Conn) (err error) { groups, next, err = c.Groups(ctx, q); return err })
	return groups, next, err
}

func (l lookers) Members(ctx context.Context, way trust.Way, group string, recursive bool, q trust.Lookup) (members []trust.Member, next string, err error) {
	err = l.look(ctx, way, func(c *ldap.Conn) (err error) { members, next, err = c.Members(ctx, group, recursive, q); return err })
	return members, next, err
}

func (l lookers) Memberships(ctx context.Context, way trust.Way, user string) (who trust.User, groups []trust.Membership, err error) {
	err = l.look(ctx, way, func(c *ldap.Conn) (err error) { who, groups, err = c.Memberships(ctx, user); return err })
	return who, groups, err
}

// look tries one of our controllers after the other, and the partner's from
// each, as long as the failure may be that of a controller or of the way to
// it.
func (l lookers) look(ctx context.Context, way trust.Way, ask func(*ldap.Conn) error) error {
	err := error(errs.E(errs.Unavailable, "No domain controller of %s is known.", way.Domain))
	for _, from := range way.From {
		password, failed := l.ours.password(ctx, from)
		if failed != nil {
			return failed
		}
		for _, to := range way.To {
			err = l.from(ctx, from, to, way.Domain, lsa.Credentials{User: administrator, Password: password}, ask)
			if err == nil || ctx.Err() != nil || !worthAnother(err) {
				return err
			}
		}
	}
	return err
}

func worthAnother(err error) bool {
	return errs.Is(err, errs.Unavailable) || errs.Is(err, errs.Refused)
}

// from looks from one controller of ours at one of the partner's.
func (l lookers) from(ctx context.Context, from directory.Instance, to trust.PartnerDC, domain directory.FQDN, account lsa.Credentials, ask func(*ldap.Conn) error) error {
	ours := l.ours.target(from)
	ours.Dial = patient(ours.Dial)
	partner := lsa.Target{Side: lsa.PartnerSide, Host: to.Host, Address: to.Address, Realm: domain, Dial: ours.Dial}
	ticket, err := lsa.CrossTicket(ctx, ours, account, partner, "ldap")
	if err != nil {
		return seenFrom(from, err)
	}
	c, err := ldap.Dial(ctx, ldap.Server{Side: partner.Side, Host: to.Host, Address: to.Address, Domain: domain, Dial: ours.Dial, Authorities: l.ours.authorities(from)}, ldap.Ticket(ticket))
	if err != nil {
		return seenFrom(from, err)
	}
	defer c.Close()
	err = ask(c)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		return err // not there from anywhere
	}
	return seenFrom(from, err)
}

// connectTimeout leaves time for another controller where one is silent.
const connectTimeout = 4 * time.Second

func patient(dial lsa.Dialer) lsa.Dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, connectTimeout)
		defer cancel()
		return dial(ctx, network, address)
	}
}

// seenFrom makes an engine's error a sentence for the caller that says from
// where it was tried. It is about the domains, so only two kinds are left:
// another time may do, or not.
func seenFrom(from directory.Instance, err error) error {
	e := (*errs.Error)(nil)
	if !errors.As(err, &e) {
		return err
	}
	kind := errs.Refused
	if e.Kind == errs.Unavailable {
		kind = e.Kind
	}
	said := errs.Wrap(e.Err, kind, "From domain controller %s (%s): %s.", from.DC.ID, from.DC.Address, e.Message)
	said.Hint = e.Hint
	return said
}
