package samba

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
)

// topologyJobs are the runner's jobs about who else is in the domain.
//
//go:embed topology.py
var topologyJobs []byte

// How long a demotion may take, and how long a change may take to get from one
// domain controller to the others by ordinary replication.
const (
	demoteTimeout    = 90 * time.Second
	replicationLimit = 45 * time.Second
)

// Sites makes the AD sites wanted, in the database of at, and removes those
// in gone, which have no domain controllers any more.
func (e *Engine) Sites(ctx context.Context, at directory.Instance, wanted, gone []directory.Site) error {
	type site struct {
		Region   string   `json:"region"`
		Prefixes []string `json:"prefixes"`
		Hosts    []string `json:"hosts"`
	}
	plain := func(sites []directory.Site) []site {
		list := make([]site, len(sites))
		for i, s := range sites {
			list[i] = site{Region: s.Region, Prefixes: []string{}, Hosts: append([]string{}, s.Hosts...)}
			for _, p := range s.Prefixes {
				list[i].Prefixes = append(list[i].Prefixes, p.String())
			}
		}
		return list
	}
	if err := e.job(ctx, at.DC.ID, map[string]any{"job": "sites", "wanted": plain(wanted), "gone": plain(gone)}); err != nil {
		return fmt.Errorf("cannot make the sites of %s: %w", at.Domain, err)
	}
	return nil
}

// Meet makes fresh, which have just been joined by way of hub and serve, known
// to all others, and returns when what hub and fresh wrote has been seen on
// every domain controller: by ordinary replication, over the links that will
// carry everything else.
func (e *Engine) Meet(ctx context.Context, hub directory.Instance, fresh, others []directory.Instance, token string) error {
	// The hub first: who pulls from it afterwards knows everybody.
	if err := e.job(ctx, hub.DC.ID, map[string]any{
		"job": "greet", "host": hub.DC.HostName, "sources": hostNames(fresh), "marked": []string{}, "seconds": 0,
	}); err != nil {
		return fmt.Errorf("cannot make %s know the new domain controllers: %w", hub.DC.ID, err)
	}
	marked := append([]string{hub.DC.HostName}, hostNames(fresh)...)
	return each(append(append([]directory.Instance{hub}, fresh...), others...), func(inst directory.Instance) error {
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
		if err := e.job(ctx, inst.DC.ID, job); err != nil {
			return fmt.Errorf("cannot see to the replication of %s: %w", inst.DC.ID, err)
		}
		return nil
	})
}

// Demote makes inst, which runs, a domain controller no more: it hands its
// last changes to partner and leaves the domain there.
func (e *Engine) Demote(ctx context.Context, inst, partner directory.Instance, administrator secret.Text) error {
	ctx, cancel := context.WithTimeout(ctx, demoteTimeout)
	defer cancel()
	// Samba's demotion hands over the domain's partitions but not DNS's, and
	// leaves links to what it deletes.
	err := e.Replicate(ctx, inst, partner)
	if err == nil {
		err = e.job(ctx, partner.DC.ID, map[string]any{"job": "release", "host": inst.DC.HostName})
	}
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
	err := e.job(ctx, from.DC.ID, map[string]any{
		"job": "remove_dead", "host": dead.DC.HostName, "fqdn": dead.FQDN(), "address": dead.DC.Address.String()})
	if err != nil {
		return fmt.Errorf("cannot remove what is left of %s from %s: %w", dead.DC.ID, from.Domain, err)
	}
	return nil
}

// Part makes all that stay forget those that are gone, and returns an error
// that names what still points at them.
func (e *Engine) Part(ctx context.Context, hub directory.Instance, others, gone []directory.Instance) error {
	type who struct {
		Host    string `json:"host"`
		FQDN    string `json:"fqdn"`
		Address string `json:"address"`
	}
	var list []who
	for _, g := range gone {
		list = append(list, who{g.DC.HostName, g.FQDN(), g.DC.Address.String()})
	}
	forget := func(inst directory.Instance, sources []string) error {
		err := e.job(ctx, inst.DC.ID, map[string]any{"job": "part", "gone": list, "sources": sources})
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
