package samba

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/entente-ad/entente/directory"
)

// Backup writes a backup of a domain controller that serves to w: everything
// that Restore needs, secrets included. The domain controller goes on serving;
// its databases are locked while they are copied.
func (e *Engine) Backup(ctx context.Context, dc directory.DCID, w io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
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
	if err != nil {
		_ = r.Close() // the job may hold its end open for ever
	}
	work.Wait()
	if errors.Is(copied, os.ErrClosed) {
		copied = nil // err says why
	}
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
	if !c.isServing() {
		return nil, errors.New("there is no complete database to back up")
	}
	return c.runJob(ctx, []byte(`{"job":"backup"}`), nil, to)
}
