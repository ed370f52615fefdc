package samba

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
)

// replicationLimit is how long a change may take to get from one domain
// controller to the others by ordinary replication.
const replicationLimit = 2 * time.Minute

// Sites makes the AD sites wanted, in the database of at, and removes those
// in gone, which have no domain controllers any more.
func (e *Engine) Sites(ctx context.Context, at directory.Instance, wanted, gone []directory.Site) error {
	if err := e.job(ctx, at.DC.ID, map[string]any{"job": "sites", "wanted": plainSites(wanted), "gone": plainSites(gone)}); err != nil {
		return fmt.Errorf("cannot make the sites of %s: %w", at.Domain, err)
	}
	return nil
}

// site is a site as the runner's jobs know it.
type site struct {
	Region   string   `json:"region"`
	Prefixes []string `json:"prefixes"`
	Hosts    []string `json:"hosts"`
}

func plainSites(sites []directory.Site) []site {
	list := make([]site, len(sites))
	for i, s := range sites {
		list[i] = site{Region: s.Region, Prefixes: []string{}, Hosts: append([]string{}, s.Hosts...)}
		for _, p := range s.Prefixes {
			list[i].Prefixes = append(list[i].Prefixes, p.String())
		}
	}
	return list
}

// Release takes the links to leaving, and to sites that go with them, out of
// the database of each DC that stays, before anything is removed: later nobody
// can.
func (e *Engine) Release(ctx context.Context, staying, leaving []directory.Instance, gone []directory.Site) error {
	return each(staying, func(inst directory.Instance) error {
		err := e.job(ctx, inst.DC.ID, map[string]any{"job": "release", "hosts": hostNames(leaving), "sites": plainSites(gone)})
		if err != nil {
			return fmt.Errorf("cannot make %s let go of the domain controllers that leave: %w", inst.DC.ID, err)
		}
		return nil
	})
}

// atATime is how many domain controllers are joined at once: their work is the
// processor's.
const atATime = 3

// JoinAll makes all of fresh further DCs of the domain, by way of hub, several
// at the same time, and gives each one's error.
func (e *Engine) JoinAll(ctx context.Context, hub directory.Instance, fresh []directory.Instance, sites []directory.Site, ca, administrator secret.Text) map[directory.DCID]error {
	failed := map[directory.DCID]error{}
	if err := e.makeRoom(ctx, hub, fresh, sites); err != nil {
		for _, inst := range fresh {
			failed[inst.DC.ID] = err
		}
		return failed
	}
	var mu sync.Mutex
	room := make(chan struct{}, atATime)
	_ = each(fresh, func(inst directory.Instance) error {
		room <- struct{}{}
		defer func() { <-room }()
		if err := e.joinClean(ctx, inst, hub, ca, administrator); err != nil {
			mu.Lock()
			defer mu.Unlock()
			failed[inst.DC.ID] = err
		}
		return nil
	})
	return failed
}

// Meet makes fresh, which have just been joined by way of hub and serve, known
// to all others, and returns when what hub and fresh wrote has been seen on
// every domain controller: by ordinary replication, over the links that will
// carry everything else.
func (e *Engine) Meet(ctx context.Context, hub directory.Instance, fresh, others []directory.Instance, token string) error {
	marked := append([]string{hub.DC.HostName}, hostNames(fresh)...)
	// Who cannot take part is waited for by nobody.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err := each(append(append([]directory.Instance{hub}, fresh...), others...), func(inst directory.Instance) error {
		job := map[string]any{
			"job": "greet", "host": inst.DC.HostName, "sources": []string{hub.DC.HostName},
			"marked": marked, "token": token, "seconds": int(replicationLimit.Seconds()),
		}
		if inst.DC.ID == hub.DC.ID {
			delete(job, "sources")
		}
		for _, host := range marked {
			if host == inst.DC.HostName {
				job["mark"] = token
			}
		}
		err := e.job(ctx, inst.DC.ID, job)
		if err != nil {
			err = fmt.Errorf("cannot see to the replication of %s: %w", inst.DC.ID, err)
			cancel(err) // the first one tells why
		}
		return err
	})
	if err != nil {
		return context.Cause(ctx)
	}
	return nil
}

