package samba

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
)

// Provision makes the domain on inst, the directory's first DC, whose
// container runs. It gives the domain's SID. A domain that is complete stays
// as it is; what an interrupted attempt left is thrown away.
func (e *Engine) Provision(ctx context.Context, inst directory.Instance, ca, administrator secret.Text) (sid string, err error) {
	sid, err = e.fill(ctx, inst, ca, "", map[string]any{
		"job": "provision", "realm": strings.ToUpper(string(inst.Domain)), "netbios": string(inst.ShortName),
		"host": inst.DC.HostName, "address": inst.DC.Address.String(), "password": administrator.Reveal(),
	}, administrator)
	if err != nil {
		return "", fmt.Errorf("cannot provision %s on %s: %w", inst.Domain, inst.DC.ID, err)
	}
	return sid, nil
}

// Join makes inst a further DC of the domain that first serves, in the AD site
// that its address is in: one of sites, which are made before and may be none.
// What a half-done join left on first is removed before.
func (e *Engine) Join(ctx context.Context, inst, first directory.Instance, sites []directory.Site, ca, administrator secret.Text) error {
	if e.Observe(ctx, inst.DC.ID).Provisioned {
		return nil
	}
	if err := e.makeRoom(ctx, first, []directory.Instance{inst}, sites); err != nil {
		return err
	}
	return e.joinClean(ctx, inst, first, ca, administrator)
}

// joinClean joins inst, of which first has no traces.
func (e *Engine) joinClean(ctx context.Context, inst, first directory.Instance, ca, administrator secret.Text) error {
	_, err := e.fill(ctx, inst, ca, first.DC.Address.String(), map[string]any{
		"job": "join", "domain": string(inst.Domain), "realm": strings.ToUpper(string(inst.Domain)),
		"first": first.FQDN(), "password": administrator.Reveal(),
	}, administrator)
	if err != nil {
		return fmt.Errorf("cannot join %s to %s: %w", inst.DC.ID, inst.Domain, err)
	}
	return nil
}

// fill fills the fresh database of inst by job, with key and certificate in
// place before.
func (e *Engine) fill(ctx context.Context, inst directory.Instance, ca secret.Text, nameserver string, job map[string]any, password secret.Text) (sid string, err error) {
	rep, err := e.call(ctx, inst.DC.ID, request{Op: opStatus})
	if err != nil {
		return "", err
	}
	if rep.Status.Provisioned {
		return rep.Status.DomainSID, nil
	}
	req, err := newJob(opProvision, job, password)
	if err != nil {
		return "", err
	}
	req.Nameserver = nameserver
	if req.TLS, err = issue(ca, inst, e.cfg.Now()); err != nil {
		return "", err
	}
	if rep, err = e.call(ctx, inst.DC.ID, req); err != nil {
		return "", err
	}
	var out struct{ SID string }
	err = json.Unmarshal(rep.Value, &out)
	return out.SID, err
}

// AfterJoin makes DCs know one another at once, which would take them minutes:
// topology on each, then all partitions from each to each. They do it at the
// same time: each one reads its own database and asks the others' services.
func (e *Engine) AfterJoin(ctx context.Context, insts []directory.Instance) error {
	results := make([]error, len(insts))
	var met sync.WaitGroup
	for i, inst := range insts {
		var sources []string
		for _, other := range insts {
			if other.DC.ID != inst.DC.ID {
				sources = append(sources, other.DC.HostName)
			}
		}
		met.Go(func() {
			if err := e.job(ctx, inst.DC.ID, map[string]any{"job": "meet", "sources": sources}); err != nil {
				results[i] = fmt.Errorf("cannot make %s know the other domain controllers: %w", inst.DC.ID, err)
			}
		})
	}
	met.Wait()
	return errors.Join(results...)
}

// Replicate pulls all partitions to the DC to from the DC from, and returns
// when they are there.
func (e *Engine) Replicate(ctx context.Context, from, to directory.Instance) error {
	return e.replicate(ctx, from, to, nil)
}

// ReplicateDomain is Replicate for the domain's own partition alone, where
// users and trusts are.
func (e *Engine) ReplicateDomain(ctx context.Context, from, to directory.Instance) error {
	return e.replicate(ctx, from, to, []string{"DC=" + strings.ReplaceAll(string(to.Domain), ".", ",DC=")})
}

func (e *Engine) replicate(ctx context.Context, from, to directory.Instance, partitions []string) error {
	err := e.job(ctx, to.DC.ID, map[string]any{
		"job": "replicate", "source": from.DC.HostName, "partitions": partitions})
	if err != nil {
		return fmt.Errorf("cannot replicate from %s to %s: %w", from.DC.ID, to.DC.ID, err)
	}
	return nil
}

// Populate makes the organisational units, the delegated groups and, with a
// password, the user Admin. What is there already stays.
func (e *Engine) Populate(ctx context.Context, inst directory.Instance, admin secret.Text) error {
	err := e.job(ctx, inst.DC.ID, map[string]any{
		"job": "populate", "netbios": string(inst.ShortName), "domain": string(inst.Domain),
		"groups": delegatedGroups, "password": admin.Reveal(),
	}, admin)
	if err != nil {
		return fmt.Errorf("cannot populate %s: %w", inst.Domain, err)
	}
	return nil
}

// SetPassword sets the password of a user inside the customer's OU and enables
// the user. Errors: errs.UserNotFound, errs.InvalidPassword.
func (e *Engine) SetPassword(ctx context.Context, inst directory.Instance, user string, password secret.Text) error {
	return e.job(ctx, inst.DC.ID, map[string]any{
		"job": "set_password", "netbios": string(inst.ShortName), "user": user, "password": password.Reveal(),
	}, password)
}

// RestartWinbindd restarts winbindd alone on a DC, which a changed direction
// of a trust needs; LDAP and Kerberos go on.
func (e *Engine) RestartWinbindd(ctx context.Context, dc directory.DCID) error {
	_, err := e.call(ctx, dc, request{Op: opRestartWinbindd})
	return err
}

// ReloadConfig makes winbindd on a DC learn of trusts that came by
// replication.
func (e *Engine) ReloadConfig(ctx context.Context, dc directory.DCID) error {
	_, err := e.call(ctx, dc, request{Op: opReloadConfig})
	return err
}

// SetForwarders hands a DC its complete set of conditional forwarders. It
// keeps them over restarts. Observe tells the revision being served.
func (e *Engine) SetForwarders(ctx context.Context, dc directory.DCID, rules directory.ForwardRules) error {
	_, err := e.call(ctx, dc, request{Op: opSetForwarders, Forwarders: &rules})
	return err
}
