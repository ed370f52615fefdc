package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/samba"
	"github.com/entente-ad/entente/reconcile/directories"
	"github.com/entente-ad/entente/reconcile/snapshots"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
)

// managedFlags is what `entente serve` was told about backups.
type managedFlags struct {
	snapshotTime string
}

func (m *managedFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&m.snapshotTime, "snapshot-time", "03:00", "time of day, UTC, of each directory's daily snapshot (\"off\": none)")
}

// managed joins backups and the like.
type managed struct {
	log   *slog.Logger
	store *store.Store
	files *store.Files
	dcs   *samba.Engine
	at    time.Duration // of the daily snapshot, since midnight; negative means none
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
	return m, nil
}

// add gives b the loops of m.
func (m *managed) add(b *built) {
	taken := snapshots.New(snapshots.Config{Store: m.store, Engine: m.dcs, Files: m.files, Log: m.log})
	b.add(taken, taken.KeysFor, 2)
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
