package samba

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/entente-ad/entente/directory"
)

// backupTimeout bounds a backup or a restore; an empty domain takes four
// seconds, one of a hundred thousand users some minutes.
const backupTimeout = 20 * time.Minute

// Backup writes a backup of a domain controller that serves to w: everything
// that Restore needs, secrets included. The domain controller goes on serving;
// its databases are locked while they are copied.
func (e *Engine) Backup(ctx context.Context, dc directory.DCID, w io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, backupTimeout)
	defer cancel()
	r, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	var copied error
	var work sync.WaitGroup
	work.Go(func() {
		if _, copied = io.Copy(w, r); copied != nil {
			cancel() // nobody reads any more
		}
	})
	_, err = e.callWith(ctx, dc, request{Op: opBackup}, theirs)
	work.Wait()
	if err = errors.Join(copied, err); err != nil {
		return fmt.Errorf("cannot back up %s: %w", dc, err)
	}
	return nil
}

// backup runs Samba's own backup in the container.
func (c *container) backup(ctx context.Context, to *os.File) (json.RawMessage, error) {
	if to == nil {
		return nil, errors.New("a backup needs a file to go to")
	}
	c.jobMu.Lock()
	defer c.jobMu.Unlock()
	if ctx.Err() != nil {
		return nil, ctx.Err() // hung up while waiting for its turn
	}
	if !c.isServing() {
		return nil, errors.New("there is no complete database to back up")
	}
	return runJob(ctx, c.children, c.book, []byte(`{"job":"backup"}`), nil, to)
}
