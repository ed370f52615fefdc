package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/deliver"
	"github.com/entente-ad/entente/engine/samba"
	"github.com/entente-ad/entente/reconcile/directories"
	"github.com/entente-ad/entente/reconcile/events"
	"github.com/entente-ad/entente/reconcile/settings"
	"github.com/entente-ad/entente/reconcile/snapshots"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
)

// managedFlags is what `entente serve` was told about backups and messages.
type managedFlags struct {
	snapshotTime string
	topics       []string
	logGroups    []string
}

func (m *managedFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&m.snapshotTime, "snapshot-time", "03:00", "time of day, UTC, of each directory's daily snapshot (\"off\": none)")
	f.StringArrayVar(&m.topics, "event-topic", nil, "an event topic and where its messages go: NAME=https://… or NAME=file:/a/path (may be repeated)")
	f.StringArrayVar(&m.logGroups, "log-group", nil, "a log group and where security logs go: NAME=https://… or NAME=file:/a/path (may be repeated)")
}

// managed joins backups and the like.
type managed struct {
	log   *slog.Logger
	store *store.Store
	files *store.Files
	dcs   *samba.Engine
	at    time.Duration // of the daily snapshot, since midnight; negative means none

	topics, groups map[string]deliver.Destination
}

func newManaged(log *slog.Logger, flags managedFlags, dir *dataDir, st *store.Store, dcs *samba.Engine) (*managed, error) {
	m := &managed{log: log, store: st, files: st.Files(dir.join("snapshots")), dcs: dcs, at: -1}
	if flags.snapshotTime != "off" {
		at, err := time.Parse("15:04", flags.snapshotTime)
		if err != nil {
			return nil, fmt.Errorf("--snapshot-time %s is neither a time of day, as 03:00, nor off", flags.snapshotTime)
		}
		m.at = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	}
	var topics, groups error
	m.topics, topics = destinations("--event-topic", flags.topics)
	m.groups, groups = destinations("--log-group", flags.logGroups)
	return m, errors.Join(topics, groups)
}

// destinations reads what a flag said where messages go.
func destinations(flag string, list []string) (map[string]deliver.Destination, error) {
	all := map[string]deliver.Destination{}
	for _, text := range list {
		name, where, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%s %s: it must be NAME=DESTINATION", flag, text)
		}
		to, err := deliver.Parse(where)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", flag, name, err)
		}
		all[name] = to
	}
	return all, nil
}

// to is events.Deliver to one of the destinations.
func to(all map[string]deliver.Destination) events.Deliver {
	var client deliver.Client
	return func(ctx context.Context, name, contentType string, body []byte) (known bool, err error) {
		where, ok := all[name]
		if !ok {
			return false, nil
		}
		return true, client.Deliver(ctx, where, contentType, body)
	}
}

// add gives b the loops of m.
func (m *managed) add(b *built, prober settings.Prober) {
	set := settings.New(settings.Config{Store: m.store, Engine: m.dcs, Prober: prober, Log: m.log})
	b.add(set, set.KeysFor, 4, 4*time.Minute)
	told := events.New(events.Config{Store: m.store, Topics: to(m.topics), Groups: to(m.groups), Logs: m.dcs, Log: m.log})
	b.add(told, told.KeysFor, 8, 10*time.Minute)
	taken := snapshots.New(snapshots.Config{Store: m.store, Engine: m.dcs, Files: m.files, Log: m.log})
	b.add(taken, taken.KeysFor, 2, 0)
	b.managed = append(b.managed, part{"daily snapshots", m.daily(b.service)})
}

// daily asks for daily snapshots until ctx ends.
func (m *managed) daily(s *service.Service) func(context.Context) error {
	return func(ctx context.Context) error {
		tick := time.NewTicker(time.Minute)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
			if m.at < 0 {
				continue
			}
			if err := s.TakeAutoSnapshots(ctx, m.at); err != nil {
				m.log.Error("cannot ask for daily snapshots", "error", err.Error())
			}
		}
	}
}

// restorer is directories.Restorer: the engine restores out of sealed files.
type restorer struct {
	*samba.Engine
	files *store.Files
}

func (r restorer) Check(d directory.ID, s directory.SnapshotID) error {
	return r.files.Check(directory.SnapshotFile(d, s))
}

func (r restorer) Restore(ctx context.Context, inst directory.Instance, x directories.Restoration) (removed []string, err error) {
	var backup io.ReadCloser
	if backup, err = r.files.Open(directory.SnapshotFile(inst.Directory, x.Snapshot)); err != nil {
		return nil, err
	}
	defer func() { _ = backup.Close() }()
	return r.Engine.Restore(ctx, inst, samba.Restoration{
		Token: x.Token, CA: x.CA, Administrator: x.Administrator, Trusts: x.Trusts, Backup: backup,
	})
}

// names lists the names of destinations, for package service.
func names(all map[string]deliver.Destination) []string { return slices.Sorted(maps.Keys(all)) }

// authorities gives the certificate authorities that LDAP servers of trusted
// domains must have their certificates from, seen from a domain controller of
// ours; nil means that client-side LDAPS is not enabled in its Region.
func (s sides) authorities(from directory.Instance) *x509.CertPool {
	home, ok := store.Directories.Get(s.store, string(from.Directory))
	if !ok || !store.LDAPS.Peek(s.store, directory.LDAPSKey(from.Directory, home.Value.RegionOf(from.DC))).Enabled {
		return nil
	}
	var list []directory.Certificate
	for o := range store.Certificates.All(s.store) {
		if o.Value.Directory == from.Directory {
			list = append(list, o.Value)
		}
	}
	return directory.ClientPool(list)
}
