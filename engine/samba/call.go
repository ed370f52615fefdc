package samba

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/disk"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
)

// call sends one request to a container and waits for its reply, at most as
// long as limits.go says. When ctx ends it hangs up, which stops the work there.
func (e *Engine) call(ctx context.Context, dc directory.DCID, req request) (reply, error) {
	return e.callWith(ctx, dc, req, nil)
}

// callWith is call with an open file, or nil. The file is closed here as soon
// as the container has it.
func (e *Engine) callWith(ctx context.Context, dc directory.DCID, req request, file *os.File) (reply, error) {
	if file != nil {
		defer func() { _ = file.Close() }() // a second Close only returns an error
	}
	var rep reply
	name, b, err := boundOf(req)
	if err != nil {
		return rep, err
	}
	ctx, cancel := b.within(ctx, name, answering)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", e.socket(dc))
	if err != nil {
		return rep, fmt.Errorf("the container of %s does not answer: %w", dc, err)
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if file != nil {
		if err := pass(conn, file); err != nil {
			return rep, fmt.Errorf("the container of %s does not listen: %w", dc, err)
		}
		_ = file.Close() // the container's copy alone holds its other end open
	}
	if err := json.NewEncoder(conn).Encode(req); err != nil {
		return rep, fmt.Errorf("the container of %s does not listen: %w", dc, err)
	}
	if err := json.NewDecoder(conn).Decode(&rep); err != nil {
		if ctx.Err() != nil {
			return rep, fmt.Errorf("the container of %s gave no answer: %w", dc, context.Cause(ctx))
		}
		return rep, fmt.Errorf("the container of %s ended or hung up: %w", dc, err)
	}
	if kind, ok := kindsOfJobs[rep.Kind]; ok {
		return rep, errs.E(kind, "%s", rep.Error)
	}
	if rep.Error != "" {
		return rep, e.fullDisk(dc, errors.New(rep.Error))
	}
	return rep, nil
}

// sambaNeeds is what the disk of a domain controller must have free for a
// failure there not to be the disk's: Samba makes its databases larger by 8 MiB
// at a time.
const sambaNeeds = 16 << 20

// fullDisk gives the reason of a failure in a domain controller: the disk that
// holds its files, if that is full, or else err, which then stands in the log
// alone: Samba and its Python library fail in many ways on a full disk, all of
// them worded for programmers.
func (e *Engine) fullDisk(dc directory.DCID, err error) error {
	full := disk.Check(e.stateDir(dc), sambaNeeds)
	if full == nil {
		return err
	}
	e.log.Warn("a domain controller failed on a full disk", "dc", dc, "error", err.Error())
	return errs.E(errs.Unavailable, "Domain controller %s cannot write: %s", dc, full)
}

// job runs one job of the runner in dc's container.
func (e *Engine) job(ctx context.Context, dc directory.DCID, job map[string]any, secrets ...secret.Text) error {
	req, err := newJob(opJob, job, secrets...)
	if err != nil {
		return err
	}
	_, err = e.call(ctx, dc, req)
	return err
}

func newJob(op string, job map[string]any, secrets ...secret.Text) (request, error) {
	data, err := json.Marshal(job)
	if err != nil {
		return request{}, err
	}
	req := request{Op: op, Job: data}
	for _, s := range secrets {
		req.Secrets = append(req.Secrets, s.Reveal())
	}
	return req, nil
}
