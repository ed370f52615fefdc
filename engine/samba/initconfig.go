package samba

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/entente-ad/entente/directory"
)

// initConfig is what the Engine writes for a container's Init: config.json in
// the DC's state folder. It holds no secret.
type initConfig struct {
	DC        directory.DCID
	HostName  string
	Domain    directory.FQDN
	ShortName directory.NetBIOSName
	Address   netip.Addr
	Upstreams []netip.Addr // DNS servers for names that no rule covers; none: refused

	StateDir string // the DC's state folder
	Socket   string // the control socket
	PIDFile  string // pid and start time of Init, as the host sees them
}

func (c initConfig) realm() string { return strings.ToUpper(string(c.Domain)) }

func (c initConfig) path(elem ...string) string {
	return filepath.Join(append([]string{c.StateDir}, elem...)...)
}

// Names below the state folder.
const (
	fileConfig      = "config.json"
	fileProvisioned = "provisioned.json" // the marker: the database is complete
	fileForwarders  = "forwarders.json"
	fileLock        = "lock"
	fileResolv      = "resolv.conf"
	fileHosts       = "hosts"
	dirEtc          = "etc"
	dirLib          = "lib"
	dirCache        = "cache"
	dirRun          = "run"
	dirLog          = "log"
)

// marker is the content of the file fileProvisioned.
type marker struct {
	DomainSID string
	Restored  string `json:",omitempty"` // the token of the restore that made the database
	// Removed are the remote domains of the trusts that the restore removed.
	// They are kept as long as the database: whoever asked may not have heard.
	Removed []string `json:",omitempty"`
}

func readConfig(file string) (c initConfig, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("cannot read %s: %w", file, err)
	}
	return c, nil
}

// writeAtomic replaces file by data so that after a crash either the old or
// the new content is there, whole. A file that is as wanted is not written, so
// that a full disk keeps no domain controller from being started again.
func writeAtomic(file string, data []byte, mode os.FileMode) error {
	if had, err := os.ReadFile(file); err == nil && bytes.Equal(had, data) {
		if info, err := os.Stat(file); err == nil && info.Mode().Perm() == mode {
			return nil
		}
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(mode)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err == nil {
		err = syncDir(filepath.Dir(file))
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}

func writeJSON(file string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeAtomic(file, data, 0o600)
}
