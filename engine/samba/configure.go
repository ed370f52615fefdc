package samba

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/entente-ad/entente/directory"
)

const (
	fileDCConfig = "settings.json"
	fileSecurity = "security.log"
)

// auditClasses make Samba write one JSON record per logon, per change of the
// directory, of a password and of a group.
const auditClasses = "0 auth_json_audit:3 dsdb_json_audit:5 dsdb_password_json_audit:5 dsdb_group_json_audit:5"

// options renders what is set of one DC for smb.conf.
func options(set directory.DCConfig) string {
	var lines strings.Builder
	if set.TLSPriority != "" {
		fmt.Fprintf(&lines, "\ttls priority = %s\n", set.TLSPriority)
	}
	if set.SecurityLog {
		fmt.Fprintf(&lines, "\tlog level = %s\n", auditClasses)
	}
	return lines.String()
}

// readDCConfig reads what is set of the DC with that state folder; nothing is
// the zero value.
func readDCConfig(stateDir string) (set directory.DCConfig, err error) {
	data, err := os.ReadFile(filepath.Join(stateDir, fileDCConfig))
	if errors.Is(err, os.ErrNotExist) {
		return set, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &set)
	}
	return set, err
}

// Configured tells what is set of a domain controller on this host.
func (e *Engine) Configured(dc directory.DCID) (directory.DCConfig, error) {
	return readDCConfig(e.stateDir(dc))
}

// Configure sets what is given of a domain controller, whose container runs,
// and restarts Samba in it for that. It returns when Samba starts again; the
// caller sees to it that one domain controller at a time does.
func (e *Engine) Configure(ctx context.Context, dc directory.DCID, set directory.DCConfig) error {
	if _, err := e.call(ctx, dc, request{Op: opConfigure, Config: &set}); err != nil {
		return fmt.Errorf("cannot change the settings of %s: %w", dc, err)
	}
	return nil
}

// configure keeps what is set and restarts Samba, if that changes anything.
// The file is written last: it says that everything is done.
func (c *container) configure(ctx context.Context, req request) error {
	if req.Config == nil {
		return errors.New("no settings are given")
	}
	has, err := readDCConfig(c.cfg.StateDir)
	if err != nil {
		return err
	}
	if has == *req.Config {
		return nil
	}
	if err := os.WriteFile(c.cfg.path(dirEtc, "smb.conf"), []byte(smbConf(c.cfg, *req.Config)), 0o644); err != nil {
		return err
	}
	if c.isServing() {
		if err := c.samba.restartSamba(ctx); err != nil {
			return err
		}
	}
	return writeJSON(c.cfg.path(fileDCConfig), req.Config)
}

// securityRecord finds the record in a line of Samba's output.
func securityRecord(line string) (record string, ok bool) {
	_, rest, found := strings.Cut(line, `{"timestamp":`)
	if !found {
		return "", false
	}
	return `{"timestamp":` + rest, json.Valid([]byte(`{"timestamp":` + rest))
}
