package main

import (
	"context"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/ldap"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/engine/netns"
	"github.com/entente-ad/entente/engine/probe"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/reconcile/assessments"
	"github.com/entente-ad/entente/trust"
)

// portProber tries ports from inside the network namespaces of our DCs.
func portProber(nets *netns.Engine) *probe.Prober {
	return probe.New(probe.Config{Dial: func(dc directory.DCID) probe.Dialer { return nets.DialMarked(string(dc)) }})
}

// addAssessments runs the assessments.
func (b *built) addAssessments(prober *probe.Prober, ours sides) {
	loop := assessments.New(assessments.Config{Store: b.store, Probe: prober, Accounts: accounts{ours}, Log: b.log})
	b.add(loop, loop.KeysFor, 4, 4*time.Minute)
}

// accounts looks at accounts over LDAP, sealed by a Kerberos ticket.
type accounts struct{ ours sides }

// NoPreauth is assessments.Accounts: as an account of the partner's own, or as
// our Administrator with a ticket across the trust.
func (a accounts) NoPreauth(ctx context.Context, from directory.Instance, domain directory.FQDN, to trust.PortTarget, user string, password secret.Text, limit int) (names []string, more bool, err error) {
	ours := a.ours.target(from)
	partner := lsa.Target{Side: lsa.PartnerSide, Host: to.Host, Address: to.Address, Realm: domain, Dial: ours.Dial}
	account, home := lsa.Credentials{User: user, Password: password, Auth: lsa.AuthKerberos}, partner
	if user == "" {
		own, err := a.ours.password(ctx, from)
		if err != nil {
			return nil, false, err
		}
		account, home = lsa.Credentials{User: administrator, Password: own, Auth: lsa.AuthKerberos}, ours
	}
	err = a.ask(ctx, home, account, partner, func(c *ldap.Conn) error {
		names, more, err = c.NoPreauth(ctx, limit)
		return err
	})
	return names, more, err
}

// Taken is assessments.Accounts.
func (a accounts) Taken(ctx context.Context, dc directory.Instance, name string) (taken bool, err error) {
	password, err := a.ours.password(ctx, dc)
	if err != nil {
		return false, err
	}
	ours := a.ours.target(dc)
	err = a.ask(ctx, ours, lsa.Credentials{User: administrator, Password: password, Auth: lsa.AuthKerberos}, ours, func(c *ldap.Conn) error {
		taken, err = c.HasAccount(ctx, name)
		return err
	})
	return taken, err
}

func (a accounts) ask(ctx context.Context, home lsa.Target, account lsa.Credentials, to lsa.Target, ask func(*ldap.Conn) error) error {
	ticket, err := lsa.CrossTicket(ctx, home, account, to, "ldap")
	if err != nil {
		return err
	}
	c, err := ldap.Dial(ctx, ldap.Server{Side: to.Side, Host: to.Host, Address: to.Address, Domain: to.Realm, Dial: to.Dial}, ldap.Ticket(ticket))
	if err != nil {
		return err
	}
	defer c.Close()
	return ask(c)
}
