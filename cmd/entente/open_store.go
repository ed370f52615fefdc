package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/entente-ad/entente/internal/process"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/embedded"
)

// installation is what a data folder knows of the store that it belongs to.
type installation struct {
	ID        string   `json:"ID"`        // store.Store.Installation; "" means not known yet
	Endpoints []string `json:"Endpoints"` // of an external etcd; none: the store is in the folder
	KeyFile   string   `json:"KeyFile"`   // outside of the folder; "" means secret.key in it
}

func (d *dataDir) installation() (known installation, err error) {
	content, err := os.ReadFile(d.join("installation"))
	if errors.Is(err, os.ErrNotExist) {
		return known, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &known)
	}
	if err != nil {
		return known, fmt.Errorf("cannot read which store data folder %s belongs to: %w", d.path, err)
	}
	return known, nil
}

// controllers lists the domain controllers whose state is in the folder.
func (d *dataDir) controllers() (ids []string, err error) {
	entries, err := os.ReadDir(d.join("dcs"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		ids = append(ids, e.Name())
	}
	return ids, nil
}

// openTimeout is how long the store may take to answer, to be given free by a
// host that gives no sign, and to be read.
const openTimeout = 45 * time.Second

// openStore opens the external cluster that was named, or starts etcd in the
// data folder. It refuses a store that is not the folder's, or that another
// server has.
func openStore(ctx context.Context, log *slog.Logger, cfg serveConfig, dir *dataDir) (_ *store.Store, room *space, closeStore func() error, err error) {
	known, err := dir.installation()
	if err != nil {
		return nil, nil, nil, err
	}
	dcs, err := dir.controllers()
	if err != nil {
		return nil, nil, nil, err
	}
	used := len(dcs) > 0 || known.ID != ""
	if _, noStore := os.Stat(dir.join("store")); len(cfg.etcdEndpoints) == 0 && noStore != nil && used {
		return nil, nil, nil, dir.withoutStore(known, dcs)
	}
	keyFile := cfg.keyFile
	if keyFile == "" {
		keyFile = dir.join("secret.key")
	}
	sealer, err := store.OpenSealer(keyFile)
	if err != nil {
		return nil, nil, nil, err
	}
	self, err := process.Self()
	if err != nil {
		return nil, nil, nil, err
	}
	endpoints, stopEtcd := cfg.etcdEndpoints, func() {}
	room = &space{log: log, dir: dir.path}
	writer := &store.Writer{Process: self, Folder: dir.path, Since: time.Now()}
	if len(endpoints) == 0 {
		quota, err := parseSize(cfg.storeQuota)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("--store-quota: %w", err)
		}
		if room.process, err = startStoreProcess(ctx, log, dir.join("store"), quota); err != nil {
			return nil, nil, nil, err
		}
		endpoints, stopEtcd = []string{room.process.Endpoint()}, room.process.Close
		writer = nil // the folder's lock keeps everybody else out
	}
	opening, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	st, err := openAgain(opening, room.process, store.Config{
		Endpoints: endpoints, Sealer: sealer, Log: log, Writable: room.writable,
		Writer: writer, Installation: known.ID, Used: used,
	})
	if err == nil {
		if err = dir.noteInstallation(known, st.Installation(), keyFile, cfg.etcdEndpoints); err != nil {
			err = errors.Join(err, st.Close())
		}
	}
	if err == nil {
		return st, room, func() error { defer stopEtcd(); return st.Close() }, nil
	}
	stopEtcd()
	var notOurs *store.NotOursError
	switch {
	case errors.As(err, &notOurs):
		err = fmt.Errorf("the store at %s is not that of data folder %s: %w.\n"+
			"Start with the --etcd-endpoints of before%s, or with another --data-dir; `entente down --purge` gives up what is in the folder",
			strings.Join(endpoints, ","), dir.path, notOurs, known.was())
	case ctx.Err() == nil && opening.Err() != nil:
		err = fmt.Errorf("etcd at %s did not answer within %s: %w", strings.Join(endpoints, ","), openTimeout, err)
	case len(cfg.etcdEndpoints) > 0:
		err = fmt.Errorf("etcd at %s: %w", strings.Join(endpoints, ","), err)
	}
	return nil, nil, nil, err
}

// openAgain opens the store, once more whenever its etcd ended meanwhile.
func openAgain(ctx context.Context, process *embedded.Process, cfg store.Config) (*store.Store, error) {
	for {
		var starts int
		if process != nil {
			starts = process.Starts()
		}
		st, err := store.Open(ctx, cfg)
		if err == nil || process == nil || !process.Serving(ctx, starts) {
			return st, err
		}
	}
}

// withoutStore is the error of a folder that was used and has no store.
func (d *dataDir) withoutStore(known installation, dcs []string) error {
	has := "belongs to an installation"
	if len(dcs) > 0 {
		has = "holds domain controllers (" + strings.Join(dcs, ", ") + ")"
	}
	return fmt.Errorf("data folder %s %s, but its store is not there: started as it is, it would know nothing of them.\n"+
		"Put %s back from a backup, or name the etcd that serve ran with by --etcd-endpoints%s; `entente down --purge --data-dir %s` gives them up",
		d.path, has, d.join("store"), known.was(), d.path)
}

// was says where the store was, as far as it is known.
func (i installation) was() string {
	switch {
	case len(i.Endpoints) > 0:
		return " (" + strings.Join(i.Endpoints, ",") + ")"
	case i.ID != "":
		return " (none: the store was in the folder)"
	default:
		return ""
	}
}

// noteInstallation leaves word in the folder of which store it belongs to.
func (d *dataDir) noteInstallation(known installation, id, keyFile string, endpoints []string) error {
	now := installation{ID: id, Endpoints: endpoints}
	keyFile, err := filepath.Abs(keyFile)
	if err != nil {
		return err
	}
	if keyFile != d.join("secret.key") {
		now.KeyFile = keyFile
	}
	if known.ID == now.ID && known.KeyFile == now.KeyFile && slices.Equal(known.Endpoints, now.Endpoints) {
		return nil
	}
	content, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return writeFile(d.join("installation"), append(content, '\n'))
}

// purge removes everything that is kept in the folder, and says what stays.
func (d *dataDir) purge(out io.Writer) error {
	known, unreadable := d.installation() // it goes too
	_, noStore := os.Stat(d.join("store"))
	left, err := purge(d.path)
	if err != nil {
		return err
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	say("removed the networks and everything that entente kept in %s", d.path)
	if len(left) > 0 {
		say("left there, since it is not entente's: %s", strings.Join(left, ", "))
	}
	if known.KeyFile != "" {
		say("left: the key file %s, which may be another installation's too; without it, what it sealed cannot be read", known.KeyFile)
	}
	switch {
	case len(known.Endpoints) > 0:
		say("left: the store in etcd at %s: delete the keys there that begin with /entente/", strings.Join(known.Endpoints, ","))
	case noStore != nil || unreadable != nil:
		say("there was no store in it: if serve ran with --etcd-endpoints, delete the keys that begin with /entente/ in that etcd")
	}
	return nil
}
