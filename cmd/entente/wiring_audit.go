package main

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/entente-ad/entente/store"
)

// auditFlags is what `entente serve` was told about the audit log.
type auditFlags struct {
	days    int
	entries int
}

func (a *auditFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&a.days, "audit-days", 90, "how many days audit entries are kept (0: no limit)")
	f.IntVar(&a.entries, "audit-entries", 100_000, "how many audit entries are kept, the newest ones; each takes about 600 bytes (0: no limit)")
}

func (a auditFlags) keep() (store.AuditKeep, error) {
	const most = int(math.MaxInt64 / int64(24*time.Hour))
	if a.days < 0 || a.days > most {
		return store.AuditKeep{}, fmt.Errorf("--audit-days %d is not between 0 and %d", a.days, most)
	}
	if a.entries < 0 {
		return store.AuditKeep{}, fmt.Errorf("--audit-entries %d is below 0", a.entries)
	}
	return store.AuditKeep{Age: time.Duration(a.days) * 24 * time.Hour, Number: a.entries}, nil
}

// auditPrunes is how long audit entries may be kept longer than they need to.
const auditPrunes = 10 * time.Minute

// pruneAudit prunes the audit log, at once and then again and again, until ctx
// ends. What goes wrong is said and tried again.
func pruneAudit(log *slog.Logger, st *store.Store, keep store.AuditKeep) func(context.Context) error {
	return func(ctx context.Context) error {
		tick := time.NewTicker(auditPrunes)
		defer tick.Stop()
		for {
			switch deleted, err := st.PruneAudit(ctx, keep, time.Now()); {
			case ctx.Err() != nil:
				return nil
			case err != nil:
				log.Warn("the audit log could not be pruned; it is tried again", "again_in", auditPrunes.String(), "error", err.Error())
			case deleted > 0:
				log.Info("audit log pruned", "entries", deleted, "kept_days", keep.Age.Hours()/24, "kept_entries", keep.Number)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
}
