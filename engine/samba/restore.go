package samba

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
)

// Names below the state folder while a restore is under way: the database as
// it was before, and which restore took the database of this DC away.
const (
	dirBefore    = "lib.before"
	fileBefore   = "provisioned.before.json"
	fileCleared  = "cleared"
	cannotRemake = "cannot restore %s: %w"
)

// Restoration is what Restore must know.
type Restoration struct {
	Token         string      // names this restore: one that was done is not done again
	CA            secret.Text // of the directory
	Administrator secret.Text // the service credential's password from then on
	Trusts        []string    // remote domains whose trusted-domain objects stay, in lower case
	Backup        io.Reader   // what Backup wrote, of the same domain controller
}

// Restore makes inst, whose container runs, what it was at the time of a
// backup of it, and forgets all other domain controllers in its database. The
// database as it was is put aside; PutBack brings it back, Forget deletes it.
// removed are remote domains whose trusted-domain objects the backup had and
// r.Trusts does not; a restore that was done before says the same again.
func (e *Engine) Restore(ctx context.Context, inst directory.Instance, r Restoration) (removed []string, err error) {
	rep, err := e.call(ctx, inst.DC.ID, request{Op: opStatus})
	if err != nil {
		return nil, err
	}
	if rep.Status.Provisioned && rep.Status.Restored == r.Token {
		return rep.Status.Removed, nil
	}
	if err := e.putAside(ctx, inst); err != nil {
		return nil, fmt.Errorf(cannotRemake, inst.DC.ID, err)
	}
	req, err := newJob(opRestore, map[string]any{
		"job": "restore", "host": inst.DC.HostName, "password": r.Administrator.Reveal(), "trusts": r.Trusts,
	}, r.Administrator)
	if err != nil {
		return nil, err
	}
	req.Token = r.Token
	if req.TLS, err = issue(r.CA, inst, e.cfg.Now()); err != nil {
		return nil, err
	}
	if rep, err = e.feed(ctx, inst.DC.ID, req, r.Backup); err != nil {
		return nil, fmt.Errorf(cannotRemake, inst.DC.ID, err)
	}
	var out struct{ Removed []string }
	err = json.Unmarshal(rep.Value, &out)
	return out.Removed, err
}

// feed sends a request with a file that has what from gives.
func (e *Engine) feed(ctx context.Context, dc directory.DCID, req request, from io.Reader) (reply, error) {
	theirs, w, err := os.Pipe()
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var copied error
	var work sync.WaitGroup
	work.Go(func() {
		if _, copied = io.Copy(w, from); copied != nil && !errors.Is(copied, os.ErrClosed) {
			cancel() // what is there is not the whole; the job must not believe it is
		}
		_ = w.Close()
	})
	rep, err := e.callWith(ctx, dc, req, theirs)
	if err != nil {
		_ = w.Close() // the job may have ended before it read all
	}
	work.Wait()
	return rep, errors.Join(copied, err)
}

// putAside puts the complete database of a DC aside and starts its container
// anew without one. It may be repeated after a crash anywhere in it.
func (e *Engine) putAside(ctx context.Context, inst directory.Instance) error {
	dir := e.stateDir(inst.DC.ID)
	marked, aside := exists(dir, fileProvisioned), exists(dir, fileBefore)
	if !marked && (!aside || exists(dir, dirBefore)) {
		return nil // nothing complete is here any more
	}
	if err := e.Stop(ctx, inst.DC.ID); err != nil {
		return err
	}
	if marked {
		// Without the marker nothing starts on a database that is half moved.
		if err := errors.Join(os.RemoveAll(filepath.Join(dir, dirBefore)), move(dir, fileProvisioned, fileBefore)); err != nil {
			return err
		}
	}
	if err := errors.Join(move(dir, dirLib, dirBefore), syncDir(dir)); err != nil {
		return err
	}
	return e.Start(ctx, inst)
}

// PutBack brings back the database that Restore put aside and leaves the
// container stopped. Where none was put aside it changes nothing.
func (e *Engine) PutBack(ctx context.Context, dc directory.DCID) error {
	dir := e.stateDir(dc)
	if !exists(dir, fileBefore) {
		return nil
	}
	if err := e.Stop(ctx, dc); err != nil {
		return err
	}
	if exists(dir, dirBefore) {
		err := errors.Join(removeFile(filepath.Join(dir, fileProvisioned)), os.RemoveAll(filepath.Join(dir, dirLib)), move(dir, dirBefore, dirLib))
		if err != nil {
			return fmt.Errorf("cannot put the database of %s back: %w", dc, err)
		}
	}
	return errors.Join(move(dir, fileBefore, fileProvisioned), syncDir(dir))
}

// Forget deletes the database that Restore put aside.
func (e *Engine) Forget(_ context.Context, dc directory.DCID) error {
	dir := e.stateDir(dc)
	return errors.Join(removeFile(filepath.Join(dir, fileBefore)), os.RemoveAll(filepath.Join(dir, dirBefore)))
}

// Clear stops a domain controller and deletes its database, once per token:
// Join comes next.
func (e *Engine) Clear(ctx context.Context, dc directory.DCID, token string) error {
	dir := e.stateDir(dc)
	cleared, err := os.ReadFile(filepath.Join(dir, fileCleared))
	if err == nil && string(cleared) == token {
		return nil
	}
	if err := e.Stop(ctx, dc); err != nil {
		return err
	}
	if err := errors.Join(os.MkdirAll(dir, 0o700), removeFile(filepath.Join(dir, fileProvisioned)), os.RemoveAll(filepath.Join(dir, dirLib))); err != nil {
		return fmt.Errorf("cannot delete the database of %s: %w", dc, err)
	}
	return writeAtomic(filepath.Join(dir, fileCleared), []byte(token), 0o600)
}

// restore fills a fresh database in the container from a backup. The marker
// comes last, so a database that has one is complete.
func (c *container) restore(ctx context.Context, req request, from *os.File) (json.RawMessage, error) {
	if from == nil {
		return nil, errors.New("a restore needs a file to come from")
	}
	if err := c.fresh(req); err != nil {
		return nil, err
	}
	value, err := c.runJob(ctx, req.Job, req.Secrets, from)
	if err != nil {
		return nil, err
	}
	if err := writeTLS(c.cfg, *req.TLS); err != nil {
		return nil, err
	}
	var out struct {
		SID     string
		Removed []string
	}
	if err := json.Unmarshal(value, &out); err != nil {
		return nil, err
	}
	return value, c.seal(marker{DomainSID: out.SID, Restored: req.Token, Removed: out.Removed})
}

func exists(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

func move(dir, from, to string) error {
	return os.Rename(filepath.Join(dir, from), filepath.Join(dir, to))
}
