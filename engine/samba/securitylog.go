package samba

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/entente-ad/entente/directory"
)

// maxRecords is how many records of a security log are read at once.
const maxRecords = 200

// SecurityLog reads records, JSON texts, of a domain controller's security log
// from a place on, the oldest first, and gives the place after them. The zero
// place is the oldest record there is. A log that has grown beyond its bounds
// twice since has lost records; reading goes on with what is there.
func (e *Engine) SecurityLog(dc directory.DCID, from directory.LogPlace) (records []string, next directory.LogPlace, err error) {
	current := filepath.Join(e.stateDir(dc), dirLog, fileSecurity)
	for _, file := range []string{current + ".old", current} {
		records, next, err = readRecords(file, from)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil || len(records) > 0 {
			return records, next, err
		}
	}
	return nil, from, nil
}

// readRecords reads file when it is the one of the place, or a newer one.
func readRecords(file string, from directory.LogPlace) (records []string, next directory.LogPlace, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, from, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, from, err
	}
	inode := info.Sys().(*syscall.Stat_t).Ino
	switch {
	case inode == from.File:
	case strings.HasSuffix(file, ".old") && from.File != 0:
		return nil, from, nil // read before, or too old to matter
	default:
		from = directory.LogPlace{File: inode}
	}
	if _, err := f.Seek(from.Offset, io.SeekStart); err != nil {
		return nil, from, err
	}
	for r := bufio.NewReaderSize(f, maxRead); len(records) < maxRecords; {
		line, err := r.ReadString('\n')
		if err != nil {
			break // the rest of a line that is being written comes later
		}
		from.Offset += int64(len(line))
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			records = append(records, line)
		}
	}
	return records, from, nil
}
