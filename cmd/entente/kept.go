package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// keptItem is one thing that is kept in a data folder.
type keptItem struct {
	name   string // a folder's ends with "/"
	holds  string // what is in it, for README
	secret string // how far it is secret
	also   string // a pattern of files that a crash while it was written may leave; "" means name.new
}

// kept is the one list of what is kept in a data folder: purge removes these,
// in this order, and README's table is made of it. The tag goes late: without
// it the folder is none of ours, and purge could not go on after a crash.
var kept = []keptItem{
	{"dcs/", "each domain controller's database, configuration and logs", "password hashes", ""},
	{"snapshots/", "snapshots of directories", "sealed", ""},
	{"store/", "what is wanted and what became of it (etcd); not with `--etcd-endpoints`", "secrets in it are sealed", ""},
	{"credentials", "the first access key, for AWS clients", "in clear, mode 0600", ""},
	{"console-sessions.json", "who is signed in to the console", "hashes", ".console-sessions.json"},
	{"secret.key", "the key that secrets are sealed with, unless `--key-file` says another place", "in clear, mode 0600", ".key-*"},
	{"installation", "which store the folder belongs to", "no", ""},
	{"tag", "what this folder's namespaces and sockets are named after", "no", ""},
	{"lock", "keeps two processes from one folder", "no", ""},
}

// isKept reports whether a file of a data folder is one of the list's.
func isKept(name string) bool {
	return slices.ContainsFunc(kept, func(k keptItem) bool {
		left, _ := filepath.Match(k.leftover(), name)
		return left || name == strings.TrimSuffix(k.name, "/")
	})
}

func (k keptItem) leftover() string {
	if k.also != "" {
		return k.also
	}
	return strings.TrimSuffix(k.name, "/") + ".new"
}

// purge removes everything of the list from dir, and gives the names of what
// is left there, which is nobody's or somebody else's.
func purge(dir string) (left []string, err error) {
	for _, k := range kept {
		leftovers, err := filepath.Glob(filepath.Join(dir, k.leftover()))
		if err != nil {
			return nil, err
		}
		for _, path := range append(leftovers, filepath.Join(dir, k.name)) {
			if err := os.RemoveAll(path); err != nil {
				return nil, fmt.Errorf("cannot remove %s, run the command again when it can be: %w", path, err)
			}
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		left = append(left, e.Name())
	}
	return left, nil
}
