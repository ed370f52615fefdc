package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/engine/netns"
	"github.com/entente-ad/entente/engine/samba"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/reconcile/trusts"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// administrator is the service credential of every directory.
const administrator = "Administrator"

// sides opens sessions with our own domain controllers, from inside their
// network namespaces.
type sides struct {
	store *store.Store
	nets  *netns.Engine
}

func (s sides) target(dc directory.Instance) lsa.Target {
	return lsa.Target{
		Side: lsa.OurSide, Host: dc.FQDN(), Address: dc.DC.Address, Realm: dc.Domain,
		Dial: s.nets.Dial(string(dc.DC.ID)),
	}
}

func (s sides) dial(ctx context.Context, dc directory.Instance, password secret.Text) (*lsa.Conn, error) {
	return lsa.Dial(ctx, s.target(dc), lsa.Credentials{User: administrator, Password: password})
}

// password unseals the service credential of dc's directory.
func (s sides) password(ctx context.Context, dc directory.Instance) (secret.Text, error) {
	password, ok, err := s.store.Secret(ctx, directory.SecretAdministrator(dc.Directory))
	if err != nil {
		return secret.Text{}, err
	}
	if !ok {
		return secret.Text{}, errors.New("the service credential of directory " + string(dc.Directory) + " is not in the store")
	}
	return password, nil
}

// open is trusts.Opener.
func (s sides) open(ctx context.Context, dc directory.Instance) (trusts.Side, error) {
	password, err := s.password(ctx, dc)
	if err != nil {
		return nil, err
	}
	conn, err := s.dial(ctx, dc, password)
	if err != nil {
		return nil, err // not conn: a nil *lsa.Conn in a Side is not nil
	}
	return conn, nil
}

// session proves that a DC lets its service credential in; samba.Prober asks
// for it.
func (s sides) session(ctx context.Context, dc directory.Instance, password secret.Text) error {
	conn, err := s.dial(ctx, dc, password)
	if err != nil {
		return err
	}
	return conn.Close()
}

// finder looks at partners from the network namespace of one of our DCs.
type finder struct{ nets *netns.Engine }

func (f finder) config(from directory.Instance) lsa.Config {
	return lsa.Config{Dial: f.nets.DialMarked(string(from.DC.ID))}
}

func (f finder) Find(ctx context.Context, from directory.Instance, domain directory.FQDN) (trust.Partner, error) {
	return lsa.Discover(ctx, f.config(from), domain)
}

func (f finder) Side(ctx context.Context, from directory.Instance, dc trust.PartnerDC, ours directory.FQDN) (trust.TDO, error) {
	return lsa.PartnerTrust(ctx, f.config(from), dc, ours)
}

// controller handles our DCs from outside their protocols.
type controller struct {
	dcs  *samba.Engine
	ours sides
}

func (c controller) ReloadConfig(ctx context.Context, dc directory.Instance) error {
	return c.dcs.ReloadConfig(ctx, dc.DC.ID)
}

func (c controller) RestartWinbindd(ctx context.Context, dc directory.Instance) error {
	return c.dcs.RestartWinbindd(ctx, dc.DC.ID)
}

func (c controller) Replicate(ctx context.Context, to, from directory.Instance) error {
	password, err := c.ours.password(ctx, to)
	if err != nil {
		return err
	}
	return lsa.Pull(ctx, c.ours.target(to), lsa.Credentials{User: administrator, Password: password}, from.DC.HostName)
}

// explain turns an engine's error into the words that a trust keeps. The
// trust's own words say what was tried, so only what came back is added.
func explain(err error) trust.Fault {
	e := lsa.Explain(err)
	detail := e.Answer
	if detail == "" {
		detail = e.Words
		if classified := (*errs.Error)(nil); errors.As(err, &classified) {
			detail = classified.Message // hint and cause have places of their own
		}
	}
	return trust.Fault{Cause: e.Cause, Kind: e.Kind, Status: e.Name, Detail: detail, Hint: e.Hint}
}

// dcDialer opens connections inside one DC's network namespace.
type dcDialer struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)
}

func (d dcDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d.dial(ctx, network, address)
}

// prefixes lists what the host routes already, so that a new VPC does not
// overlap it.
func prefixes(nets *netns.Engine, log *slog.Logger) func() []netip.Prefix {
	return func() []netip.Prefix {
		list, err := nets.HostPrefixes()
		if err != nil {
			log.Error("cannot read the host's routes: a new VPC may overlap them", "error", err.Error())
		}
		return list
	}
}