// EnterNames makes inst enter its names in DNS, however long it takes.
func (e *Engine) EnterNames(ctx context.Context, inst directory.Instance) error {
	if err := e.job(ctx, inst.DC.ID, map[string]any{"job": "enter_names"}); err != nil {
		return fmt.Errorf("cannot enter the names of %s in DNS: %w", inst.DC.ID, err)
	}
	return nil
}

// Demote makes inst, which runs, a domain controller no more: it hands its
// last changes to partner and leaves the domain there.
func (e *Engine) Demote(ctx context.Context, inst, partner directory.Instance, administrator secret.Text) error {
	// Samba's demotion hands over the domain's partitions but not DNS's.
	err := e.Replicate(ctx, inst, partner)
	if err == nil {
		err = e.job(ctx, inst.DC.ID, map[string]any{
			"job": "demote", "partner": partner.FQDN(), "password": administrator.Reveal()}, administrator)
	}
	if err != nil {
		return fmt.Errorf("cannot demote %s: %w", inst.DC.ID, err)
	}
	return nil
}

// RemoveDead removes a domain controller that does not run any more, or what
// was left of it by a half-done join or demotion, in the database of from: its
// accounts, its server, its links and its names. One that holds a role which
// only one domain controller has is refused.
func (e *Engine) RemoveDead(ctx context.Context, from, dead directory.Instance) error {
	return e.removeDead(ctx, from, []directory.Instance{dead})
}

func (e *Engine) removeDead(ctx context.Context, from directory.Instance, dead []directory.Instance) error {
	if err := e.job(ctx, from.DC.ID, map[string]any{"job": "remove_dead", "dead": named(dead)}); err != nil {
		return fmt.Errorf("cannot remove what is left of %s from %s: %w", strings.Join(hostNames(dead), ", "), from.Domain, err)
	}
	return nil
}

// makeRoom makes the sites of fresh, removes what half-done joins left of them
// and enters their names in hub's DNS, from where their joins bring them.
func (e *Engine) makeRoom(ctx context.Context, hub directory.Instance, fresh []directory.Instance, sites []directory.Site) error {
	if err := e.job(ctx, hub.DC.ID, map[string]any{"job": "make_room", "dead": named(fresh), "sites": plainSites(sites)}); err != nil {
		return fmt.Errorf("cannot make room for %s in %s: %w", strings.Join(hostNames(fresh), ", "), hub.Domain, err)
	}
	return nil
}

// name is a domain controller as the runner's jobs know it.
type name struct {
	Host    string `json:"host"`
	FQDN    string `json:"fqdn"`
	Address string `json:"address"`
}

func named(insts []directory.Instance) []name {
	var list []name
	for _, i := range insts {
		list = append(list, name{i.DC.HostName, i.FQDN(), i.DC.Address.String()})
	}
	return list
}

// Part makes all that stay forget those that are gone, and returns an error
// that names what still points at them.
func (e *Engine) Part(ctx context.Context, hub directory.Instance, others, gone []directory.Instance) error {
	forget := func(inst directory.Instance, sources []string) error {
		err := e.job(ctx, inst.DC.ID, map[string]any{"job": "part", "gone": named(gone), "sources": sources})
		if err != nil {
			return fmt.Errorf("cannot make %s forget the domain controllers that are gone: %w", inst.DC.ID, err)
		}
		return nil
	}
	if err := forget(hub, nil); err != nil {
		return err
	}
	return each(others, func(inst directory.Instance) error { return forget(inst, []string{hub.DC.HostName}) })
}

func hostNames(insts []directory.Instance) []string {
	names := []string{}
	for _, inst := range insts {
		names = append(names, inst.DC.HostName)
	}
	return names
}

// each does something for all at the same time and joins the errors.
func each(insts []directory.Instance, do func(directory.Instance) error) error {
	results := make([]error, len(insts))
	var all sync.WaitGroup
	for i, inst := range insts {
		all.Go(func() { results[i] = do(inst) })
	}
	all.Wait()
	return errors.Join(results...)
}
